import { globSync } from 'node:fs';
import { clauseLines } from '../cli/clause-lines.ts';
import { overlay } from '../core/cloudtrail/example.ts';
import { compile, type Matcher } from '../core/compile.ts';
import type { AnyDetection, AnyKnowledge, Example, Key } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { explain } from '../core/explain.ts';
import { type LoadedDetection, loadDetection, loadKnowledge } from '../core/load.ts';
import type { Match } from '../core/match.ts';
import { removals } from '../core/pattern/clauses.ts';
import { rejudge } from '../core/rejudge.ts';
import { type Bench, detectionRule, knowledgeRule, type Rule } from '../core/rule.ts';
import type { Settings } from '../core/settings.ts';
import { marksOf } from '../core/state/heard.ts';
import { memoryStore } from '../core/state/memory.ts';
import type { Observation } from '../core/state/observation.ts';
import { systemOf } from '../core/system.ts';
import { holesOf } from '../core/title.ts';
import { type AnyView, viewOf } from '../core/view.ts';
import { stateVariants, type Variant } from './state-proof.ts';
import { storyOf } from './story.ts';

/** The project's root, where `detections/` is. */
const root = new URL('../', import.meta.url).pathname;

interface Module {
  readonly detection?: AnyDetection;
  readonly knowledge?: AnyKnowledge;
}

/** Every file of the catalogue with what it exports; the generated index aside. */
export const files: readonly (Module & { readonly file: string })[] = await Promise.all(
  globSync('detections/*/*.ts', { cwd: root })
    .sort()
    .map(async file => ({ file, ...((await import(`${root}${file}`)) as Module) })), // a catalogue file exports one of the two
);

/** An example as any source's. */
export type AnyExample = Example;

/** What a rule makes of an example: its findings' severities and keys, or nothing. */
export type Outcome = readonly Match[];

const knowledge = files.flatMap(file => file.knowledge ?? []).map(loadKnowledge);

/** What rules have in common under some settings, and those that only learn: all of it is stateless, and is made once. */
interface Ground {
  readonly bench: Bench;
  readonly learned: readonly { readonly on: AnyEvent['source']; readonly rule: Rule }[];
}

const grounds = new Map<string, Ground>();

const groundOf = (example: AnyExample): Ground => {
  const key = JSON.stringify(example.settings ?? {});
  const known = grounds.get(key);
  if (known !== undefined) return known;
  const settings = overExample(example);
  const bench: Bench = { settings, system: systemOf(() => undefined, settings), shared: new Map() };
  const ground = { bench, learned: knowledge.map(one => ({ on: one.knowledge.on, rule: knowledgeRule(one, bench) })) };
  grounds.set(key, ground);
  return ground;
};

/**
 * Judges an example alone: its `after` events, its own and those of `later` go through the rule, the knowledge and an empty memory
 * store; afterwards time passes, and what was put off is judged again. What is found from its own event on is its outcome.
 * @throws where the rule throws
 */
export const judge = async (loaded: LoadedDetection, example: AnyExample): Promise<Outcome> => {
  const { bench, learned } = groundOf(example);
  const { settings } = bench;
  const detection = detectionRule(loaded, bench);
  const store = memoryStore();
  const decide = async (rule: Rule | undefined, event: AnyEvent): Promise<readonly Match[]> => {
    const matches = rule?.judge(viewOf(event, settings)) ?? [];
    const decided = await Promise.all(
      matches.map(async match =>
        match.observations === undefined ? [match] : await settled(match, match.observations),
      ),
    );
    return decided.flat();
  };
  const settled = async (match: Match, observations: readonly Observation[]): Promise<readonly Match[]> => {
    const answers = await store.observe(observations);
    await store.postpone(match.again?.(answers) ?? []);
    return match.decide?.(answers) ?? [];
  };
  const outcome: Match[] = [];
  const { after = [], later = [] } = example;
  const story = [...after, example.event, ...later] as readonly AnyEvent[];
  for (const [index, event] of story.entries()) {
    for (const { on, rule } of learned) if (on === event.source) await decide(rule, event);
    const found = event.source === loaded.detection.on ? await decide(detection, event) : [];
    if (index >= after.length) outcome.push(...found);
    await store.observe(marksOf([event]));
  }
  const again = (event: AnyEvent, _: undefined, { after: known }: { readonly after: number }): readonly Match[] =>
    after.some(({ id }) => id === event.id)
      ? []
      : (detection?.judge({ ...viewOf(event, settings), again: known }) ?? []);
  const findings = { fold: async (matches: readonly Match[]) => void outcome.push(...matches) };
  await rejudge({ match: again, store, findings }, Math.max(...story.map(({ time }) => time)) + 7 * 86_400_000);
  const failed = outcome.find(match => match.detection !== loaded.detection.id);
  if (failed !== undefined) throw new Error(failed.title);
  return outcome;
};

const overExample = (example: AnyExample): Settings =>
  overlay(exampleSettings as never, (example.settings ?? {}) as never) as unknown as Settings; // both are JSON

/** What a rule asks of an example's event, clause by clause, and what it found: for whoever writes the rule. */
export const whyOf = (detection: AnyDetection, example: AnyExample): string => {
  const event = example.event as AnyEvent;
  if (event.source !== detection.on) return `Its event is one of ${event.source}, and the rule is on ${detection.on}.`;
  const [reason] = explain(event, [detection], overExample(example), detection.id);
  if (reason === undefined) return '';
  const lines = [reason.when, ...reason.unless].flatMap((one, at) => [
    at === 0 ? 'when' : `unless ${at}`,
    ...clauseLines(one),
  ]);
  const story =
    detection.state === undefined
      ? []
      : ['what its state is told', ...storyOf(loadDetection(detection), example, overExample(example))];
  const note = reason.note === undefined ? [] : [reason.note];
  return `What its event is asked:\n${[...lines, ...note, ...story].join('\n')}\n`;
};

const together = new Map<string, Matcher>();

/** The matches that the whole catalogue, compiled together, makes of an example's own event; those of one detection. */
export const judgeTogether = (id: string, example: AnyExample): Outcome => {
  const key = JSON.stringify(example.settings ?? {});
  const match =
    together.get(key) ??
    compile(
      files.flatMap(file => file.detection ?? []),
      files.flatMap(file => file.knowledge ?? []),
      overExample(example),
    );
  together.set(key, match);
  return match(example.event as AnyEvent).filter(({ detection }) => detection === id);
};

/** The same by the detection's rule alone, which is asked about every event. */
export const judgeAlone = (loaded: LoadedDetection, example: AnyExample): Outcome => {
  const settings = overExample(example);
  const rule = detectionRule(loaded, { settings, system: systemOf(() => undefined, settings), shared: new Map() });
  const event = example.event as AnyEvent;
  return event.source === loaded.detection.on ? (rule?.judge(viewOf(event, settings)) ?? []) : [];
};

/** Every clause that the examples must prove necessary. */
const variants = (loaded: LoadedDetection): readonly Variant[] => [
  ...removals(loaded.when).map(({ clause, without }) => ({
    clause: `when.${clause}`,
    without: { ...loaded, when: without },
  })),
  ...loaded.unless.flatMap((branch, index) => [
    { clause: `unless[${index}]`, without: { ...loaded, unless: loaded.unless.filter((_, other) => other !== index) } },
    ...removals(branch).map(({ clause, without }) => ({
      clause: `unless[${index}].${clause}`,
      without: { ...loaded, unless: loaded.unless.with(index, without) },
    })),
  ]),
  ...loaded.severities.map((_pair, index) => ({
    clause: `severity[${index}]`,
    without: { ...loaded, severities: loaded.severities.filter((_, other) => other !== index) },
  })),
  ...stateVariants(loaded),
];

/** What tells one call from the next of its kind, whoever makes it. */
const ofOneCall = ['eventID', 'requestID', 'eventTime', 'auditID', 'requestReceivedTimestamp', 'stageTimestamp'];

/** The keys of an example's event that are others when the same is done a second later: each call would be a finding of its own. */
export const momentaryKeys = (loaded: LoadedDetection, example: AnyExample): readonly Key[] => {
  const by = loaded.detection.by as unknown as (view: AnyView) => readonly Key[]; // asked about an event of its own source
  const event = example.event as AnyEvent;
  if (event.source !== loaded.detection.on) return [];
  const time = event.time + 1_000;
  const written = (name: string): string => (/time/i.test(name) ? new Date(time).toISOString() : `another-${name}`);
  const again = Object.keys(event.record).flatMap(name => (ofOneCall.includes(name) ? [[name, written(name)]] : []));
  const record = { ...event.record, ...Object.fromEntries(again) };
  const keys = (one: AnyEvent): readonly Key[] => by(viewOf(one, overExample(example)));
  const then = keys({ ...event, id: 'another', time, record } as AnyEvent).map(key => JSON.stringify(key));
  return keys(event).filter(key => !then.includes(JSON.stringify(key)));
};

/**
 * What must differ for a clause to be proved: whether the patterns hold (`by` is asked), which findings, of which severity.
 * `by` may name only what a clause speaks of, and then says nothing where the clause does not hold: that makes it no less needed.
 */
const textOf = async (loaded: LoadedDetection, example: AnyExample, of = eventsToo): Promise<string> => {
  const asked: string[] = [];
  const by = loaded.detection.by as unknown as (view: AnyView) => readonly Key[]; // asked about events of its own source only
  const detection = {
    ...loaded.detection,
    by: (view: AnyView): readonly Key[] => {
      asked.push(view.event.id);
      return by(view);
    },
  } as unknown as AnyDetection; // the same detection, listened to
  const outcome = await judge({ ...loaded, detection }, example).catch(() => []);
  return JSON.stringify([asked, [...new Set(outcome.map(match => JSON.stringify(of(match))))].sort()]);
};

/** What is told of a match: which event it is of, too; or only what examples are asked for, whether anything is found and how grave. */
type Told = (match: Match) => readonly unknown[];
const eventsToo: Told = ({ eventId, key, severity }) => [eventId, key, severity];
const foundAlone: Told = ({ key, severity }) => [key, severity];

/** The clauses of a detection without which every example comes out the same. */
export const unproved = async (detection: AnyDetection): Promise<readonly string[]> => {
  const loaded = loadDetection(detection);
  const examples: readonly AnyExample[] = [...detection.examples.matches, ...detection.examples.misses];
  const all = (of: Told) => Promise.all(examples.map(example => textOf(loaded, example, of)));
  const [usual, found] = await Promise.all([all(eventsToo), all(foundAlone)]);
  const left: string[] = [];
  for (const { clause, without, told, byMiss = false } of variants(loaded)) {
    const first = byMiss ? detection.examples.matches.length : 0;
    let changes = false;
    for (const [index, example] of examples.entries()) {
      if (index < first) continue;
      // That other events of a match are found at other times is asserted by no example.
      changes ||=
        told === undefined
          ? (await textOf(without, example)) !== usual[index]
          : (await textOf(without, told(example), foundAlone)) !== found[index];
    }
    if (!changes) left.push(clause);
  }
  return left;
};

/** Holes of a title that neither the key of every match, nor the event, nor a fact fills. */
export const openHoles = (
  detection: AnyDetection,
  facts: readonly string[],
  outcomes: readonly Outcome[],
): readonly string[] => {
  const always = ['principal', 'account', 'region', 'cluster', 'event', 'source', 'attempt', ...facts];
  const fills = (name: string, { key }: Outcome[number]) => always.includes(name) || Object.hasOwn(key, name);
  return holesOf(detection.title)
    .filter(names => !outcomes.flat().every(match => names.some(name => fills(name, match))))
    .map(names => names.join('|'));
};
