import type { AnyEvent } from '../../core/event.ts';
import type { Settings } from '../../core/settings.ts';

/** What a cluster's owners, or their tools, do on an ordinary day. */
export interface Operation {
  /** Who does what, in few words: each once. */
  readonly what: string;
  readonly event: AnyEvent;
  /** What happened before. */
  readonly after?: readonly AnyEvent[];
  /** All that the catalogue says of it where no setting says anything. */
  readonly bare?: readonly string[];
  /** What it says under the example's settings, which name none of these people; `bare` where absent. */
  readonly unnamed?: readonly string[];
  /** Laid over the example's settings: with these no more is said than `still`. Absent where nothing is said anyway. */
  readonly hushed?: Partial<Settings>;
  readonly still?: readonly string[];
}
