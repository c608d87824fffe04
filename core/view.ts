import type { AnyEvent } from './event.ts';
import type { Json, JsonObject } from './json.ts';
import type { Subject } from './pattern/compile.ts';
import type { Settings } from './settings.ts';
import { sources } from './sources.ts';

/** One event as rules see it: its record, and its source's facts, each read at most once. Also what patterns are asked of. */
export interface AnyView extends Subject {
  readonly event: AnyEvent;
  readonly fact: (name: string) => Json;
  /** What the settings say, for the detection that looks. */
  readonly threshold?: number;
  /** See `View.again`. */
  readonly again?: number;
}

/** A fact of the event's own source, which is the only one it is asked about. */
interface Read {
  read(event: AnyEvent, settings: Settings): Json;
}

/** @throws from `fact`, on a name that the event's source does not own. */
export const viewOf = (event: AnyEvent, settings: Settings): AnyView => {
  // A source's facts read its own events: which source it is, is known by `event.source` only.
  const facts = sources[event.source].facts as unknown as { readonly [name: string]: Read | undefined };
  const read = new Map<string, Json>();
  return {
    event,
    record: event.record as unknown as JsonObject, // a JSON object: it was read from JSON
    fact: name => {
      const known = read.get(name);
      if (known !== undefined) return known;
      const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
      if (fact === undefined) throw new Error(`no fact "${name}" of ${event.source} events`);
      const value = fact.read(event, settings);
      read.set(name, value);
      return value;
    },
  };
};
