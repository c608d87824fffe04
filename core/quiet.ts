import { cloudtrailOutline } from './cloudtrail/outline.ts';
import type { AnyDetection, AnyKnowledge } from './detection.ts';
import type { Source } from './event.ts';
import { keys, named } from './gate.ts';
import { auditOutline } from './kubernetes/outline.ts';
import { loadDetection, loadKnowledge } from './load.ts';
import { once } from './once.ts';
import type { Test } from './pattern/node.ts';
import type { Requirement } from './pattern/requirement.ts';
import type { Heard, Place } from './read/contract.ts';
import { Engine } from './read/engine/engine.ts';
import type { Condition, Question, Questions } from './read/engine/questions.ts';
import { Skimmer } from './read/engine/skimmer.ts';
import type { Found, Outline } from './read/outline.ts';
import type { Quiet } from './read/quiet.ts';
import { containers } from './read/wrappers.ts';
import { admissionOf } from './requirements.ts';
import type { Settings } from './settings.ts';

/**
 * Tells records that no rule can be about by their bytes, without parsing them: whatever does not show what some rule needs to say
 * anything of it (`admissionOf`). It admits more than the rules match, never less. A detection that settings switch off
 * asks for nothing.
 */
export const quietOf = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): Quiet => {
  const rules = [
    ...detections
      .filter(({ id }) => settings.detections[id]?.status !== 'off')
      .map(loadDetection)
      .map(({ detection: { on }, when, unless }) => ({ on, when, unless })),
    ...knowledge.map(loadKnowledge).map(({ knowledge: { on }, when }) => ({ on, when, unless: [] })),
  ];
  const of = (source: Source, cluster?: string): readonly Requirement[] =>
    rules.filter(({ on }) => on === source).flatMap(admissionOf(source, settings, cluster));
  const call = quiet(new Engine(), cloudtrailOutline, of('cloudtrail'));
  const auditOf = (cluster?: string): Quiet => quiet(new Engine(), auditOutline, of('kubernetes', cluster));
  const ofAny = once(() => auditOf());
  const names = new Set(settings.clusters.map(({ name }) => name));
  const ofKnown = new Map<string, Quiet>();
  /** Made when the first record of a cluster comes, for the first few that come. */
  const ofCluster = (cluster: string): Quiet | undefined => {
    const made = ofKnown.get(cluster);
    if (made !== undefined || !names.has(cluster) || ofKnown.size >= mostClusters) return made;
    const one = auditOf(cluster);
    ofKnown.set(cluster, one);
    return one;
  };
  let last = call;
  /** Whose records alone were asked for; '': whose they are makes no difference. */
  let only = '';
  return {
    end: (chunk, from, cluster = '') => {
      const isAudit = chunk[from + 2] === auditBegins;
      const known = isAudit ? ofCluster(cluster) : undefined;
      only = known === undefined ? '' : cluster;
      last = known ?? (isAudit ? ofAny() : call);
      return last.end(chunk, from);
    },
    shaped: () => last.shaped(),
    heard: place => (only === '' || only === place.cluster ? last.heard(place) : undefined),
  };
};

/** Clusters of which it is asked by themselves what a record must show: each takes 3 MB and a tenth of a second. Records of others are parsed more often. */
const mostClusters = 2;

/**
 * `{"k`, as every API server begins its audit events: `{"kind":"Event",` (kubernetes/apiserver, audit/v1 `Event`). Taken for one of the
 * other source, a record is parsed, whatever it is.
 */
const auditBegins = 0x6b;

/** Quiet by the requirements of rules of one source. */
export const quiet = <S extends Source>(
  engine: Engine,
  outline: Outline<S>,
  requirements: readonly Requirement[],
): Quiet => {
  const { source } = outline;
  const paths: (readonly string[])[] = [];
  const slotOf = (path: readonly string[]): number => {
    const known = paths.findIndex(one => one.length === path.length && one.every((name, at) => name === path[at]));
    return known < 0 ? paths.push(path) - 1 : known;
  };
  const conditions = new Map<string, Asked>();
  const written = new WeakMap<readonly Test[], string>();
  const condition = (path: readonly string[], tests: readonly Test[]): Asked => {
    const asked = written.get(tests) ?? JSON.stringify(tests);
    written.set(tests, asked);
    const text = `${path.join('\0')}\0${asked}`;
    const known = conditions.get(text) ?? {
      slot: slotOf(path),
      tests,
      isWeak: isWeak(path, tests),
      place: conditions.size,
    };
    conditions.set(text, known);
    return known;
  };
  const shallow = requirements.map(one => one.filter(({ path }) => path[0] !== 'fact'));
  const lists = new Map<string, Needed>();
  for (const one of shallow) {
    const needed = one.map(({ path, tests }) => condition(path, tests));
    const text = needed
      .map(({ place }) => place)
      .toSorted((a, b) => a - b)
      .join();
    // Many rules ask the same.
    if (!lists.has(text)) lists.set(text, { requirements: [one], needed, place: lists.size });
  }
  const { names, rest } = named(source, [...lists.values()]);
  /** Many names are asked the same. */
  const trees = new Map<string, readonly Question[]>();
  const ofSome = (some: readonly Needed[]): readonly Question[] => {
    const text = some.map(({ place }) => place).join();
    const known = trees.get(text) ?? questionsOf(some.map(({ needed }) => needed));
    trees.set(text, known);
    return known;
  };
  // A rule that requires nothing may be about any record.
  const all = rest.some(({ needed }) => needed.length === 0);
  const questions: Questions | undefined = all
    ? undefined
    : {
        ofAll: [
          ...outline.odd.map(({ path, tests }) => ({ condition: condition(path, tests), besides: none })),
          ...questionsOf(rest.map(({ needed }) => needed)),
        ],
        key: slotOf(keys[source]),
        ofKey: new Map([...names].map(([name, some]) => [name, ofSome(some)])),
      };
  const heard = outline.reads.map(slotOf);
  const skimmer = new Skimmer(engine, paths, outline.shape, [...containers, ...outline.refused], questions);
  const found: Found = {
    text: read => skimmer.text(heard[read] ?? 0),
    length: read => skimmer.length(heard[read] ?? 0),
    instant: read => skimmer.instant(heard[read] ?? 0),
  };
  const heardOf = (place: Place): Heard | undefined => {
    if (!skimmer.isQuiet || (place.source !== undefined && place.source !== source)) return undefined;
    for (let at = 0; at < heard.length; at++) if (skimmer.isUnclear(heard[at] ?? 0)) return undefined;
    return outline.heard(found, place);
  };
  return { end: (chunk, from) => skimmer.over(chunk, from), shaped: () => source, heard: heardOf };
};

/** Members that nearly every record has alike. */
const everyday: ReadonlySet<string> = new Set(['stage', 'eventType']);

/** Whether most records meet a condition, so that others are asked before it: it lets through what has something else, or nothing. */
const isWeak = (path: readonly string[], tests: readonly Test[]): boolean =>
  everyday.has(path.join('.')) || tests.some(({ is }) => is === 'absent' || is === 'not');

/** Lists of conditions that must all hold, one at least in each, as questions: of strong ones those first that most lists share. */
const questionsOf = (lists: readonly (readonly Asked[])[]): readonly Question[] => {
  const questions: Question[] = [];
  let left = lists;
  const counts = new Map<Asked, number>();
  for (const list of lists) for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  while (left.length > 0) {
    let best: readonly [Asked, number] | undefined;
    for (const one of counts) if (one[1] > 0 && (best === undefined || comesBefore(one, best))) best = one;
    const [condition] = best ?? [];
    if (condition === undefined) throw new Error('a list of questions without any: it would hold of every record');
    const more: (readonly Asked[])[] = [];
    const rest: (readonly Asked[])[] = [];
    for (const list of left) {
      if (!list.includes(condition)) {
        rest.push(list);
        continue;
      }
      for (const one of list) counts.set(one, (counts.get(one) ?? 0) - 1);
      more.push(list.filter(one => one !== condition));
    }
    questions.push({ condition, besides: more.some(list => list.length === 0) ? none : questionsOf(more) });
    left = rest;
  }
  return questions;
};

const comesBefore = ([one, count]: readonly [Asked, number], [other, others]: readonly [Asked, number]): boolean =>
  one.isWeak === other.isWeak ? count > others : other.isWeak;

/** A condition, and whether most records meet it. */
interface Asked extends Condition {
  readonly isWeak: boolean;
  /** Its place among all that are asked. */
  readonly place: number;
}

/** A requirement, and its conditions. */
interface Needed {
  readonly requirements: readonly Requirement[];
  readonly needed: readonly Asked[];
  readonly place: number;
}

const none: readonly never[] = [];
