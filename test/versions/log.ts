import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEvent } from '../../core/event.ts';

/** An event of the log, and whether it came before another version was deployed or after. */
interface Logged {
  readonly part: 'before' | 'after';
  readonly event: AnyEvent;
}

/**
 * Events of the catalogue's examples as they were in November 2026, kept as they are whatever becomes of the examples: half of each
 * story before a deployment and half after it. In order of time.
 */
export const eventsOf = (part: Logged['part']): readonly AnyEvent[] =>
  readFileSync(join(import.meta.dirname, 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Logged) // our own file
    .flatMap(one => (one.part === part ? [one.event] : []))
    .toSorted((a, b) => a.time - b.time);
