import { at, isObject, type Json, type JsonObject } from '../json.ts';
import type { AuditRecord } from './record.ts';

/**
 * What an audit event shows of an object.
 * `object`: as sent whole; `result`: as stored, from the response; `patch`: only what was asked to change; `reading`: as the posture
 * reader found it afterwards; `none`: no body was logged (on EKS: every custom resource, secret and config map).
 */
export interface Body {
  readonly form: 'object' | 'result' | 'patch' | 'reading' | 'none';
  /** Members that a patch removes are null. */
  readonly object: JsonObject;
  /** Whether an absent member means that the object has none. */
  readonly whole: boolean;
  /** Paths (dots) of lists that a JSON Patch changed by index: what the list lacks says nothing. */
  readonly openLists: ReadonlySet<string>;
}

const nothing: Body = { form: 'none', object: {}, whole: false, openLists: new Set() };

/** What the caller asked for: the object of a create or update, the members of a patch. */
export const asked = (record: AuditRecord): Body => {
  const sent = record.requestObject;
  if (record.verb === 'create' || record.verb === 'update')
    return isObject(sent) ? { form: 'object', object: sent, whole: true, openLists: new Set() } : nothing;
  if (record.verb !== 'patch') return nothing;
  if (Array.isArray(sent)) return fromJsonPatch(sent);
  return isObject(sent) ? { form: 'patch', object: sent, whole: false, openLists: new Set() } : nothing;
};

/** The object as it stands after the call, where the response or a reading shows it; otherwise what was asked for. */
export const written = (record: AuditRecord): Body => {
  const got = record.responseObject;
  const changes = ['create', 'update', 'patch'].includes(record.verb);
  if (changes && isObject(got) && isObject(got['metadata']) && got['kind'] !== 'Status')
    return { form: 'result', object: got, whole: true, openLists: new Set() };
  const read = record.reading?.object;
  if (changes && isObject(read)) return { form: 'reading', object: read, whole: true, openLists: new Set() };
  return asked(record);
};

interface Tree {
  [key: string]: Json;
}

/** Without a prototype, so that a path such as `/__proto__` is a member like any other. */
const branch = (): Tree => Object.create(null) as Tree; // an object without members

/**
 * A JSON Patch (RFC 6902) as the members it sets; removed ones are null. `test` changes nothing; the value that `move` and `copy`
 * bring is not in the patch. A list changed by index shows the elements that were put in.
 */
const fromJsonPatch = (operations: readonly Json[]): Body => {
  const root = branch();
  const openLists = new Set<string>();
  for (const operation of operations) {
    const path = at(operation, 'path');
    const op = at(operation, 'op');
    if (typeof path !== 'string' || !path.startsWith('/') || typeof op !== 'string' || op === 'test') continue;
    const steps = path
      .slice(1)
      .split('/')
      .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    set(root, steps, op === 'remove' ? null : (at(operation, 'value') ?? null), openLists);
  }
  return { form: 'patch', object: root, whole: false, openLists };
};

const isIndex = (step: string): boolean => step === '-' || /^\d{1,6}$/.test(step);

const set = (root: Tree, steps: readonly string[], value: Json, openLists: Set<string>): void => {
  if (steps.length > 64) return;
  let here = root;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (next === undefined) {
      here[step] = value;
      return;
    }
    if (isIndex(next)) {
      openLists.add(steps.slice(0, index + 1).join('.'));
      const element = steps.slice(index + 2);
      const inner = branch();
      if (element.length > 0) set(inner, element, value, openLists);
      const old = here[step];
      here[step] = [...(Array.isArray(old) ? old : []), element.length > 0 ? inner : value];
      return;
    }
    const old = here[step];
    const inner: Tree = isObject(old) ? Object.assign(branch(), old) : branch();
    here[step] = inner;
    here = inner;
  }
};

/** The labels, annotations or data members that a body sets; removed ones are null. */
export const members = (body: Body, ...path: readonly string[]): readonly (readonly [string, Json])[] => {
  const found = at(body.object, ...path);
  if (!isObject(found)) return [];
  return Object.entries(found).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
};
