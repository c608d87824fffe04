import { cloudtrailOutline } from './cloudtrail/outline.ts';
import type { AnyDetection, AnyKnowledge } from './detection.ts';
import type { Source } from './event.ts';
import { keys, named } from './gate.ts';
import { auditOutline } from './kubernetes/outline.ts';
import { loadDetection, loadKnowledge } from './load.ts';
import type { Test } from './pattern/node.ts';
import type { Requirement } from './pattern/requirement.ts';
import type { Heard, Place } from './read/contract.ts';
import { Engine } from './read/engine/engine.ts';
import type { Condition, Question, Questions } from './read/engine/questions.ts';
import { Skimmer } from './read/engine/skimmer.ts';
import type { Found, Outline } from './read/outline.ts';
import type { Quiet } from './read/quiet.ts';
import { containers } from './read/wrappers.ts';
import { requirementsOf } from './requirements.ts';
import type { Settings } from './settings.ts';

/**
 * Tells records that no rule can be about by their bytes, without parsing them: whatever does not meet the requirements of any
 * rule (`requirements.ts`, facts left out). It admits more than the rules match, never less. A detection that settings switch off
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
      .map(({ detection: { on }, when }) => ({ on, when })),
    ...knowledge.map(loadKnowledge).map(({ knowledge: { on }, when }) => ({ on, when })),
  ];
  const of = (source: Source): readonly Requirement[] =>
    rules.filter(({ on }) => on === source).flatMap(({ on, when }) => requirementsOf(when, on, settings));
  const engine = new Engine();
  const audit = quiet(engine, auditOutline, of('kubernetes'));
  const call = quiet(engine, cloudtrailOutline, of('cloudtrail'));
  let last = call;
  return {
    end: (chunk, from) => {
      last = chunk[from + 2] === auditBegins ? audit : call;
      return last.end(chunk, from);
    },
    shaped: () => last.shaped(),
    heard: place => last.heard(place),
  };
};

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
  const conditions = new Map<string, Condition>();
  const condition = (path: readonly string[], tests: readonly Test[]): Condition => {
    const text = JSON.stringify([path, tests]);
    const known = conditions.get(text) ?? { slot: slotOf(path), tests };
    conditions.set(text, known);
    return known;
  };
  const shallow = requirements.map(one => one.filter(({ path }) => path[0] !== 'fact'));
  const { names, rest } = named(
    source,
    shallow.map(one => ({ requirements: [one], needed: one.map(({ path, tests }) => condition(path, tests)) })),
  );
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
        ofKey: new Map([...names].map(([name, some]) => [name, questionsOf(some.map(({ needed }) => needed))])),
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

/** Lists of conditions that must all hold, one at least in each, as questions: those first that most lists share. */
const questionsOf = (lists: readonly (readonly Condition[])[]): readonly Question[] => {
  const questions: Question[] = [];
  let left = lists;
  while (left.length > 0) {
    const counts = new Map<Condition, number>();
    for (const one of left.flat()) counts.set(one, (counts.get(one) ?? 0) + 1);
    const [condition] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
    const some = left.filter(list => list.includes(condition));
    const more = some.map(list => list.filter(one => one !== condition));
    questions.push({ condition, besides: more.some(list => list.length === 0) ? none : questionsOf(more) });
    left = left.filter(list => !some.includes(list));
  }
  return questions;
};

const none: readonly never[] = [];
