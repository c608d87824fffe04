import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { alone } from '../../core/pattern/requirement.ts';
import { type Clause, pathOf, reduce, trim } from '../../core/targets/clause.ts';
import { clausesOf } from '../../core/targets/derive.ts';
import { envelope, eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';
import { logsFilter } from '../../core/targets/logs/filter.ts';
import { admitsLog, limits, parseLogsPattern } from '../../core/targets/logs/grammar.ts';
import { auditRule, trailRule } from './rules.ts';

const numRuns = Number(process.env['RUNS'] ?? 150);

/** The values that stand at a member of the records here, and that rules ask for there. */
type Members = { readonly [member: string]: readonly Json[] };

const sentence = 'a-text-so-long-that-a-few-of-them-fill-whatever-quota-a-filter-has,in-lists-and-alone';
const texts = (...some: readonly string[]): readonly string[] => [...some, ...some.map(one => `${one}-${sentence}`)];

const trailMembers: Members = {
  eventName: ['RunInstances', 'CreateFleet', 'CreateTags', 'AssumeRole', 'DescribeInstances', 'GetObject', 'Decrypt'],
  eventSource: ['ec2.amazonaws.com', 'sts.amazonaws.com'],
  readOnly: [true, false],
  errorCode: ['AccessDenied', 'Client.Unauthorized'],
  userAgent: texts('aws-cli/2', 'Boto3', 'a*b', 'STRASSE'),
  'userIdentity.type': ['AssumedRole', 'IAMUser'],
  'userIdentity.arn': texts('arn:aws:iam::111122223333:role/a', 'arn:aws:iam::111122223333:role/b'),
  'requestParameters.name': texts('i-0a', 'i-0b', 'vol-0c'),
  'requestParameters.set.size': [0, 1, 2.5, 'large'],
  'requestParameters.set.on': [true, false, null],
  sourceIPAddress: ['10.0.0.1', '192.0.2.7'],
};

/** Of these names, the calls that CloudTrail marks read-only: only a rule that sees such events is given them. */
const reads: ReadonlySet<unknown> = new Set(['AssumeRole', 'DescribeInstances', 'GetObject', 'Decrypt']);

/** A record as CloudTrail marks it. */
const marked = (record: JsonObject): JsonObject =>
  record['eventName'] === undefined ? record : { ...record, readOnly: reads.has(record['eventName']) };

const auditMembers: Members = {
  stage: ['ResponseComplete', 'ResponseStarted'],
  verb: ['get', 'create', 'delete', 'deletecollection', 'patch', 'patched'],
  'objectRef.resource': texts('pods', 'podtemplates', 'nodes', 'nodepools', 'a"b'),
  'objectRef.apiGroup': texts('apps', 'karpenter.sh', 'karpenter.k8s.aws'),
  'objectRef.subresource': ['exec', 'status'],
  'objectRef.name': texts('default', 'system'),
  'user.username': texts('system:serviceaccount:ka:karpenter', 'system:serviceaccount:kb:karpenter', 'system:node:a'),
  'user.groups': ['system:masters', 'system:nodes'],
  'impersonatedUser.username': texts('system:admin'),
  'responseStatus.code': [200, 401, 403],
};

const operatorFor = (value: Json): fc.Arbitrary<Json> => {
  if (typeof value === 'number')
    return fc.constantFrom<Json>(
      value,
      { numeric: ['>=', value] },
      { numeric: ['<', value] },
      { numeric: ['=', value] },
    );
  if (typeof value !== 'string') return fc.constant(value);
  const escaped = value.replace(/[\\*]/g, '\\$&');
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant<Json>(value) },
    {
      weight: 12,
      arbitrary: fc.constantFrom<Json>(
        { prefix: value.slice(0, 3) },
        { prefix: value.slice(0, 9) },
        { suffix: value.slice(-3) },
        { suffix: value.slice(-9) },
        { prefix: { 'equals-ignore-case': value.slice(0, 4).toUpperCase() } },
        { suffix: { 'equals-ignore-case': value.slice(-4).toUpperCase() } },
        { 'equals-ignore-case': value.toUpperCase() },
        { wildcard: `${escaped.slice(0, 2)}*` },
        { wildcard: `*${escaped.slice(-2)}` },
        { wildcard: escaped },
        { wildcard: `${value.slice(0, 1)}*${value.slice(-1)}` },
        { wildcard: `${value.slice(0, 1)}*${value.slice(2, 3)}*${value.slice(-1)}` },
        { wildcard: `*${value.slice(1, 2)}*${value.slice(3, 4)}*${value.slice(4, 5)}*` },
        { 'anything-but': value },
        { 'anything-but': { prefix: value.slice(0, 3) } },
        { 'anything-but': { suffix: value.slice(-3) } },
        { 'anything-but': { 'equals-ignore-case': value.toUpperCase() } },
        { 'anything-but': { wildcard: `*${value.slice(1, 3)}*` } },
        { matches: `^${value.slice(0, 3).replace(/[^\w]/g, '.')}` },
        { matches: `^${value.slice(0, 2).replace(/[^\w]/g, '.')}x*` },
        { matches: `^x|^${value.slice(0, 2).replace(/[^\w]/g, '.')}` },
        { cidr: '10.0.0.0/8' },
      ),
    },
    { weight: 2, arbitrary: fc.boolean().map<Json>(exists => ({ exists })) },
  );
};

/** Members by their whole names put into one object of objects. */
const nested = (members: readonly (readonly [string, Json])[]): JsonObject => {
  const root: Record<string, Json> = {};
  for (const [name, value] of members) {
    const path = name.split('.');
    let here = root;
    for (const step of path.slice(0, -1)) {
      here[step] ??= {};
      here = here[step] as Record<string, Json>; // made here, never a value
    }
    here[path.at(-1) ?? ''] = value;
  }
  return root;
};

const conditionsOn = (members: Members, names: readonly string[]): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(
      ...names.map(name =>
        fc
          .array(fc.constantFrom(...(members[name] ?? [])).chain(operatorFor), { minLength: 1, maxLength: 4 })
          .map(tests => [name, tests] as const),
      ),
    )
    .map(nested);

/** A pattern over some members: each asked for beside the `$or`, in one of its branches, or not at all. */
const patternOver = (members: Members): fc.Arbitrary<JsonObject> =>
  fc
    .shuffledSubarray(Object.keys(members), { minLength: 1, maxLength: 5 })
    .chain(names =>
      fc.oneof(
        conditionsOn(members, names.slice(0, 3)),
        names.length < 3
          ? conditionsOn(members, names)
          : fc
              .tuple(
                conditionsOn(members, names.slice(0, 1)),
                conditionsOn(members, names.slice(1, 2)),
                conditionsOn(members, names.slice(2)),
              )
              .map(([beside, ...$or]) => ({ ...beside, $or })),
      ),
    )
    .filter(isLoaded);

/** A member can't be asked beside an `$or` and in it; the generator makes such patterns, where an object holds both. */
const isLoaded = (pattern: JsonObject): boolean => {
  try {
    loadPattern(pattern);
    return true;
  } catch {
    return false;
  }
};

/** A record, most members of which it has; those of a request's set may stand in a list. */
const recordOf = (members: Members): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(
      ...Object.entries(members).map(([name, values]) =>
        fc
          .option(
            name === 'user.groups' || name === 'requestParameters.name'
              ? fc.oneof(fc.constantFrom(...values), fc.subarray([...values], { minLength: 1, maxLength: 2 }))
              : fc.constantFrom(...values),
            { freq: 4 },
          )
          .map(value => (value === null ? [] : [[name, value] as const])),
      ),
    )
    .map(all => nested(all.flat()));

const recordsOf = (members: Members) => fc.array(recordOf(members), { minLength: 60, maxLength: 60 });

const casesOf = (members: Members) =>
  fc.tuple(fc.array(patternOver(members), { minLength: 1, maxLength: 6 }), recordsOf(members));

/** What a rule may ask of facts: `third` needs nothing of the record. */
const asked: readonly JsonObject[] = [
  { first: ['said'] },
  { first: ['said'], second: ['said'], third: ['said'] },
  { $or: [{ first: ['said'] }, { second: ['said'] }] },
  { first: [{ 'anything-but': 'said' }], second: [{ prefix: 'sa' }] },
  { first: [{ equalsField: ['fact', 'third'] }] },
  { first: ['none', 'said'], $or: [{ second: ['said'] }, { third: ['said'] }] },
];

/** Whether every condition of a clause holds, each by itself. */
const admits = (clause: Clause, record: JsonObject): boolean =>
  [...clause].every(([key, tests]) => match(alone({ path: pathOf(key), tests }), record));

describe('what is derived from any rules admits whatever one of them matches', () => {
  it('as EventBridge patterns within their quota', () => {
    fc.assert(
      fc.property(casesOf(trailMembers), ([whens, records]) => {
        const rules = whens.map((when, index) => trailRule(`r${index}`, when));
        const { patterns } = eventBridgeFilter(rules, [], exampleSettings);
        const loaded = patterns.map(({ pattern, readOnly }) => ({
          pattern: loadPattern(JSON.parse(pattern)),
          readOnly,
        }));
        for (const { pattern } of patterns) expect(pattern.length).toBeLessThanOrEqual(quota.characters);
        for (const record of records.map(marked)) {
          if (!whens.some(when => match(loadPattern(when), record))) continue;
          const seen = loaded.filter(({ readOnly }) => readOnly || record['readOnly'] !== true);
          expect(
            seen.some(({ pattern }) => match(pattern, envelope(record))),
            JSON.stringify(record),
          ).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('as one Logs pattern within its limits', () => {
    fc.assert(
      fc.property(casesOf(auditMembers), ([whens, records]) => {
        const rules = whens.map((when, index) => auditRule(`r${index}`, when));
        const { pattern } = logsFilter(rules, [], exampleSettings);
        expect(pattern.length).toBeLessThanOrEqual(limits.characters);
        const parsed = pattern === '' ? undefined : parseLogsPattern(pattern);
        for (const record of records) {
          if (!whens.some(when => match(loadPattern(when), record))) continue;
          expect(parsed === undefined || admitsLog(parsed, record), JSON.stringify(record)).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it.each([
    ['CloudTrail', trailMembers],
    ['audit', auditMembers],
  ] as const)('as clauses, joined with what facts need: %s records', (_, members) => {
    const one = patternOver(members);
    const cases = fc.tuple(
      fc.record({ when: one, first: one, second: one }),
      fc.constantFrom(...asked),
      recordsOf(members),
    );
    fc.assert(
      fc.property(cases, ([{ when, first, second }, fact, records]) => {
        const rule = loadPattern({ $or: [{ ...when, fact }, { fact: { first: ['said'], second: ['said'] } }] });
        const needed = new Map([
          ['first', loadPattern(first)],
          ['second', loadPattern(second)],
        ]);
        const clauses = clausesOf(rule, name => {
          const pattern = needed.get(name);
          return pattern && { pattern, neutral: 'none' };
        });
        for (const [index, record] of records.entries()) {
          const facts = Object.fromEntries(
            [...needed].map(([name, pattern]) => [name, match(pattern, record) ? 'said' : 'none']),
          );
          if (!match(rule, { ...record, fact: { ...facts, third: index % 2 === 0 ? 'said' : 'none' } })) continue;
          for (const kept of [clauses, reduce(clauses), trim(clauses)])
            expect(
              kept.some(clause => admits(clause, record)),
              JSON.stringify(record),
            ).toBe(true);
        }
      }),
      { numRuns },
    );
  });
});
