import { createHash } from 'node:crypto';
import type { AnyEvent } from '../../core/event.ts';
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
