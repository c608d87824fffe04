import { announce, type Cases } from '../../core/announce/announce.ts';
import type { Ledger } from '../../core/announce/deliver.ts';
import type { Message } from '../../core/announce/message.ts';
import type { Notice } from '../../core/announce/notice.ts';
import { stormOf } from '../../core/announce/storm.ts';
import { compile } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import { rank } from '../../core/findings/best.ts';
import { findingId } from '../../core/findings/identity.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import type { Match } from '../../core/match.ts';
import { detect } from '../../core/pipeline.ts';
import { rejudge } from '../../core/rejudge.ts';
import type { Settings } from '../../core/settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';

const matchers = new Map<string, ReturnType<typeof compile>>();
const matcherOf = (settings: Settings): ReturnType<typeof compile> => {
  const key = JSON.stringify(settings);
  const match = matchers.get(key) ?? compile(detections, knowledge, settings);
  matchers.set(key, match);
  return match;
};

/** Something that was said, and after which delivery. */
export interface Said {
  readonly after: number;
  readonly message: Message;
}

/** What the deployed pipeline says of deliveries of events, with everything in memory. */
export const listen = async (
  deliveries: readonly (readonly AnyEvent[])[],
  settings: Settings,
): Promise<{
  readonly said: readonly Said[];
  readonly notices: readonly Notice[];
  readonly findings: ReturnType<typeof memoryFindings>;
  /** Events of which something of at least medium severity was found. */
  readonly matched: ReadonlySet<string>;
}> => {
  const match = matcherOf(settings);
  const store = memoryStore();
  const findings = memoryFindings();
  const due = new Map<string, number>();
  const marks = new Map<string, readonly string[]>();
  const matched = new Set<string>();
  const said: Said[] = [];
  const notices: Notice[] = [];
  let now = 0;
  let after = 0;
  const fold = async (matches: readonly Match[]): Promise<void> => {
    await findings.fold(matches, now);
    for (const one of matches) {
      due.set(findingId(one), now);
      if (one.severity !== 'low') matched.add(one.eventId);
    }
  };
  const cases: Cases = {
    read: async id => {
      const { finding, windows } = findings.get(id);
      const { due: _, ...rest } = finding;
      const at = due.get(id);
      return {
        finding: { ...rest, ...(at === undefined ? {} : { due: at }), transitions: marks.get(id) ?? [] },
        windows,
      };
    },
    recordTransition: async (id, transition, covers) =>
      void marks.set(id, [...new Set([...(marks.get(id) ?? []), transition, ...covers])]),
    clearDue: async ({ id }) => {
      due.delete(id);
      return 'cleared';
    },
  };
  const heard = new Map<string, readonly string[]>();
  const ledger: Ledger = {
    claim: async (key, covers) => {
      const known = heard.get(key);
      if (known !== undefined) return { state: 'said', covers: known };
      heard.set(key, covers);
      return { state: 'ours' };
    },
    said: async () => undefined,
    release: async key => void heard.delete(key),
  };
  const channel = {
    name: 'here',
    send: async (message: Message) => void said.push({ after, message }),
    notify: async (notice: Notice) => void notices.push(notice),
  };
  const speak = async (): Promise<void> => {
    for (const id of [...due.keys()])
      await announce(id, {
        cases,
        ledger,
        channels: [channel],
        detections,
        settings,
        now: () => now,
        escalateAfter: Number.POSITIVE_INFINITY,
        storm: finding => stormOf(store, finding, settings.announcing.stormFindings),
      });
  };
  const quarantine = { keep: async () => undefined };
  const again = async (at: number): Promise<void> => {
    now = at;
    await rejudge({ match, store, findings: { fold } }, now);
    await speak();
  };
  for (const events of deliveries) {
    after++;
    now = Math.max(now, ...events.map(({ time }) => time));
    await detect(
      events.map(event => ({ kind: 'event', event })),
      { match, store, findings: { fold }, quarantine, now },
    );
    await speak();
    await again(now);
  }
  for (const hours of [1, 1, 10]) await again(now + hours * 3_600_000);
  return { said, notices, findings, matched };
};

/** What somebody who is on call gets: medium and above. */
export const paged = (said: readonly Said[]): readonly Said[] =>
  said.filter(({ message }) => rank(message.finding.severity) >= rank('medium'));

/** A detection’s page, from `docs/`. */
export const linkTo = (id: string): string => `[${id.slice(id.indexOf('/') + 1)}](detections/${id}.md)`;
