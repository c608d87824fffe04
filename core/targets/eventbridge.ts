import type { AnyDetection, AnyKnowledge } from '../detection.ts';
import type { JsonObject } from '../json.ts';
import { loadPattern } from '../pattern/load.ts';
import type { Test } from '../pattern/node.ts';
import type { Settings } from '../settings.ts';
import { type Clause, implies, pathKey, pathOf, reduce } from './clause.ts';
import { clausesOf } from './derive.ts';
import { print } from './eventbridge-print.ts';
import { isReadOnly, volume } from './eventbridge-volume.ts';
import { type Cost, widenToFit } from './fit.ts';
import { needsOf } from './needs.ts';

/** Amazon EventBridge quotas: characters of one event pattern (adjustable), and rules with wildcards on one bus. */
export const quota = { characters: 2_048, wildcardRules: 30 } as const;

/** One EventBridge rule's pattern. */
export interface EventPattern {
  /** JSON text, at most {@link quota} characters. */
  readonly pattern: string;
  /** Whether it must see read-only management events: state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS. */
  readonly readOnly: boolean;
  readonly wildcards: boolean;
}

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

/** `source` of the events that AWS services send to a default bus; PutEvents refuses it to everybody else. */
const fromAws = '{"source":[{"prefix":"aws."}],"detail-type":[{"suffix":" via CloudTrail"}]';

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

/** The clause as EventBridge can say it: what it can't is left out. */
const speakable = (clause: Clause): Clause =>
  new Map(
    [...clause].flatMap(([path, tests]) => {
      const said = tests.map(test => sayable(test, pathOf(path)));
      return said.every(test => test !== undefined) ? [[path, said] as const] : [];
    }),
  );

/**
 * Members that are text wherever they occur. EventBridge's `exists` looks at leaves only: of an object it says "absent"
 * (Amazon EventBridge User Guide, "Exists matching"), so it is kept for these alone.
 */
const leaves: ReadonlySet<string> = new Set(
  [
    ['errorCode'],
    ['errorMessage'],
    ['vpcEndpointId'],
    ['sessionCredentialFromConsole'],
    ['userIdentity', 'arn'],
    ['userIdentity', 'accessKeyId'],
    ['userIdentity', 'invokedBy'],
    ['userIdentity', 'principalId'],
    ['userIdentity', 'inScopeOf', 'issuerType'],
    ['userIdentity', 'inScopeOf', 'credentialsIssuedTo'],
    ['userIdentity', 'sessionContext', 'ec2RoleDelivery'],
    ['userIdentity', 'sessionContext', 'sessionIssuer', 'arn'],
    ['userIdentity', 'sessionContext', 'sourceIdentity'],
  ].map(pathKey),
);

const sayable = (test: Test, path: readonly string[]): Test | undefined => {
  if (test.is === 'exists' || test.is === 'absent') return leaves.has(pathKey(path)) ? test : undefined;
  if (test.is === 'not') return test.tests.some(inner => inner.is === 'wildcard') ? undefined : test;
  if (test.is !== 'wildcard') return test;
  const [first = '', ...rest] = test.pieces;
  const last = rest.at(-1) ?? '';
  if (rest.length === 0) return { is: 'equal', value: first };
  if (rest.length === 1 && last === '') return first === '' ? undefined : { is: 'prefix', text: first, fold: false };
  if (rest.length === 1 && first === '') return { is: 'suffix', text: last, fold: false };
  // Many stars make a pattern too complex for EventBridge to accept.
  if (rest.length <= 3) return test;
  return first === '' ? undefined : { is: 'prefix', text: first, fold: false };
};

/** Drops clauses that another one holds. */
const unique = (clauses: readonly Clause[]): readonly Clause[] =>
  clauses.filter((clause, index) => !clauses.some((other, at) => at !== index && implies(clause, other)));

const eventName = pathKey(['eventName']);

const names = (clause: Clause): readonly string[] | undefined => {
  const tests = clause.get(eventName);
  if (tests === undefined) return undefined;
  const found = tests.flatMap(test => (test.is === 'equal' && typeof test.value === 'string' ? [test.value] : []));
  return found.length === tests.length ? found : undefined;
};

/** Reads and writes apart, so that a rule which needs only writes does not ask for reads. */
const byAccess = (clause: Clause): readonly Clause[] => {
  const all = names(clause);
  if (all === undefined) return [clause];
  const reads = all.filter(isReadOnly);
  const writes = all.filter(name => !isReadOnly(name));
  return [writes, reads].filter(some => some.length > 0).map(some => withNames(clause, some));
};

const withNames = (clause: Clause, some: readonly string[]): Clause =>
  new Map([...clause, [eventName, [...new Set(some)].toSorted().map(value => ({ is: 'equal', value }) as const)]]);

const needsReads = (clause: Clause): boolean => {
  const readOnly = clause.get(pathKey(['readOnly']));
  if (readOnly?.every(test => test.is === 'equal' && test.value === false)) return false;
  return names(clause)?.some(isReadOnly) ?? true;
};

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
    if (new Set(from.map(needsReads)).size > 1 || from.some(one => names(one) === undefined)) return false;
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

const packed = (clauses: readonly Clause[]): readonly EventPattern[] => {
  const patterns = pack(clauses);
  if (patterns !== undefined) return patterns;
  const long = clauses.filter(clause => pack([clause]) === undefined);
  throw new Error(
    `a filter of ${whole(long).length} characters fits no EventBridge pattern (${quota.characters}): ${long.map(print).join().slice(0, 200)}… Shorten the values in the settings that it comes from.`,
  );
};

/**
 * Fills patterns one after the other: writes, then reads, a list cut where a pattern is full. Undefined where a clause of single
 * values is longer than a pattern.
 */
const pack = (clauses: readonly Clause[]): readonly EventPattern[] | undefined => {
  const ordered = clauses
    .toSorted((a, b) => print(b).length - print(a).length || (print(a) < print(b) ? -1 : 1))
    .toSorted((a, b) => Number(needsReads(a)) - Number(needsReads(b)));
  const done: Clause[][] = [];
  let open: Clause[] = [];
  const left = [...ordered];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    if (lengthOf([...open, next]) <= quota.characters) {
      open.push(next);
      continue;
    }
    const [head, tail] = cut(next, part => lengthOf([...open, part]) <= quota.characters);
    if (head !== undefined) open.push(head);
    if (open.length === 0) {
      const parts = halves(next);
      if (parts === undefined) return undefined;
      left.unshift(...parts);
      continue;
    }
    done.push(open);
    open = [];
    left.unshift(tail);
  }
  if (open.length > 0) done.push(open);
  return done.map(group => {
    const pattern = whole(group);
    return { pattern, readOnly: group.some(needsReads), wildcards: pattern.includes('{"wildcard":') };
  });
};

/** Cuts a clause in two by its longest list: what still fits, and the rest. */
const cut = (clause: Clause, fits: (part: Clause) => boolean): readonly [Clause | undefined, Clause] => {
  const [path, tests] = [...clause].toSorted((a, b) => b[1].length - a[1].length)[0] ?? ['', []];
  const part = (some: readonly Test[]): Clause => new Map([...clause, [path, some]]);
  let count = tests.length - 1;
  while (count > 0 && !fits(part(tests.slice(0, count)))) count--;
  return count <= 0 ? [undefined, clause] : [part(tests.slice(0, count)), part(tests.slice(count))];
};

/** A clause in two by the list that is longest in characters; undefined where it has single values only. */
const halves = (clause: Clause): readonly [Clause, Clause] | undefined => {
  const [longest] = [...clause]
    .filter(([, tests]) => tests.length > 1)
    .map(([path, tests]) => ({ path, tests, size: print(new Map([[path, tests]])).length }))
    .toSorted((a, b) => b.size - a.size);
  if (longest === undefined) return undefined;
  const { path, tests } = longest;
  const middle = Math.ceil(tests.length / 2);
  return [new Map([...clause, [path, tests.slice(0, middle)]]), new Map([...clause, [path, tests.slice(middle)]])];
};

/** Characters that one pattern has for its clauses. */
const room = quota.characters - fromAws.length - '},"detail":{"$or":[]}}'.length;

const lengthOf = (clauses: readonly Clause[]): number =>
  clauses.reduce((sum, clause) => sum + print(clause).length + 1, fromAws.length + '},"detail":{"$or":[]}}'.length);

const whole = (clauses: readonly Clause[]): string => {
  if (clauses.some(clause => clause.size === 0)) return `${fromAws}}`;
  const [only, ...more] = clauses.map(print);
  return `${fromAws},"detail":${more.length === 0 ? only : `{"$or":[${[only, ...more].join()}]}`}}`;
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
