import { createHash } from 'node:crypto';
import { announce, type Cases } from '../../core/announce/announce.ts';
import type { Ledger } from '../../core/announce/deliver.ts';
import type { Message } from '../../core/announce/message.ts';
import type { Notice } from '../../core/announce/notice.ts';
import { stormOf } from '../../core/announce/storm.ts';
import { compile } from '../../core/compile.ts';
import type { Severity } from '../../core/detection.ts';
import type { AnyEvent } from '../../core/event.ts';
import { findingId } from '../../core/findings/identity.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import type { Match } from '../../core/match.ts';
import { detect } from '../../core/pipeline.ts';
import { rejudge } from '../../core/rejudge.ts';
import type { Settings } from '../../core/settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { readAs } from '../evasions/form.ts';

/** What is done at a time of the example day: its events come five seconds apart. */
export interface Step {
  /** `13:05`. */
  readonly at: string;
  /** In few words. */
  readonly does: string;
  readonly acts: readonly AnyEvent[];
  /** Of which nothing is said, and why: the step is ordinary, or its trace lies elsewhere. */
  readonly quiet?: string;
}

/** What must be told of a campaign. */
export interface Told {
  readonly detection: string;
  readonly severity: Severity;
  /** A name among the finding's principals, resources, or values of its key. */
  readonly on: string;
  /** Of which step it is told at the latest, from 1. */
  readonly by: number;
}

/** One intrusion as a published account tells it, in the words of both logs. */
export interface Campaign {
  readonly title: string;
  /** Who described it, where. */
  readonly source: string;
  readonly steps: readonly Step[];
  readonly told: readonly Told[];
  /** Messages of at least medium severity of all of it, at most, where each event is delivered alone; with the example's settings, and with none. */
  readonly most: readonly [settled: number, bare: number];
}

export const step = (at: string, does: string, ...acts: readonly AnyEvent[]): Step => ({ at, does, acts });
/** A step of which nothing is said, and why. */
export const quiet = (at: string, does: string, why: string, ...acts: readonly AnyEvent[]): Step => ({
  at,
  does,
  acts,
  quiet: why,
});

/** The event at another time, under an id of its own, as it comes out of the bytes of its record. @param time ISO */
const timed = (event: AnyEvent, time: string): AnyEvent => {
  const hash = createHash('sha256')
    .update(JSON.stringify([event.record, time]))
    .digest('hex');
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  if (event.source === 'cloudtrail')
    return readAs({ ...event, record: { ...event.record, eventTime: time, eventID: id } });
  const micro = time.replace('Z', '.123456Z');
  const record = { ...event.record, auditID: id, requestReceivedTimestamp: micro, stageTimestamp: micro };
  return readAs({ ...event, record });
};

/** A step's events. */
export const eventsOf = ({ at, acts }: Step): readonly AnyEvent[] =>
  acts.map((act, index) =>
    timed(act, new Date(Date.parse(`2026-09-01T${at}:00Z`) + index * 5_000).toISOString().replace('.000Z', 'Z')),
  );

/** Every event of some steps in a delivery of its own. */
export const alone = (steps: readonly Step[]): readonly (readonly AnyEvent[])[] =>
  steps.flatMap(eventsOf).map(event => [event]);

/** The step, from 1, to which a delivery belongs where each event has one; of what comes later the last. @param delivery from 1 */
export const stepOf = (steps: readonly Step[], delivery: number): number => {
  let seen = 0;
  const at = steps.findIndex(({ acts }) => {
    seen += acts.length;
    return delivery <= seen;
  });
  return at < 0 ? steps.length : at + 1;
};

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
