import type { AnyDetection, AnyKnowledge } from './detection.ts';
import type { AnyEvent, Source } from './event.ts';
import { loadDetection, loadKnowledge } from './load.ts';
import type { Match } from './match.ts';
import { dispatch } from './pattern/dispatch.ts';
import type { Group } from './pattern/node.ts';
import type { Requirement } from './pattern/tree.ts';
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

/**
 * Many detections become one matcher. Pure: no clock, no environment, no I/O.
 * @throws DetectionError on a bad detection, Error on a bad exemption in the settings.
 */
export const compile = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): Matcher => {
  const loaded = detections.map(loadDetection);
  const system = systemOf(loaded, settings);
  const learned = knowledge.map(loadKnowledge);
  const byId = new Map<string, Rule>();
  const rulesOf = (source: Source): ((view: AnyView) => readonly Rule[]) => {
    const bench: Bench = { settings, system, shared: new Map() };
    const asked = (when: Group): readonly Requirement[] => requirementsOf(when, source, settings);
    return dispatch([
      ...learned
        .filter(one => one.knowledge.on === source)
        .map(one => ({ item: knowledgeRule(one, bench), requirements: asked(one.when) })),
      ...loaded
        .filter(one => one.detection.on === source)
        .flatMap(one => {
          const item = detectionRule(one, bench);
          if (item === undefined) return [];
          byId.set(item.id, item);
          return [{ item, requirements: asked(one.when) }];
        }),
    ]);
  };
  const candidates: { readonly [S in Source]: (view: AnyView) => readonly Rule[] } = {
    cloudtrail: rulesOf('cloudtrail'),
    kubernetes: rulesOf('kubernetes'),
  };

  return (input, place, again) => {
    const event = input instanceof Uint8Array ? eventOf(input, place) : input;
    if (event === undefined) return [];
    const seen = viewOf(event, settings);
    const view = again === undefined ? seen : { ...seen, again: again.after };
    const matches: Match[] = [];
    // A detection that was switched off meanwhile judges nothing again.
    const rules = again === undefined ? candidates[event.source](view) : [byId.get(again.detection) ?? []].flat();
    for (const rule of rules) {
      try {
        matches.push(...rule.judge(view));
      } catch (cause) {
        matches.push(...system.failed(rule.id, event, cause));
      }
    }
    return matches;
  };
};

const nowhere: Place = { account: '', region: '', cluster: '' };

/** The event that the bytes of one record hold; undefined where they are skipped on purpose (a control message, an insight). */
const eventOf = (bytes: Uint8Array, place: Place = nowhere): AnyEvent | undefined => {
  const read = readRecord(bytes, place, 'record');
  if (read.kind === 'rejected') throw new Error(`${read.rejected.reason}: ${read.rejected.detail}`);
  return read.kind === 'event' ? read.event : undefined;
};
