import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDetection, AnyKnowledge } from '../core/detection.ts';
import { isObject } from '../core/json.ts';
import { DetectionError, loadDetection, loadKnowledge } from '../core/load.ts';

/** A file of `detections/` and all that is wrong with it; nothing: it is a rule of the catalogue. */
interface Checked {
  readonly file: string;
  readonly problems: readonly string[];
}

/**
 * Loads every file of the catalogue by itself, so that what is wrong is told by its file, and all of it at once.
 * @param paths without `detections/` and the ending
 */
export const checkRules = (root: string, paths: readonly string[]): Promise<readonly Checked[]> =>
  Promise.all(
    paths.map(async path => {
      const file = `detections/${path}.ts`;
      try {
        const exported: unknown = await import(pathToFileURL(join(root, file)).href);
        return { file, problems: problemsOf(path, Object.entries(exported ?? {})) };
      } catch (error) {
        return { file, problems: [faultOf(error, file).replaceAll(`${root}/`, '')] };
      }
    }),
  );

const problemsOf = (path: string, exported: readonly (readonly [string, unknown])[]): readonly string[] => {
  const kind = path.startsWith('knowledge/') ? 'knowledge' : 'detection';
  const [, rule] = exported.find(([name]) => name === kind) ?? [];
  if (!isRule(rule)) {
    const names = exported.map(([name]) => name).join(', ') || 'nothing';
    const builder = kind === 'knowledge' ? '' : ' = cloudtrail({…}), or kubernetes({…}), of core/detection.ts';
    return [
      `it is to export const ${kind}${builder}; it exports ${rule === undefined ? names : `a ${kind} without an id`}`,
    ];
  }
  const named = rule.id === path ? [] : [`id: "${rule.id}": it is the path of the file, "${path}"`];
  return [...named, ...loaded(kind, rule)];
};

interface Rule {
  readonly id: string;
}

const isRule = (value: unknown): value is Rule => isObject(value) && typeof value['id'] === 'string';

const loaded = (kind: 'detection' | 'knowledge', rule: Rule): readonly string[] => {
  try {
    if (kind === 'knowledge')
      loadKnowledge(rule as AnyKnowledge); // it says what such a one lacks
    else loadDetection(rule as AnyDetection); // as above
    return [];
  } catch (error) {
    return error instanceof DetectionError ? error.problems : [faultOf(error, '')];
  }
};

/** What was thrown, with the line of the file where the file threw it or could not be parsed. */
const faultOf = (error: unknown, file: string): string => {
  if (!(error instanceof Error)) return String(error);
  const at = (error.stack ?? '').split('\n').find(line => file !== '' && line.includes(file));
  const line = at === undefined ? undefined : /:(\d+)(?::\d+)?\)?$/.exec(at.trim())?.[1];
  return `${line === undefined ? '' : `line ${line}: `}${error.message}`;
};
