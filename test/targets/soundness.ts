import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readCloudTrail } from '../../core/cloudtrail/read.ts';
import type { AnyDetection, AnyKnowledge } from '../../core/detection.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Facts } from '../../core/fact.ts';
import { at, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { readAudit } from '../../core/kubernetes/read.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { matcherOf } from '../../core/pattern/match.ts';
import type { Group } from '../../core/pattern/node.ts';
import type { Settings } from '../../core/settings.ts';
import { sources } from '../../core/sources.ts';
import { envelope, eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { logsFilter } from '../../core/targets/logs/filter.ts';
import { admitsLog, parseLogsPattern } from '../../core/targets/logs/grammar.ts';
import { mutate, poolOf, randomFrom } from './mutate.ts';

export type Rule = AnyDetection | AnyKnowledge;

const place = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' };

/**
 * Says whether a filter derived from the rules admits an event, judged by the oracles and not by the code that derived it. What
 * CloudTrail marks read-only is given to those EventBridge rules alone whose state asks for it.
 */
export const admitter = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): ((event: AnyEvent) => boolean) => {
  const known = admitters.find(
    one => one.detections === detections && one.knowledge === knowledge && one.settings === settings,
  );
  const admits = known?.admits ?? derived(detections, knowledge, settings);
  if (known === undefined) admitters.push({ detections, knowledge, settings, admits });
  return admits;
};

/** Filters that were derived already: of one catalogue under few settings many events are judged. */
const admitters: {
  readonly detections: readonly AnyDetection[];
  readonly knowledge: readonly AnyKnowledge[];
  readonly settings: Settings;
  readonly admits: (event: AnyEvent) => boolean;
}[] = [];

const derived = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): ((event: AnyEvent) => boolean) => {
  const patterns = eventBridgeFilter(detections, knowledge, settings).patterns.map(({ pattern, readOnly }) => ({
    pattern: loadPattern(JSON.parse(pattern)),
    readOnly,
  }));
  const { pattern } = logsFilter(detections, knowledge, settings);
  const logs = pattern === '' ? undefined : parseLogsPattern(pattern);
  return event => {
    const record = event.record as unknown as JsonObject; // records are JSON objects
    if (event.source === 'kubernetes') return logs === undefined || admitsLog(logs, record);
    const matches = matcherOf(envelope(record));
    return patterns.some(one => (one.readOnly || record['readOnly'] !== true) && matches(one.pattern));
  };
};

/** The facts that a pattern asks for. */
const factsIn = (group: Group): readonly string[] => [
  ...group.fields.flatMap(field =>
    field.path.length === 1 && field.name === 'fact' && field.node.is === 'group' ? namesIn(field.node) : [],
  ),
  ...group.or.flatMap(factsIn),
];

const namesIn = (facts: Group): readonly string[] => [
  ...facts.fields.map(field => field.name),
  ...facts.or.flatMap(namesIn),
];

let last: { readonly event: AnyEvent; readonly settings: Settings; readonly holds: Oracle | undefined } | undefined;
type Oracle = ReturnType<typeof matcherOf>;

/** The oracle of an event with all of its facts, which most rules are asked about in turn; none where a fact throws. */
const oracleOf = (event: AnyEvent, settings: Settings): Oracle | undefined => {
  if (last?.event === event && last.settings === settings) return last.holds;
  last = { event, settings, holds: withAllFacts(event, settings) };
  return last.holds;
};

const withAllFacts = (event: AnyEvent, settings: Settings): Oracle | undefined => {
  const facts: Facts = sources[event.source].facts as Facts; // read with this event only
  try {
    const fact = Object.fromEntries(Object.entries(facts).map(([name, one]) => [name, one.read(event, settings)]));
    return matcherOf({ ...(event.record as unknown as JsonObject), fact }); // records are JSON objects
  } catch {
    return undefined;
  }
};

/** What the oracle says of a rule's `when` alone: more than what the rule matches, so admitting all of it is the stronger law. */
export const asks = (rule: Rule, settings: Settings): ((event: AnyEvent) => boolean) => {
  const when = loadPattern(rule.when);
  const names = [...new Set(factsIn(when))];
  const facts: Facts = sources[rule.on].facts as Facts; // read below with events of the same source only
  return event => {
    if (event.source !== rule.on) return false;
    const holds = oracleOf(event, settings);
    if (holds !== undefined) return holds(when);
    const values = names.map(name => [name, facts[name]?.read(event, settings)]);
    const record = event.record as unknown as JsonObject; // records are JSON objects
    return matcherOf({ ...record, fact: Object.fromEntries(values) })(when);
  };
};

const read = (source: AnyEvent['source'], record: Json): AnyEvent | undefined => {
  const event = source === 'cloudtrail' ? readCloudTrail(record, place) : readAudit(record, place);
  return 'record' in event ? event : undefined;
};

/** Every event that the rules' examples state, those before them included. */
export const exampleEvents = (detections: readonly AnyDetection[]): readonly AnyEvent[] =>
  detections.flatMap(({ examples }) =>
    [...examples.matches, ...examples.misses].flatMap(one => [one.event, ...(one.after ?? [])] as AnyEvent[]),
  );

/** Recorded events beside the project; undefined where they are not there. */
export const recordedEvents = (): readonly AnyEvent[] | undefined => {
  const data = join(import.meta.dirname, '../../../shared/data');
  if (!existsSync(data)) return undefined;
  return readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter(name => /(cloudtrail|k8saudit)[^/]*\.jsonl$/.test(name) && !name.includes('labels'))
    .flatMap(name =>
      readFileSync(join(data, name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .flatMap(line => read(name.includes('k8saudit') ? 'kubernetes' : 'cloudtrail', JSON.parse(line)) ?? []),
    );
};

/**
 * Marks a record as CloudTrail would: whether a call reads is no matter of chance, so that only those calls are marked read-only which
 * are so in these records.
 */
export const marker = (records: readonly Json[]): ((record: Json) => Json) => {
  const reads = new Set(records.flatMap(one => (at(one, 'readOnly') === true ? [at(one, 'eventName')] : [])));
  return record =>
    isObject(record) && record['readOnly'] === true && !reads.has(record['eventName'])
      ? { ...record, readOnly: false }
      : record;
};

/** Endless events like these, the same for the same seed. Mutations that no reader accepts are left out. */
export function* generated(from: readonly AnyEvent[], seed: number): Generator<AnyEvent> {
  const random = randomFrom(seed);
  const bySource = { cloudtrail: [] as Json[], kubernetes: [] as Json[] };
  for (const event of from) bySource[event.source].push(event.record as unknown as Json); // records are JSON objects
  const pools = { cloudtrail: poolOf(bySource.cloudtrail), kubernetes: poolOf(bySource.kubernetes) };
  const marked = marker(bySource.cloudtrail);
  for (;;) {
    const event = from[Math.floor(random() * from.length)];
    if (event === undefined) return;
    const record = marked(mutate(event.record as unknown as Json, pools[event.source], random));
    const made = isObject(record) ? read(event.source, record) : undefined;
    if (made !== undefined) yield made;
  }
}

/** How often each rule's `when` held, and the events that held and were not admitted (the first few). */
export interface Verdict {
  readonly held: ReadonlyMap<string, number>;
  readonly dropped: readonly { readonly rule: string; readonly event: AnyEvent }[];
  readonly events: number;
  readonly admitted: number;
  /** Facts that threw, by rule: no concern of filters, and `pipeline/rule-failed` when it happens in earnest. */
  readonly threw: ReadonlyMap<string, unknown>;
}

/** Judges events: whatever a rule asks for must be admitted. */
export const judge = (
  events: Iterable<AnyEvent>,
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings = exampleSettings,
): Verdict => {
  const rules = [...detections, ...knowledge].map(rule => ({ id: rule.id, holds: asks(rule, settings) }));
  const admits = admitter(detections, knowledge, settings);
  const held = new Map(rules.map(({ id }) => [id, 0]));
  const dropped: { rule: string; event: AnyEvent }[] = [];
  const threw = new Map<string, unknown>();
  const asksFor = (id: string, holds: (event: AnyEvent) => boolean, event: AnyEvent): boolean => {
    try {
      return holds(event);
    } catch (error) {
      threw.set(id, error);
      return false;
    }
  };
  let count = 0;
  let admitted = 0;
  for (const event of events) {
    count++;
    const passes = admits(event);
    if (passes) admitted++;
    for (const { id, holds } of rules) {
      if (!asksFor(id, holds, event)) continue;
      held.set(id, (held.get(id) ?? 0) + 1);
      if (!passes && dropped.length < 20) dropped.push({ rule: id, event });
    }
  }
  return { held, dropped, events: count, admitted, threw };
};

/** The first `count` of an endless sequence. */
export function* take<T>(count: number, from: Iterable<T>): Generator<T> {
  let left = count;
  if (left <= 0) return;
  for (const one of from) {
    yield one;
    if (--left <= 0) return;
  }
}

/**
 * `node test/targets/soundness.ts [EVENTS [SEED [plain]]]`: the law over as many generated events as asked, 100,000 by default;
 * `plain`: under settings that say nothing, where controllers and nodes are known by their usual names.
 */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { detections, knowledge } = await import('../../detections/index.ts');
  const { defineConfig } = await import('../../core/config.ts');
  const { asked, atMost, whole } = await import('../../bench/asked.ts');
  const { UsageError } = await import('../../cli/io.ts');
  const { events, seed, settings } = asked(
    'usage: node test/targets/soundness.ts [EVENTS [SEED [plain]]]',
    {},
    ({ positionals }) => {
      const [events = '100000', seed = '1', plain] = atMost(3, positionals);
      if (plain !== undefined && plain !== 'plain') throw new UsageError(`'plain', or nothing, not '${plain}'`);
      return {
        events: whole('EVENTS', events),
        seed: whole('SEED', seed),
        settings: plain === undefined ? exampleSettings : defineConfig({}),
      };
    },
  );
  const started = performance.now();
  const verdict = judge(take(events, generated(exampleEvents(detections), seed)), detections, knowledge, settings);
  for (const { rule, event } of verdict.dropped)
    console.log(`${rule} asks for an event that its filter drops: ${JSON.stringify(event.record)}`);
  const silent = [...verdict.held].filter(([, times]) => times === 0).map(([id]) => id);
  const total = [...verdict.held.values()].reduce((sum, times) => sum + times, 0);
  console.log(
    `${verdict.events} generated events (seed ${seed}), ${total} times a rule's 'when' held, ${verdict.dropped.length === 0 ? 'none' : 'SOME'} dropped by the filters; ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  for (const [rule, error] of verdict.threw) console.log(`${rule} threw: ${error}`);
  if (silent.length > 0) console.log(`never held: ${silent.join(', ')}`);
  process.exitCode = verdict.dropped.length > 0 ? 1 : 0;
}
