import type { AnyEvent, Source } from './event.ts';
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

/** A source's facts in one order, and where each is by its name. */
interface Listed {
  readonly facts: readonly Read[];
  readonly places: ReadonlyMap<string, number>;
}

/** Event after event asks the same names: a place in a list is found sooner than a map is filled. */
const listed = new Map<Source, Listed>();
const listedOf = (source: Source): Listed => {
  const known = listed.get(source);
  if (known !== undefined) return known;
  // A source's facts read its own events: which source it is, is known by `event.source` only.
  const all = Object.entries(sources[source].facts) as unknown as readonly (readonly [string, Read])[];
  const made = { facts: all.map(([, fact]) => fact), places: new Map(all.map(([name], place) => [name, place])) };
  listed.set(source, made);
  return made;
};

/** @throws from `fact`, on a name that the event's source does not own. */
export const viewOf = (event: AnyEvent, settings: Settings): AnyView => {
  const { facts, places } = listedOf(event.source);
  const values: (Json | undefined)[] = [];
  return {
    event,
    record: event.record as unknown as JsonObject, // a JSON object: it was read from JSON
    fact: name => {
      const place = places.get(name);
      if (place === undefined) throw new Error(`no fact "${name}" of ${event.source} events`);
      const known = values[place];
      if (known !== undefined) return known;
      const value = (facts[place] as Read).read(event, settings); // a place in them
      values[place] = value;
      return value;
    },
  };
};
