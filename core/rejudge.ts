import type { Findings } from './finding.ts';
import type { Match } from './match.ts';
import { settle } from './pipeline.ts';
import { type Due, patience } from './state/agenda.ts';
import { askThrough, heardThrough } from './state/heard.ts';
import type { Store } from './state/observation.ts';

/** What judging again reads and writes. */
export interface RejudgeDeps {
  readonly match: (
    event: Due['event'],
    place: undefined,
    again: { readonly detection: string; readonly after: number },
  ) => readonly Match[];
  readonly store: Store;
  readonly findings: Findings;
  /** Whether the catalogue has a detection: an item of another version's waits for that version. Absent: it has all of them. */
  readonly knows?: (detection: string) => boolean;
}

/** Items judged together. */
const together = 50;

const quarter = 15 * 60_000;
/**
 * Milliseconds after which one that can't be judged yet is looked at again: a quarter of what it has waited. So an item whose stream
 * nobody sends is written twenty times until it is dropped, not at each quarter of an hour of a day.
 */
const pause = (now: number, after: number): number => Math.min(8 * quarter, Math.max(quarter, (now - after) / 4));

/**
 * Judges again what is due. What an event was found to be is folded as if it had been found at first, so that judging twice, or
 * dying half-way, changes nothing. An item whose streams were not heard past its moment, or were silent around it, waits, at most a day; so does one of a
 * detection that is not in the catalogue (while two versions run, and after a rollback), and one that can't be judged.
 * @param now milliseconds since 1970
 * @param mayGoOn asked before each batch
 * @returns how many were judged
 * @throws the first I/O error; and after all others had their turn, why an item could not be judged
 */
export const rejudge = async (deps: RejudgeDeps, now: number, mayGoOn: () => boolean = () => true): Promise<number> => {
  const { knows = () => true } = deps;
  let judged = 0;
  let failed: { readonly cause: unknown } | undefined;
  while (mayGoOn()) {
    const items = await deps.store.due(now, together);
    if (items.length === 0) break;
    const heard = await heardOf(items, deps.store);
    const ready: Due[] = [];
    const matches: Match[] = [];
    for (const item of items) {
      const { event, detection, after, streams } = item;
      if (!knows(detection) || !streams.every(stream => heard.has(`${stream} ${after}`))) continue;
      try {
        matches.push(...deps.match(event, undefined, { detection, after }));
        ready.push(item);
      } catch (cause) {
        failed ??= { cause };
      }
    }
    const left = items.filter(item => !ready.includes(item));
    if (matches.length > 0) await settle(matches, deps, now);
    await deps.store.done([...ready, ...left.filter(({ after }) => after + patience <= now)]);
    const waiting = left.filter(({ after }) => after + patience > now);
    if (waiting.length > 0)
      await deps.store.postpone(waiting.map(item => ({ ...item, at: now + pause(now, item.after) })));
    judged += ready.length;
    if (items.length < together) break;
  }
  if (failed !== undefined) throw failed.cause;
  return judged;
};

/** Which streams were heard past which moments, and around them. */
const heardOf = async (items: readonly Due[], store: Store): Promise<ReadonlySet<string>> => {
  const asked = [
    ...new Map(
      items.flatMap(({ streams, after }) => streams.map(stream => [`${stream} ${after}`, { stream, after }])),
    ).entries(),
  ];
  if (asked.length === 0) return new Set();
  const answers = await store.observe(asked.map(([, { stream, after }]) => askThrough(stream, after)));
  return new Set(
    asked.flatMap(([name, { after }], index) => {
      const answer = answers[index];
      return answer !== undefined && heardThrough([answer.item, ...answer.also], after) ? [name] : [];
    }),
  );
};
