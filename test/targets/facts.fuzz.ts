import { expect, test } from 'vitest';
import { compile, type Prepared } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import type { AnyKnowledge } from '../../core/detection.ts';
import type { AnyEvent, Source } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Facts } from '../../core/fact.ts';
import { admitting, type Gate } from '../../core/gate.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { DetectionError, loadKnowledge } from '../../core/load.ts';
import type { Scalar } from '../../core/pattern/language.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { alone } from '../../core/pattern/requirement.ts';
import { prepare } from '../../core/prepare.ts';
import { admissionOf } from '../../core/requirements.ts';
import type { Settings } from '../../core/settings.ts';
import { sources } from '../../core/sources.ts';
import { detections } from '../../detections/index.ts';
import { randomFrom } from './mutate.ts';
import { admitter, exampleEvents, generated, take } from './soundness.ts';

/**
 * Laws 4 and 5 for rules that nobody has written yet, over every fact there is: what a rule asks for, by the oracle, is admitted by
 * the derived filters and by the gate, and is found by the matcher, whole and as it was prepared.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['RUNS'] ?? 8);

const examples = exampleEvents(detections);
const events: readonly AnyEvent[] = [...examples, ...take(600, generated(examples, seed))];

const scalarsIn = (value: Json | undefined): readonly Scalar[] => {
  if (Array.isArray(value)) return value.flatMap((one: Json) => scalarsIn(one));
  return value === undefined || isObject(value) ? [] : [value as Scalar]; // neither list nor object
};

/** Values that stand at the members of records, and that facts say, by path. */
type Seen = ReadonlyMap<string, { readonly path: readonly string[]; readonly values: readonly Scalar[] }>;

const seenIn = (source: Source, settings: Settings): Seen => {
  const seen = new Map<string, { path: readonly string[]; values: Scalar[] }>();
  const add = (path: readonly string[], value: Json | undefined): void => {
    const here = seen.get(path.join('\n')) ?? { path, values: [] };
    seen.set(path.join('\n'), here);
    for (const one of scalarsIn(value))
      if (here.values.length < 12 && !here.values.includes(one)) here.values.push(one);
  };
  for (const event of events.filter(one => one.source === source)) {
    for (const [name, value] of Object.entries(factsOf(event, settings))) add(['fact', name], value);
    for (const [name, value] of Object.entries(event.record)) {
      add([name], value as Json); // of a record
      if (isObject(value)) for (const [inner, one] of Object.entries(value)) add([name, inner], one);
    }
  }
  return new Map([...seen].filter(([, { values }]) => values.length > 0));
};

/** Every fact of an event: a condition may compare with one that it does not name. */
const factsOf = (event: AnyEvent, settings: Settings): JsonObject => {
  const facts: Facts = sources[event.source].facts as Facts; // read with events of the same source
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, fact.read(event, settings)]));
};

/** Rules over some of what was seen; those that the loader refuses are left out. */
const rulesOver = (seen: Seen, source: Source, random: () => number): readonly AnyKnowledge[] => {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // none of them is empty
  const everywhere = [...seen.values()];
  const ofFacts = everywhere.filter(({ path }) => path[0] === 'fact');
  const test = (values: readonly Scalar[]): Json => {
    const value = pick(values);
    const dice = random();
    if (dice < 0.45) return value;
    if (dice < 0.55) return { exists: random() < 0.5 };
    if (dice < 0.7) return { equalsField: pick(ofFacts).path };
    if (typeof value === 'number') return { numeric: [pick(['>', '<=', '=']), value] };
    if (typeof value !== 'string' || value === '') return value;
    return pick<Json>([
      { 'anything-but': value },
      { prefix: value.slice(0, 4) },
      { suffix: value.slice(-4) },
      { wildcard: `${value.slice(0, 2).replace(/[\\*]/g, '')}*` },
      { 'anything-but': { prefix: value.slice(0, 2) } },
    ]);
  };
  const conditions = (): JsonObject => {
    const asked: { [name: string]: Json } = {};
    for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
      const { path, values } = pick(random() < 0.7 ? ofFacts : everywhere);
      const [first = '', second] = path;
      const tests = Array.from({ length: 1 + Math.floor(random() * 2) }, () => test(values));
      const before = asked[first];
      asked[first] = second === undefined ? tests : { ...(isObject(before) ? before : {}), [second]: tests };
    }
    return asked;
  };
  return Array.from({ length: 6 }, (_, index) => {
    const when = random() < 0.6 ? conditions() : { ...conditions(), $or: [conditions(), conditions()] };
    const observe = () => [{ scope: `rule-${index}`, expires: 0 }];
    return { id: `knowledge/rule-${index}`, on: source, doc: '', when, observe } as AnyKnowledge; // checked below
  }).filter(rule => {
    try {
      return loadKnowledge(rule) !== undefined;
    } catch (fault) {
      if (fault instanceof DetectionError) return false;
      throw fault;
    }
  });
};

test.each<[string, Source, Settings]>([
  ['CloudTrail', 'cloudtrail', exampleSettings],
  ['CloudTrail, without settings', 'cloudtrail', defineConfig({})],
  ['audit', 'kubernetes', exampleSettings],
  ['audit, without settings', 'kubernetes', defineConfig({})],
])(`what a rule over any facts asks for is admitted and found: %s (seed ${seed})`, (_, source, settings) => {
  const random = randomFrom(seed);
  const seen = seenIn(source, settings);
  const own = events.filter(event => event.source === source);
  const admission = admissionOf(source, settings);
  let held = 0;
  let exempted = 0;
  for (let run = 0; run < runs; run++) {
    const rules = rulesOver(seen, source, random);
    const asking = rules.map(({ id, when }) => ({ id, when: loadPattern(when) }));
    const prepared: { gate: Gate; requirements: Prepared } = JSON.parse(JSON.stringify(prepare([], rules, settings)));
    const whole = compile([], rules, settings);
    const lazy = compile([], rules, settings, prepared.requirements);
    const concerns = admitting(prepared.gate);
    const admits = admitter([], rules, settings);
    for (const event of own.filter(() => random() < 0.15)) {
      const record = event.record as unknown as JsonObject; // records are JSON objects
      const subject = { ...record, fact: factsOf(event, settings) };
      const expected = asking.filter(({ when }) => match(when, subject)).map(({ id }) => id);
      const said = () => JSON.stringify({ rules: rules.map(({ when }) => when), record: event.record });
      expect(
        whole(event).map(({ detection }) => detection),
        said(),
      ).toEqual(expected);
      expect(
        lazy(event).map(({ detection }) => detection),
        said(),
      ).toEqual(expected);
      for (const [index, { when }] of asking.entries()) {
        if (!match(when, subject)) continue;
        const excepted = asking.filter((_, at) => at !== index && at % 2 === index % 2).slice(0, 1 + (index % 2));
        if (excepted.some(other => match(other.when, subject))) continue;
        const shown = admission({ when, unless: excepted.map(other => other.when) });
        exempted += excepted.length;
        expect(
          shown.some(requirement => requirement.every(one => match(alone(one), record))),
          said(),
        ).toBe(true);
      }
      if (expected.length === 0) continue;
      held += expected.length;
      expect([concerns(event), admits(event)], said()).toEqual([true, true]);
    }
  }
  expect(held).toBeGreaterThan(runs);
  expect(exempted).toBeGreaterThan(runs);
});
