import type { AnyDetection, AnyKnowledge } from '../../detection.ts';
import { loadPattern } from '../../pattern/load.ts';
import type { Test } from '../../pattern/node.ts';
import type { Settings } from '../../settings.ts';
import { type Clause, implies, pathKey, pathOf, reduce, trim } from '../clause.ts';
import { clausesOf } from '../derive.ts';
import { type Cost, widenToFit } from '../fit.ts';
import { apart, narrowToFit } from '../narrow.ts';
import { needsOf } from '../needs.ts';
import { limits } from './grammar.ts';
import { printLogs, projected, sizeOf } from './print.ts';
import { volume } from './volume.ts';

/** What one detection (or knowledge) asks of the Logs filter. */
export interface LogsRule {
  readonly id: string;
  /** Its own filter pattern before anything was joined; '' = every audit event. May be longer than CloudWatch accepts. */
  readonly pattern: string;
  /** Conditions of its own filter that the derived pattern gave up, by path. */
  readonly widened: readonly string[];
  /** Turned off in the settings: it asks for nothing. */
  readonly off: boolean;
}

export interface LogsFilter {
  /** The `filterPattern` of a subscription filter, at most 1,024 characters; '' admits everything. */
  readonly pattern: string;
  readonly rules: readonly LogsRule[];
}

const resource = pathKey(['objectRef', 'resource']);
const stage = pathKey(['stage']);

type Rule = Extract<AnyDetection | AnyKnowledge, { on: 'kubernetes' }>;

/** Never widened to every event of a stage. */
const cost: Cost = { size: sizeOf, volume, allowed: to => [...to.keys()].some(path => path !== stage) };

/**
 * Each step of widening is the cheapest one, which may lead to where the last steps are dear: so volumes are weighed in several ways,
 * and the one that ends with the least is kept. By the last, of long lists nothing is left alone.
 */
const ways: readonly ((volume: number) => number)[] = [
  share => share,
  share => share + 0.01,
  share => Math.sqrt(share),
  () => 0,
];

const admitted = (clauses: readonly Clause[]): number => clauses.reduce((sum, clause) => sum + volume(clause), 0);

/**
 * Derives one CloudWatch Logs filter pattern that admits every audit event the enabled detections match or the knowledge learns
 * from: the rules projected onto what a pattern can say without doubt, then widened until it fits, the cheapest way.
 */
export const logsFilter = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): LogsFilter => {
  const rules = [...detections, ...knowledge].filter((rule): rule is Rule => rule.on === 'kubernetes');
  const own = new Map(rules.map(rule => [rule.id, ruleClauses(rule, settings)]));
  const clauses = reduce([...own.values()].flat());
  const excess = (some: readonly Clause[]): number => printLogs(trim(some)).length - limits.characters;
  const fits = (some: readonly Clause[]): boolean => excess(some) <= 0;
  const fitted = ways
    .map(how => widenToFit(clauses, { ...cost, volume: clause => how(volume(clause)) }, excess))
    .filter(way => way.fits)
    .map(way => narrowToFit(way.kept, clauses, resource, cost, fits))
    .toSorted((a, b) => admitted(a) - admitted(b));
  const kept = clauses.some(clause => clause.size === 0) ? [] : (fitted[0] ?? []);
  return {
    pattern: kept.length === 0 ? '' : printLogs(trim(kept)),
    rules: rules.map(({ id }) => describe(id, own.get(id) ?? [], kept, isOff(id, settings))),
  };
};

const isOff = (id: string, settings: Settings): boolean => settings.detections[id]?.status === 'off';

const ruleClauses = (rule: Rule, settings: Settings): readonly Clause[] => {
  if (isOff(rule.id, settings)) return [];
  return reduce(clausesOf(loadPattern(rule.when), needsOf('kubernetes', settings)).map(project));
};

const project = (clause: Clause): Clause =>
  new Map([...clause].filter(([path, tests]) => projected.has(path) && tests.every(test => isSayable(path, test))));

/** Printable ASCII without what quotes, escapes or stars would make of it. */
const plain = /^[ !#-$&-)+-[\]-~]+$/;

/** Never "not": what CloudWatch makes of `!=` on a missing member is not written down. */
const isSayable = (path: string, test: Test): boolean => {
  if (path === pathKey(['responseStatus', 'code']))
    return test.is === 'numeric' || (test.is === 'equal' && typeof test.value === 'number');
  switch (test.is) {
    case 'equal':
      return typeof test.value === 'string' && plain.test(test.value);
    case 'prefix':
    case 'suffix':
      return !test.fold && plain.test(test.text);
    case 'wildcard':
      return test.pieces.every(piece => piece === '' || plain.test(piece));
    case 'exists':
    case 'absent':
      return true;
    default:
      return false;
  }
};

const describe = (id: string, clauses: readonly Clause[], kept: readonly Clause[], off: boolean): LogsRule => {
  const gone = clauses
    .flatMap(clause => apart(clause, resource))
    .flatMap(clause => {
      const holders = kept.filter(one => implies(clause, one));
      return [...clause.keys()].filter(path => !holders.some(one => one.has(path)));
    });
  return {
    id,
    pattern: clauses.length === 0 || clauses.some(clause => clause.size === 0) ? '' : printLogs(clauses),
    widened: [...new Set(gone)].map(path => pathOf(path).join('.')).toSorted(),
    off,
  };
};
