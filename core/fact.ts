import type { Event, Records, Source } from './event.ts';
import type { Json } from './json.ts';
import type { Condition, When } from './pattern/language.ts';
import type { Settings } from './settings.ts';

/**
 * A named, pure function of an event and the settings, for what no field says plainly.
 * Total: what it cannot tell is `'unknown'` (or `[]` for a list), never an exception and never absent.
 * Rules see settings through facts only.
 */
export interface Fact<S extends Source = Source> {
  /** One sentence for the documentation: what it says, its values, where the fact about the platform comes from. */
  readonly doc: string;
  /**
   * A pattern over the record (no `fact`, no own operators) that holds for every event for which the fact's value can be
   * anything but its neutral one. `{}` when the fact can be read off any event. Joined into derived filters.
   */
  readonly needs: (settings: Settings) => When<Records[S]>;
  /**
   * What a record shows where the fact has a value that is asked for: patterns as of `needs`, of which one holds for every event
   * whose value, or an element of whose list, is one that `may` be. `[{}]`: any event may have such a value; `[]`: none has.
   * Asked beside `needs` of a record that is at hand, of what rules except as well (`admissionOf`); AWS's filters don't ask them.
   * @param texts what is asked for, where it is texts that are like this: for a fact that gives texts as they stand in the record.
   *   Undefined where other values may pass, or a text that is unlike something.
   * @param cluster whose event it is, where that is known: one of the settings'. Records don't say it
   */
  readonly signs?: (
    settings: Settings,
    may: May,
    texts?: readonly Condition[],
    cluster?: string,
  ) => readonly When<Records[S]>[];
  readonly read: (event: Event<S>, settings: Settings) => Json;
}

/** Whether a fact's value, or an element of it, passes what a rule asks of the fact. */
export type May = (value: Json) => boolean;

/** A source's facts by their names. */
export type Facts<S extends Source = Source> = { readonly [name: string]: Fact<S> };

/** One event as a detection sees it: the record, and facts read once and remembered. */
export interface View<S extends Source = Source> {
  readonly event: Event<S>;
  readonly record: Records[S];
  /** The value of a fact of the event's source; throws on a name that the source does not own (checked when loaded). */
  readonly fact: (name: string) => Json;
  /** What the settings set as the `threshold` of the detection that looks; absent: the detection's own. */
  readonly threshold?: number;
  /** Milliseconds since 1970: the event is judged again, and all that happened before then has been heard. Absent at first. */
  readonly again?: number;
}
