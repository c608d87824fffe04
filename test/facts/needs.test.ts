import { describe, expect, test } from 'vitest';
import { cloudtrailFacts } from '../../core/cloudtrail/facts/index.ts';
import { defineConfig } from '../../core/config.ts';
import type { Event, Source } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Fact, Facts } from '../../core/fact.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { kubernetesFacts } from '../../core/kubernetes/facts/index.ts';
import { type Check, compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import type { Settings } from '../../core/settings.ts';
import { cloudtrailSayings, ordinaryCalls, type Saying } from './cloudtrail.ts';
import { kubernetesSayings, ordinaryAudits } from './kubernetes.ts';
import { fleet, prod, wide } from './settings.ts';

/**
 * What filters are derived from: a fact's `needs` hold wherever it says anything, and ask for no more than that. Held over events of
 * every call, verb, member and form that a fact takes heed of.
 */
/** Settings, and the facts that they leave nothing to say. */
const settings: readonly (readonly [string, Settings, readonly string[]])[] = [
  ['the example settings', exampleSettings, ['launch.approved-owners']],
  [
    'no settings',
    defineConfig({}),
    ['launch.region', 'launch.approved-owners', 'iam.exempt', 'profile.foreign', 'eks.role-own', 'node.anomalies'],
  ],
];

/** Facts that can be read off any event. */
const needNothing: { readonly [source in Source]: readonly string[] } = {
  cloudtrail: [
    ...['kind', 'id', 'name', 'session', 'guessed', 'reader'].map(name => `principal.${name}`),
    ...['kind', 'place', 'clusters', 'pod', 'network', 'egress-known'].map(name => `source.${name}`),
    ...['agent.family', 'agent.application', 'node.role-names'],
  ],
  kubernetes: [
    ...['kind', 'effective', 'standing', 'form', 'id', 'controller', 'reader'].map(name => `principal.${name}`),
    ...['source.last', 'source.place', 'clock.hours', 'evidence.omitted', 'body.form', 'guard.keeper'],
    ...['object.path', 'object.namespace', 'object.controller', 'namespace.role', 'namespace.exempt'],
  ],
};

/** What makes another call of one, or somebody else's. */
const changes: readonly (readonly [change: string, path: readonly string[], to: Json | undefined])[] = [
  ['another service', ['eventSource'], 'rekognition.amazonaws.com'],
  ['another call', ['eventName'], 'DetectLabels'],
  ['another role', ['requestParameters', 'roleArn'], 'arn:aws:iam::111122223333:role/reports'],
  ['nobody', ['userIdentity'], undefined],
  ['another verb', ['verb'], 'get'],
  ['another resource', ['objectRef', 'resource'], 'widgets'],
  ['another group', ['objectRef', 'apiGroup'], 'example.com'],
  ['another part', ['objectRef', 'subresource'], 'approval'],
  ['another object', ['objectRef', 'name'], 'mine'],
  ['another user', ['user', 'username'], 'alice'],
  ['nobody impersonated', ['impersonatedUser'], undefined],
  ['another stage', ['stage'], 'RequestReceived'],
];

/** What would silence a fact, too, and is not asked for: filters would be longer, and keep out little. */
const dearer: ReadonlySet<string> = new Set([
  ...['bootstrap.own', 'profile.foreign'].map(name => `${name}: nobody`),
  ...['posture.problems', 'posture.severity', 'reading.failure', 'secret.kind'].map(name => `${name}: another group`),
  ...['posture.problems', 'posture.severity', 'reading.failure', 'definition.converted'].map(
    name => `${name}: another part`,
  ),
  ...['token.expiry', 'awsAuth.maps'].map(name => `${name}: another verb`),
  'eks.role-own: another role',
]);

/** One fact under some settings. */
interface Asked {
  readonly name: string;
  readonly fact: Fact;
  readonly needs: JsonObject;
  /** What it says of events that lack what it needs. */
  readonly neutral: string;
}

type Subject = Event<Source>;

const records: { readonly [source in Source]: object } = {
  cloudtrail: { eventID: '', eventTime: '', eventSource: '', eventName: '' },
  kubernetes: { auditID: '', verb: '' },
};
const empty = (source: Source): Subject =>
  ({ source, id: '', time: 0, account: '', region: '', cluster: '', record: records[source] }) as Subject; // lacks everything

const saidBy = ({ fact }: Pick<Asked, 'fact'>, event: Subject, one: Settings): string =>
  JSON.stringify(fact.read(event as never, one)); // facts are asked of events of their source

const askedOf = (facts: Facts, source: Source, one: Settings): readonly Asked[] =>
  Object.entries(facts).map(([name, fact]) => ({
    name,
    fact,
    needs: fact.needs(one) as JsonObject, // a pattern is JSON
    neutral: saidBy({ fact }, empty(source), one),
  }));

const checks = new Map<string, Check>();
const holds = (pattern: JsonObject, { record }: Subject): boolean => {
  const text = JSON.stringify(pattern);
  const check = checks.get(text) ?? (text === '{}' ? () => true : compilePattern(loadPattern(pattern)));
  checks.set(text, check);
  return check({ record: record as unknown as JsonObject }); // records are JSON
};

/** A pattern of some alternatives; a single one is no choice. */
const either = (pattern: JsonObject, branches: readonly Json[]): JsonObject | undefined => {
  const { $or: _, ...others } = pattern;
  const [only, ...more] = branches;
  if (only === undefined) return undefined;
  return more.length === 0 ? { ...others, ...(only as JsonObject) } : { ...others, $or: branches }; // branches are patterns
};

/** Whether a condition is a prefix that another one's texts have, too: of two services' calls one may be filtered by its beginning. */
const takesIn = (wide: Json, narrow: Json): boolean => {
  const [beginning, text] = [wide, narrow].map(one => (isObject(one) ? one['prefix'] : undefined));
  const other = text ?? narrow;
  return typeof beginning === 'string' && typeof other === 'string' && other.startsWith(beginning);
};

/** What a pattern is without one of its alternatives, each in turn: undefined where nothing holds it then. */
const without = (pattern: JsonObject): readonly (readonly [alternative: string, JsonObject | undefined])[] =>
  Object.entries(pattern).flatMap(([name, value]) => {
    const list: readonly Json[] = Array.isArray(value) ? value : [value ?? null];
    if (name === '$or')
      return list.flatMap((branch, at) =>
        without(branch as JsonObject).map(([what, other]): readonly [string, JsonObject | undefined] => [
          `${at}: ${what}`,
          either(pattern, list.toSpliced(at, 1, ...(other === undefined ? [] : [other]))),
        ]),
      );
    if (isObject(value))
      return without(value).map(([what, other]): readonly [string, JsonObject | undefined] => [
        `${name}.${what}`,
        other === undefined ? undefined : { ...pattern, [name]: other },
      ]);
    return list.flatMap((one, at): readonly (readonly [string, JsonObject | undefined])[] => {
      const others = list.toSpliced(at, 1);
      if (others.some(other => takesIn(other, one))) return [];
      return [[`${name} ${JSON.stringify(one)}`, others.length === 0 ? undefined : { ...pattern, [name]: others }]];
    });
  });

/** An event with another member, or without one. */
const changed = ({ record, ...event }: Subject, path: readonly string[], to: Json | undefined): Subject => {
  const put = (value: Json | undefined, [name, ...rest]: readonly string[]): Json | undefined => {
    if (name === undefined) return to;
    const inner = isObject(value) ? value : {};
    return { ...inner, [name]: put(inner[name], rest) };
  };
  const whole = JSON.parse(JSON.stringify(put(record as unknown as JsonObject, path) ?? {})); // records are JSON
  return { ...event, record: whole } as Subject;
};

describe.each<[Source, Facts, readonly Saying<Subject>[], readonly Subject[]]>([
  ['cloudtrail', cloudtrailFacts as Facts, cloudtrailSayings, ordinaryCalls], // each is read with events of its source
  ['kubernetes', kubernetesFacts as Facts, kubernetesSayings, ordinaryAudits],
])('%s', (source, facts, sayings, ordinary) => {
  const events = [...sayings.map(([event]) => event), ...ordinary];

  test('every fact is described, in a sentence', () => {
    for (const [name, { doc }] of Object.entries(facts)) expect(doc, name).toMatch(/^[A-Z`].{20,}\.$/s);
  });

  test('facts say so', () => {
    for (const [event, said] of sayings)
      expect(
        Object.fromEntries(Object.keys(said).map(name => [name, facts[name]?.read(event as never, exampleSettings)])),
        JSON.stringify(event.record),
      ).toEqual(said);
  });

  test.each([
    ['settings that name many', wide],
    ['a cluster of EKS alone', prod],
    ['another cluster alone', fleet],
  ])('needs hold wherever a fact says anything under %s', (_, one) => {
    for (const asked of askedOf(facts, source, one))
      for (const event of events)
        if (saidBy(asked, event, one) !== asked.neutral && !holds(asked.needs, event))
          expect.fail(`${asked.name}: ${JSON.stringify(event.record)}`);
  });

  describe.each(settings)('under %s', (_, one, quiet) => {
    // Asked within each test: what is asked while tests are loaded is no test's.
    const all = (): readonly Asked[] => askedOf(facts, source, one);
    const needing = (): readonly Asked[] => all().filter(({ needs }) => Object.keys(needs).length > 0);
    const speaking = (asked: Asked): readonly Subject[] =>
      events.filter(event => saidBy(asked, event, one) !== asked.neutral);

    test('some facts can be read off any event', () => {
      const free = all()
        .filter(({ needs }) => Object.keys(needs).length === 0)
        .map(({ name }) => name);
      expect(free.toSorted()).toEqual(needNothing[source].toSorted());
    });

    test('every fact that needs something says something here', () => {
      const silent = needing()
        .filter(asked => speaking(asked).length === 0)
        .map(({ name }) => name);
      expect(silent).toEqual(quiet.filter(name => Object.hasOwn(facts, name)));
    });

    test('needs hold wherever a fact says anything', () => {
      for (const asked of needing())
        for (const event of speaking(asked))
          if (!holds(asked.needs, event)) expect.fail(`${asked.name}: ${JSON.stringify(event.record)}`);
    });

    test('and each alternative lets in what no other does', () => {
      const spare: string[] = [];
      for (const [text, some] of Map.groupBy(needing(), ({ needs }) => JSON.stringify(needs))) {
        const said = some.flatMap(speaking);
        if (said.length === 0) continue; // these settings leave it nothing to say
        for (const [alternative, other] of without(JSON.parse(text)))
          if (said.every(event => other !== undefined && holds(other, event)))
            spare.push(`${some.map(({ name }) => name).join()}: ${alternative}`);
      }
      expect(spare).toEqual([]);
    });

    test('and keep out what silences it', () => {
      const wide: string[] = [];
      for (const asked of needing()) {
        const said = speaking(asked);
        for (const [name, path, to] of changes) {
          const others = said.map(event => changed(event, path, to));
          for (const event of others)
            if (saidBy(asked, event, one) !== asked.neutral && !holds(asked.needs, event))
              expect.fail(`${asked.name}, ${name}: ${JSON.stringify(event.record)}`);
          if (
            !dearer.has(`${asked.name}: ${name}`) &&
            others.every(event => saidBy(asked, event, one) === asked.neutral) &&
            others.some(event => holds(asked.needs, event))
          )
            wide.push(`${asked.name}: ${name}`);
        }
        for (const event of ordinary)
          if (holds(asked.needs, event)) wide.push(`${asked.name}: ${JSON.stringify(event.record)}`);
      }
      expect(wide).toEqual([]);
    });
  });
});

test('of components only those with short roles are asked for where every cluster is of EKS', () => {
  const asked = (one: Settings) => JSON.stringify(kubernetesFacts['component.anomalies']?.needs(one));
  expect(asked(prod)).not.toContain('system:serviceaccount');
  expect(asked(prod)).toBe(asked(defineConfig({})));
  expect(asked(fleet)).toBe(asked(exampleSettings));
});
