import type { Read } from './contract.ts';

/** Milliseconds that an API server's clock may be ahead of ours. */
const ahead = 15 * 60_000;

/**
 * What says that it is of the future is of now: a case that is resolved up to its newest event would else stay silent until then, and
 * whoever may write to a log group chooses the times of its events. Nothing is left out for it.
 * @param now milliseconds since 1970
 */
export const timely = (reads: readonly Read[], now: number): readonly Read[] => {
  const most = now + ahead;
  const isEarly = (read: Read): boolean =>
    (read.kind === 'event' && read.event.time > most) || (read.kind === 'quiet' && read.heard.time > most);
  if (!reads.some(isEarly)) return reads;
  return reads.map(read => {
    if (!isEarly(read)) return read;
    if (read.kind === 'event') return { ...read, event: { ...read.event, time: now } };
    return read.kind === 'quiet' ? { ...read, heard: { ...read.heard, time: now } } : read;
  });
};
