import type { Event, Source } from './event.ts';
import type { Facts } from './fact.ts';
import type { Settings } from './settings.ts';

/** What a source says about any of its events, for titles, findings and messages. Strings are as in the event: escape where shown. */
export interface Description {
  /** Who did it, most stable name first (role ARN, user name), then the session and who stood behind it. Never empty. */
  readonly principals: readonly string[];
  readonly addresses: readonly string[];
  /** Where it happened; absent: in the event's own region. */
  readonly regions?: readonly string[];
  /** In words, what makes the judgement weaker: a controller known only by its usual name, omitted evidence. */
  readonly notes: readonly string[];
  /** Values of the title holes `{principal}`, `{event}`, `{source}`: short, never empty. */
  readonly holes: { readonly principal: string; readonly event: string; readonly source: string };
}

/** All that the matcher needs to know of a source. */
export interface SourceModule<S extends Source = Source> {
  readonly facts: Facts<S>;
  describe(event: Event<S>, settings: Settings): Description;
}
