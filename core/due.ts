import { hash } from 'node:crypto';
import type { Again } from './detection.ts';
import type { AnyEvent } from './event.ts';
import { redact } from './redact.ts';
import type { Settings } from './settings.ts';
import type { Due } from './state/agenda.ts';

/** Bytes of an event that is kept to be judged again: CloudTrail's longest record; compressed, well below an item's 400 KB. */
const memoBytes = 262_144;

/** What is kept of an event that a detection judges again. */
export const dueOf = (
  detection: string,
  again: Again | undefined,
  event: AnyEvent,
  { latenessMinutes }: Settings,
): readonly Due[] => {
  if (again === undefined) return [];
  const { after, streams = [] } = again;
  const record = redact(event.record as never, memoBytes); // a record is JSON
  const name = JSON.stringify([detection, event.source, event.account, event.cluster, event.id, after, streams]);
  return [
    {
      id: hash('sha256', name).slice(0, 32),
      at: after + latenessMinutes * 60_000,
      detection,
      event: { ...event, record: record as never } as AnyEvent, // what redaction leaves of a record is a record
      streams,
      after,
    },
  ];
};
