import { at, isObject, type Json, type JsonObject, member, text } from '../json.ts';
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
  if (Array.isArray(sent)) return fromJsonPatch(sent, record.responseObject);
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
 * A JSON Patch (RFC 6902) as the members it sets; removed ones are null. `test` changes nothing. What `move` and `copy` bring is
 * not in the patch: it is taken from the result where that is logged, else it is null. A list changed by index shows the elements that
 * were put in. Read as the API server reads it, not as the RFC would: see {@link stepsOf} and {@link isIndex}.
 */
const fromJsonPatch = (operations: readonly Json[], result: Json | undefined): Body => {
  let root = branch();
  let whole = false;
  const openLists = new Set<string>();
  for (const operation of operations) {
    const path = at(operation, 'path');
    const op = at(operation, 'op');
    if (typeof path !== 'string' || typeof op !== 'string' || op === 'test') continue;
    const value = at(operation, 'value');
    if (path === '' && isObject(value)) {
      root = Object.assign(branch(), value);
      whole = true;
      openLists.clear();
      continue;
    }
    const steps = stepsOf(path);
    if (steps.length === 0) continue;
    const brought = op === 'move' || op === 'copy' ? standing(result, steps) : value;
    set(root, steps, op === 'remove' ? null : (brought ?? null), openLists);
    const left = op === 'move' ? at(operation, 'from') : undefined;
    if (typeof left === 'string' && stepsOf(left).length > 0) set(root, stepsOf(left), null, openLists);
  }
  return { form: 'patch', object: root, whole, openLists };
};

/**
 * The steps of a path. What stands before its first slash is passed over, so that `x/spec` is `/spec`; without one it leads nowhere
 * (gopkg.in/evanphx/json-patch.v4, which the API server applies patches with, `findObject`).
 */
const stepsOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** An index is whatever Go's `strconv.Atoi` reads: `+0` and `007` too, and `-1` counts from the end (ibid., `partialArray`). */
const isIndex = (step: string): boolean => step === '-' || /^[+-]?\d{1,19}$/.test(step);

/** What stands at a path of a value, undefined where nothing does; `-` is the last element of a list. */
const standing = (value: Json | undefined, steps: readonly string[]): Json | undefined => {
  if (steps.length === 0 || steps.length > deepest) return undefined;
  let here: Json | undefined = value;
  for (const step of steps)
    here = Array.isArray(here)
      ? (here as readonly Json[]).at(step === '-' ? -1 : isIndex(step) ? Number(step) : Number.NaN)
      : member(here, step);
  return here;
};

/** Steps of a path that are followed: no object of the API is that deep. */
const deepest = 64;

const set = (root: Tree, steps: readonly string[], value: Json, openLists: Set<string>): void => {
  if (steps.length > deepest) return;
  let here = root;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (next === undefined) {
      here[step] = value;
      return;
    }
    if (isIndex(next)) {
      openLists.add(steps.slice(0, index + 1).join('.'));
      const list = listAt(here, step);
      const element = steps.slice(index + 2);
      if (element.length === 0) put(list, value);
      else set(pieceOf(list, next), element, value, openLists);
      return;
    }
    const old = here[step];
    const inner: Tree = isObject(old) ? Object.assign(branch(), old) : branch();
    here[step] = inner;
    here = inner;
  }
};

/** A list that is being put together: which of its elements are pieces, by the index that the patch says. */
interface Pieces {
  readonly elements: Json[];
  readonly pieces: Map<string, Tree>;
}

const building = new WeakMap<readonly Json[], Pieces>();

/** The list at a member as one that may be added to; a list of the record's own is copied first. */
const listAt = (here: Tree, step: string): Pieces => {
  const old = here[step];
  const known = Array.isArray(old) ? building.get(old) : undefined;
  if (known !== undefined) return known;
  const made: Pieces = { elements: Array.isArray(old) ? [...(old as readonly Json[])] : [], pieces: new Map() };
  building.set(made.elements, made);
  here[step] = made.elements;
  return made;
};

/** From here on an index may mean another element than before. */
const put = ({ elements, pieces }: Pieces, value: Json): void => {
  elements.push(value);
  pieces.clear();
};

/**
 * The element that a patch changes a part of. What it was put in with stays, and belongs to it: a rule that is added harmless and
 * made worse piece by piece is judged whole.
 */
const pieceOf = ({ elements, pieces }: Pieces, index: string): Tree => {
  const known = pieces.get(index);
  if (known !== undefined) return known;
  const from = (index === '-' ? undefined : elements.at(Number(index))) ?? elements.at(-1);
  const piece: Tree = isObject(from) ? Object.assign(branch(), from) : branch();
  elements.push(piece);
  pieces.set(index, piece);
  return piece;
};

/** The labels, annotations or data members that a body sets; removed ones are null. */
export const members = (body: Body, ...path: readonly string[]): readonly (readonly [string, Json])[] => {
  const found = at(body.object, ...path);
  if (!isObject(found)) return [];
  return Object.entries(found).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
};

/** Whether a patch puts its members in the place of all there were: null, or a strategic merge's `$patch: replace` or `delete`. */
export const replacesAll = (value: Json | undefined): boolean => value === null || text(value, '$patch') !== undefined;
