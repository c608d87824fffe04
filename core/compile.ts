import type { AnyDetection, AnyKnowledge } from './detection.ts';
import type { AnyEvent, Source } from './event.ts';
import { keyOf, named } from './gate.ts';
import { loadDetection, loadKnowledge, openDetection, openKnowledge } from './load.ts';
import type { Match } from './match.ts';
import { once } from './once.ts';
import { dispatchLater } from './pattern/asking.ts';
import type { Shared } from './pattern/compile.ts';
import { type Dispatched, dispatchSome, inOrder, placesOf } from './pattern/dispatch.ts';
import type { Group } from './pattern/node.ts';
import type { Requirement } from './pattern/requirement.ts';
import type { Place } from './read/contract.ts';
import { readRecord } from './read/record.ts';
import { requirementsOf } from './requirements.ts';
import { type Bench, detectionRule, knowledgeRule, type Rule } from './rule.ts';
import type { Settings } from './settings.ts';
import { systemOf } from './system.ts';
import { type AnyView, viewOf } from './view.ts';

/**
 * Judges one event, or the bytes of one record: the narrow door to the matcher. Throws on bytes that are no record.
 * @param again judge it again, by this detection alone, all that happened up to then being known
 */
export type Matcher = (
  input: AnyEvent | Uint8Array,
  place?: Place,
  again?: { readonly detection: string; readonly after: number },
) => readonly Match[];

/** What each rule requires of an event under some settings, by its id. */
export type Prepared = { readonly [rule: string]: readonly Requirement[] };

/**
 * Many detections become one matcher. Pure: no clock, no environment, no I/O.
 * @param prepared what `prepare` made of the same detections under the same settings: then all were checked, and each is
 * loaded and compiled when an event first asks for it
 * @throws DetectionError on a bad detection, Error on a bad exemption in the settings; with `prepared`, neither: a rule that
 * can't be loaded fails for itself, as one that throws does.
 */
export const compile = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
  prepared?: Prepared,
): Matcher => {
  const loads = detections.map(one => ({
    id: one.id,
    load: once(() => (prepared === undefined ? loadDetection(one) : openDetection(one))),
  }));
  if (prepared === undefined) for (const { load } of loads) load();
  const system = systemOf(id => loads.find(one => one.id === id)?.load(), settings);
  const byId = new Map<string, Rule>();
  const candidatesOf = (source: Source): Candidates => {
    const bench: Bench = { settings, system, shared: new Map() };
    const entry = (
      id: string,
      load: () => { readonly when: Group },
      make: () => Rule | undefined,
    ): Dispatched<Rule> => {
      const rule = once(make);
      const item: Rule = (prepared === undefined ? rule() : undefined) ?? {
        id,
        judge: view => rule()?.judge(view) ?? [],
      };
      return { item, requirements: prepared?.[id] ?? requirementsOf(load().when, source, settings) };
    };
    const learned = knowledge
      .filter(({ on }) => on === source)
      .map(one => {
        const load = once(() => (prepared === undefined ? loadKnowledge(one) : openKnowledge(one)));
        return entry(one.id, load, () => knowledgeRule(load(), bench));
      });
    const detecting = detections.flatMap(({ id, on }, index) => {
      const load = loads[index]?.load;
      if (load === undefined || on !== source || settings.detections[id]?.status === 'off') return [];
      return [entry(id, load, () => detectionRule(load(), bench))];
    });
    for (const { item } of detecting) byId.set(item.id, item);
    return byName(
      source,
      [...learned, ...detecting],
      bench.shared,
      prepared === undefined ? dispatchSome : dispatchLater,
    );
  };
  const candidates: { readonly [S in Source]: () => Candidates } = {
    cloudtrail: once(() => candidatesOf('cloudtrail')),
    kubernetes: once(() => candidatesOf('kubernetes')),
  };
  if (prepared === undefined) for (const make of Object.values(candidates)) make();

  return (input, place, again) => {
    const event = input instanceof Uint8Array ? eventOf(input, place) : input;
    if (event === undefined) return [];
    const seen = viewOf(event, settings);
    const view = again === undefined ? seen : { ...seen, again: again.after };
    const matches: Match[] = [];
    // A detection that was switched off meanwhile judges nothing again.
    const ofSource = candidates[event.source]();
    const rules = again === undefined ? ofSource(event, view) : [byId.get(again.detection) ?? []].flat();
    for (const rule of rules) {
      try {
        const found = rule.judge(view);
        for (let at = 0; at < found.length; at++) matches.push(found[at] as Match); // a place in it
      } catch (cause) {
        matches.push(...system.failed(rule.id, event, cause));
      }
    }
    return matches;
  };
};

type Candidates = (event: AnyEvent, view: AnyView) => readonly Rule[];

/** Dispatches rules by the name that most of them ask for, so that the tree of a name is built when an event first bears it. */
const byName = (
  source: Source,
  all: readonly Dispatched<Rule>[],
  shared: Shared,
  dispatch: typeof dispatchLater<Rule>,
): Candidates => {
  const rules = all.map(({ item }) => item);
  const places = placesOf(all);
  const { names, rest } = named(source, all);
  const others = once(() => dispatch(rest, places, shared));
  const every = once(() => dispatch(all, places, shared));
  const trees = new Map([...names].map(([name, some]) => [name, once(() => dispatch(some, places, shared))]));
  return (event, view) => {
    const found: number[] = [];
    const key = keyOf(event);
    if (key === undefined) every()(view, found);
    else {
      others()(view, found);
      trees.get(key)?.()(view, found);
    }
    return inOrder(rules, found);
  };
};

const nowhere: Place = { account: '', region: '', cluster: '' };

/** The event that the bytes of one record hold; undefined where they are skipped on purpose (a control message, an insight). */
const eventOf = (bytes: Uint8Array, place: Place = nowhere): AnyEvent | undefined => {
  const read = readRecord(bytes, place, 'record');
  if (read.kind === 'rejected') throw new Error(`${read.rejected.reason}: ${read.rejected.detail}`);
  return read.kind === 'event' ? read.event : undefined;
};
