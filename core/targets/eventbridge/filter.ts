import type { AnyDetection, AnyKnowledge } from '../../detection.ts';
import type { JsonObject } from '../../json.ts';
import { loadPattern } from '../../pattern/load.ts';
import type { Settings } from '../../settings.ts';
import { type Clause, implies, pathOf, reduce } from '../clause.ts';
import { clausesOf } from '../derive.ts';
import { type Cost, widenToFit } from '../fit.ts';
import { needsOf } from '../needs.ts';
import { byAccess, names, needsReads, withNames } from './names.ts';
import { type EventPattern, lengthOf, pack, packed, room } from './pack.ts';
import { print } from './print.ts';
import { speakable } from './say.ts';
import { isReadOnly, volume } from './volume.ts';

/** What one detection (or knowledge) asks of the filter. */
export interface RuleFilter {
  readonly id: string;
  /** Its own filter, before anything was widened to fit, joined by "or"; [] = every event; absent: the rule is turned off. */
  readonly pattern?: readonly JsonObject[];
  /** Call names it needs that are read-only; `*` where it is bound to no names. */
  readonly readOnly: readonly string[];
  /** Conditions of its own filter that the derived patterns gave up, by path. */
  readonly widened: readonly string[];
}

export interface CloudTrailFilter {
  readonly patterns: readonly EventPattern[];
  readonly rules: readonly RuleFilter[];
}

type Rule = Extract<AnyDetection | AnyKnowledge, { on: 'cloudtrail' }>;

/**
 * Derives the fewest EventBridge patterns that admit every event the enabled detections match or the knowledge learns from.
 * Where their conditions don't fit, the ones that keep the fewest events out are given up first; names of calls never are.
 * @throws Error where a condition that can't be given up holds a value longer than a pattern: whatever has several values is spread
 * over as many patterns as it takes
 */
export const eventBridgeFilter = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): CloudTrailFilter => {
  const rules = [...detections, ...knowledge].filter((rule): rule is Rule => rule.on === 'cloudtrail');
  const own = new Map(rules.map(rule => [rule.id, ruleClauses(rule, settings)]));
  const clauses = [...own.values()].flat().flatMap(byAccess);
  const kept = narrowest(
    unique([false, true].flatMap(reads => reduce(clauses.filter(one => needsReads(one) === reads)))),
  );
  return {
    patterns: packed(kept),
    rules: rules.map(rule => describe(rule.id, own.get(rule.id) ?? [], kept)),
  };
};

const isOff = (rule: { readonly id: string }, settings: Settings): boolean =>
  settings.detections[rule.id]?.status === 'off';

const ruleClauses = (rule: Rule, settings: Settings): readonly Clause[] => {
  if (isOff(rule, settings)) return [];
  return reduce(clausesOf(loadPattern(rule.when), needsOf('cloudtrail', settings)).map(speakable));
};

/** Drops clauses that another one holds; of those that hold each other the first stays. */
const unique = (clauses: readonly Clause[]): readonly Clause[] =>
  clauses.filter(
    (clause, index) =>
      !clauses.some((other, at) => at !== index && implies(clause, other) && (at < index || !implies(other, clause))),
  );

/** Share of all management events that one widening may add: a rule more is cheaper than half of all AssumeRole records. */
const mostAdded = 0.005;
/** The same for a clause without call names, of which one widening too many admits everything. */
const hardlyAny = 0.0005;

const bare = (clause: Clause): Clause => withNames(new Map(), names(clause) ?? []);

/** Bound to names of calls that are rare enough for the names alone to do. */
const isCheap = (clause: Clause): boolean =>
  names(clause) !== undefined && volume(bare(clause)) - volume(clause) <= mostAdded;

const added = (to: Clause, from: readonly Clause[]): number =>
  volume(to) - from.reduce((sum, one) => sum + volume(one), 0);

const cost: Cost = {
  size: clause => print(clause).length + 1,
  volume,
  allowed: (to, ...from) => {
    if (names(to) === undefined)
      return to.size > 0 && from.every(one => names(one) === undefined) && added(to, from) <= hardlyAny;
    if (new Set(from.map(needsReads)).size > 1) return false;
    return (from.every(isCheap) && isCheap(to)) || added(to, from) <= hardlyAny;
  },
};

/**
 * The narrowest clauses that need no more patterns than the least would: names of rare calls without their other conditions,
 * busy calls with all of them, and what is bound to no names widened where that admits hardly any more.
 */
const narrowest = (clauses: readonly Clause[]): readonly Clause[] => {
  const cheap = clauses.filter(isCheap);
  const bound = [true, false].flatMap(reads => {
    const all = cheap.filter(clause => needsReads(clause) === reads).flatMap(clause => names(clause) ?? []);
    return all.length === 0 ? [] : [withNames(new Map(), all)];
  });
  const rest = widenToFit(
    clauses.filter(clause => !isCheap(clause)),
    cost,
    () => 1,
  ).kept;
  const floor = unique([...bound, ...rest]);
  const most = packed(floor).length;
  const { kept, fits } = widenToFit(clauses, cost, candidate =>
    (pack(candidate)?.length ?? Number.POSITIVE_INFINITY) <= most ? 0 : Math.max(1, lengthOf(candidate) - most * room),
  );
  return fits ? kept : floor;
};

const describe = (id: string, clauses: readonly Clause[], kept: readonly Clause[]): RuleFilter => {
  const holders = (clause: Clause): readonly Clause[] => kept.filter(one => implies(clause, one));
  return {
    id,
    ...(clauses.length === 0
      ? {}
      : { pattern: clauses.flatMap(clause => (clause.size === 0 ? [] : [JSON.parse(print(clause))])) }),
    readOnly: [
      ...new Set(clauses.filter(needsReads).flatMap(clause => names(clause)?.filter(isReadOnly) ?? ['*'])),
    ].toSorted(),
    widened: [
      ...new Set(
        clauses
          .flatMap(byAccess)
          .flatMap(clause => [...clause.keys()].filter(path => !holders(clause).some(one => one.has(path)))),
      ),
    ]
      .map(path => pathOf(path).join('.'))
      .toSorted(),
  };
};

const detailTypes: ReadonlyMap<string, string> = new Map([
  ['AwsServiceEvent', 'AWS Service Event via CloudTrail'],
  ['AwsConsoleSignIn', 'AWS Console Sign In via CloudTrail'],
  ['AwsConsoleAction', 'AWS Console Action via CloudTrail'],
  ['AwsVpceEvent', 'AWS Network Activity Event via CloudTrail'],
]);

/** A CloudTrail record as EventBridge carries it, as far as the derived patterns look at the envelope. */
export const envelope = (record: JsonObject): JsonObject => ({
  source: `aws.${String(record['eventSource']).replace(/\.amazonaws\.com$/, '')}`,
  'detail-type': detailTypes.get(String(record['eventType'])) ?? 'AWS API Call via CloudTrail',
  detail: record,
});
