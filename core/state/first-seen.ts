import type { StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { nameLearned, revoked, revokedScope } from './learned.ts';
import type { Item } from './observation.ts';

/** Something that acts otherwise than it did while it was being learned. */
export interface FirstSeen<S extends Source> {
  /** Names the state: the detection's id. */
  readonly id: string;
  readonly doc: string;
  /** What is learned: a role, a user. */
  readonly of: (view: View<S>) => string;
  /** The traits of one event: networks, clients. Coarse, so that ordinary change is none. */
  readonly traits: (view: View<S>) => readonly string[];
  /** What fires without any learning; undefined: nothing does. */
  readonly atOnce: (view: View<S>) => string | undefined;
  /** Words for the finding. */
  readonly note: (traits: readonly string[]) => string;
}

const week = 7 * 86_400_000;
/** The most that settings let records be late: a week counts as learned only when its last record must have come. */
const lateness = 2 * 3_600_000;
/** A learned item is forgotten when nothing has touched it for a quarter. */
const kept = 90 * 86_400_000;

/** Traits of one item: five new ones a week fill it in four years, and a flood of them is a limit reached. */
const cap = 1_000;

const weekOf = (time: number): number => Math.floor(time / week);

/** Traits by the week they were seen in, as stored: `2956#network 198.51.100.0/24`. */
const read = (item: Item): readonly { readonly week: number; readonly trait: string }[] =>
  (item['seen'] ?? []).flatMap(member => {
    const mark = member.indexOf('#');
    const number = Number(member.slice(0, mark));
    return mark > 0 && Number.isInteger(number) ? [{ week: number, trait: member.slice(mark + 1) }] : [];
  });

/**
 * Learns traits through the week of the first event and the one after it (seven to fourteen days), then fires on every event with
 * another. What was learned is complete before anything fires, so that order and lateness within the bound make no difference.
 */
export const firstSeen = <S extends Source>(rule: FirstSeen<S>): StateRule<S> => ({
  kind: 'first-seen',
  doc: rule.doc,
  observe: view => {
    const traits = [...new Set(rule.traits(view))];
    if (traits.length === 0) return [];
    const { account, cluster, time } = view.event;
    const scope = [rule.id, account, cluster, rule.of(view)].join('#');
    return [
      {
        scope,
        also: [revokedScope(scope)],
        add: { seen: traits.map(trait => `${weekOf(view.event.time)}#${trait.slice(0, 200)}`) },
        cap,
        expires: time + kept,
      },
      nameLearned(account, { kind: 'controller', subject: rule.of(view), scope }, time),
    ];
  },
  decide: (view, _key, [answer]) => {
    const { id: eventId, time } = view.event;
    const atOnce = rule.atOnce(view);
    const seen = read(answer?.item ?? {});
    const first = Math.min(...seen.map(one => one.week));
    const taken = revoked(answer?.also[0]);
    const learned = new Set(
      seen.filter(one => one.week <= first + 1 && !taken.has(one.trait)).map(({ trait }) => trait),
    );
    const done = weekOf(time - lateness) > first + 1;
    const fresh = done ? [...new Set(rule.traits(view))].filter(trait => !learned.has(trait.slice(0, 200))) : [];
    const notes = [atOnce ?? '', fresh.length > 0 ? rule.note(fresh) : ''].filter(Boolean);
    return notes.length === 0 ? [] : [{ eventId, time, note: notes.join('; ') }];
  },
});
