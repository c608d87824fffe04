import type { AnyDetection } from '../detection.ts';
import type { Finding, Window } from '../finding.ts';
import type { Settings } from '../settings.ts';
import { deliver, type Ledger } from './deliver.ts';
import { type Message, messageOf } from './message.ts';
import type { Notice } from './notice.ts';
import { isSince, newsOf } from './transitions.ts';

/** The stored cases, as far as announcing needs them. Every call throws on I/O errors. */
export interface Cases {
  /** A case with its newest windows, read consistently. */
  read(id: string): Promise<{ readonly finding: Finding; readonly windows: readonly Window[] } | undefined>;
  /** Marks on the case that a transition was said, and what it said along the way. */
  recordTransition(id: string, transition: string, covers: readonly string[]): Promise<unknown>;
  /** Takes `due` away if the case is still as it was read. */
  clearDue(finding: Finding): Promise<'cleared' | 'changed'>;
}

/** Where announcements go first: SNS, the event bus, a terminal. Throws unless the message was taken. */
export interface Channel {
  readonly name: string;
  send(message: Message): Promise<void>;
  /** Says something of several findings. Where a channel can't, no finding is folded into a storm. */
  notify?(notice: Notice): Promise<void>;
}

/** What announcing reads, keeps and sends. */
export interface AnnounceDeps {
  readonly cases: Cases;
  readonly ledger: Ledger;
  readonly channels: readonly Channel[];
  readonly detections: readonly AnyDetection[];
  readonly settings: Settings;
  /** In which the cases are stored, for the commands of a message; absent: in a local database. */
  readonly stage?: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds after which a critical case that nobody took up is said again; default 15 minutes. */
  readonly escalateAfter?: number;
  /** Whether a new finding is part of a storm, and what is said of that; absent: none is. */
  readonly storm?: (finding: Finding) => Promise<Notice | undefined>;
}

/** `folded`: it is part of a storm that was said; `busy`: another announcer is at it; `unsettled`: the case changes faster than it is said. In both it stays due. */
export type Outcome = 'said' | 'folded' | 'nothing' | 'busy' | 'unsettled';

const rounds = 5;

/**
 * Says what is new about a stored case, once on each channel, and clears `due` when nothing is left to say.
 *
 * For each channel: claim, send, mark as said; then the marks that every channel said go onto the case; then `due` goes, if the
 * case is still what was read. A crash after any step leaves `due` set, and what was marked as said is not sent again: only a
 * death between a channel's yes and our mark makes a repeat, under the same transition id.
 * @throws when a channel failed, after all others had their turn: the case stays due and only that channel is tried again
 */
export const announce = async (id: string, deps: AnnounceDeps): Promise<Outcome> => {
  const { cases, ledger, channels, settings, now } = deps;
  let outcome: Outcome = 'nothing';
  for (let round = 0; round < rounds; round++) {
    const stored = await cases.read(id);
    if (stored?.finding.due === undefined) return outcome;
    const { finding, windows } = stored;
    const news = newsOf(finding, windows, deps.escalateAfter);
    if (news === undefined) {
      if ((await cases.clearDue(finding)) === 'cleared') return outcome;
      continue;
    }
    const storm = news.kind === 'first' ? await stormAround(finding, deps) : undefined;
    if (storm !== undefined) {
      if (!(await notify(storm, deps))) return 'busy';
      // It waits for nobody by itself: the storm was said, and those said one by one are said again.
      const covers = news.covers.filter(mark => !isSince(mark));
      await cases.recordTransition(id, news.id, [...covers, storm.id]);
      outcome = 'folded';
      continue;
    }
    const detection = deps.detections.find(({ id }) => id === finding.detection);
    const message = messageOf(finding, windows, news, detection, settings, deps.stage);
    const said = await Promise.allSettled(
      channels.map(channel =>
        deliver(ledger, `${channel.name}#${message.id}`, news.covers, now(), () => channel.send(message)),
      ),
    );
    throwFailed(said);
    const covers = said.map(result => (result.status === 'fulfilled' ? result.value : undefined));
    if (covers.includes(undefined)) return 'busy';
    // A retry finds what an earlier message covered; since then the case may have grown, and that is said next round.
    await cases.recordTransition(
      id,
      news.id,
      news.covers.filter(mark => covers.every(each => each?.includes(mark))),
    );
    outcome = 'said';
  }
  return 'unsettled';
};

/** A store that fails folds nothing: too much is said rather than too little. */
const stormAround = async (finding: Finding, { storm, channels }: AnnounceDeps): Promise<Notice | undefined> => {
  if (storm === undefined || channels.some(channel => channel.notify === undefined)) return undefined;
  return storm(finding).catch(() => undefined);
};

/**
 * Says a notice once on each channel.
 * @returns false where another sender is at it
 * @throws when a channel failed, after all others had their turn
 */
export const notify = async (
  notice: Notice,
  { channels, ledger, now }: Pick<AnnounceDeps, 'channels' | 'ledger' | 'now'>,
): Promise<boolean> => {
  const said = await Promise.allSettled(
    channels.map(async channel => {
      const tell = channel.notify?.bind(channel);
      return tell === undefined ? [] : deliver(ledger, `${channel.name}#${notice.id}`, [], now(), () => tell(notice));
    }),
  );
  throwFailed(said);
  return said.every(result => result.status === 'fulfilled' && result.value !== undefined);
};

const throwFailed = (results: readonly PromiseSettledResult<unknown>[]): void => {
  const failed = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []));
  if (failed.length > 0) throw failed.length === 1 ? failed[0] : new AggregateError(failed, 'several channels failed');
};
