import type { Event, Records, Source } from './event.ts';
import type { View } from './fact.ts';
import type { Json } from './json.ts';
import type { When } from './pattern/language.ts';
import type { SettingName } from './settings.ts';
import type { Answer, Observation } from './state/observation.ts';

/** From the lowest to the gravest. */
export const severities = ['low', 'medium', 'high', 'critical'] as const;
/** One of {@link severities}. */
export type Severity = (typeof severities)[number];

/** What matches are folded by, beside detection, account and cluster. Values are never empty; `region` only where named. */
export type Key = { readonly [part: string]: string };

/** A severity, or one that depends on the event: the first pair whose pattern holds decides, otherwise the last member. */
export type SeverityRule<R> = Severity | readonly [...(readonly [Severity, When<R>])[], Severity];

/** Whom and what an event names, without secrets. */
export interface Named {
  readonly principals: readonly string[];
  readonly resources: readonly string[];
  /** Source addresses, or the calling service's name. */
  readonly addresses: readonly string[];
}

/** What a stateful detection concludes from the store's answers about one event (its own, or an earlier one in the window). */
export interface Verdict {
  readonly eventId: string;
  readonly time: number;
  /** Overrides the detection's severity. */
  readonly severity?: Severity;
  /** Added to the title, e.g. "6 denied calls in 10 minutes". */
  readonly note?: string;
  /** Overrides the key. */
  readonly key?: Key;
  /** Whom and what the event names, as it was kept; absent: what the asking one names. */
  readonly named?: Named;
}

/**
 * What one event cannot tell. `observe` says what to store and read, `decide` concludes from the answers; both are pure, and
 * decisions are monotone in the stored sets. Declarative forms (`threshold`, `distinct`, `sequence`, …) are built on this pair.
 */
export interface StateRule<S extends Source = Source> {
  readonly kind: string;
  /** One sentence for the documentation page. */
  readonly doc: string;
  /** @param named whom and what the event names, for what is said of it when later events have come */
  observe(view: View<S>, key: Key, named?: () => Named): readonly Observation[];
  decide(view: View<S>, key: Key, answers: readonly Answer[]): readonly Verdict[];
  /**
   * Whether and when to judge the event again, with `view.again` set: for what may still come (late records, the second half of a
   * story) or must not stay away (`absence`). Asked at first only.
   */
  again?(view: View<S>, key: Key, answers: readonly Answer[]): Again | undefined;
}

/** When an event is judged again. */
export interface Again {
  /** Milliseconds since 1970: all that happened up to then must be known. It is judged that much later as records may be late. */
  readonly after: number;
  /** Streams (`streamOf`) that must have been heard past `after`; absent: none. */
  readonly streams?: readonly string[];
}

/** One event as an example states it: a record with only what differs from an ordinary one (see `core/cloudtrail/example.ts`). */
export interface Example<S extends Source = Source> {
  /** A true sentence: what this event is. */
  readonly name: string;
  readonly event: Event<S>;
  /** Settings under which it is judged, over the example settings. */
  readonly settings?: { readonly [name: string]: Json };
  /** The severity it must be given (a match whose detection's severity depends on the event). */
  readonly severity?: Severity;
  /** Events that came before it, oldest first (stateful detections). */
  readonly after?: readonly Event[];
  /** Events that came after it (detections that judge again). */
  readonly later?: readonly Event[];
}

/** A detection: typed data plus two small pure functions. One file, read top to bottom; refused when loaded if it is wrong. */
export interface Detection<S extends Source = Source> {
  /** Its path under `detections/`, without the ending: `cloudtrail/karpenter-tag-tampered`. */
  readonly id: string;
  readonly on: S;
  /**
   * Past tense; holes `{name}` are a key part, `{principal}`, `{account}`, `{region}`, `{cluster}`, `{event}`, `{source}` or a fact's
   * name. `{attempt}` at its beginning is `Denied: ` and the like where the call did not succeed, else nothing.
   */
  readonly title: string;
  readonly severity: SeverityRule<Records[S]>;
  readonly when: When<Records[S]>;
  /** Branches that clear it: a match of any of them is no match. */
  readonly unless?: readonly When<Records[S]>[];
  /** One key a finding: usually one, several where one call touched several things, none never. Facts: `'principal.id'`, … */
  readonly by: (view: View<S>) => readonly Key[];
  /** How long matches fold into one finding: `10m`, `1h`, `24h`. Default `1h`. */
  readonly window?: `${number}${'m' | 'h' | 'd'}`;
  /** Who and what the finding names beyond the event's principal and the key's values. */
  readonly principals?: (view: View<S>) => readonly string[];
  readonly resources?: (view: View<S>) => readonly string[];
  readonly state?: StateRule<S>;
  /** Settings without which it is `watching`: stored, not announced. */
  readonly requires?: readonly SettingName[];
  /** ATT&CK technique ids; names and tactics come from `core/attack.ts`. */
  readonly attack: readonly string[];
  /** Two sentences. */
  readonly why: string;
  /** By name, no address needed: 'AWS CloudTrail User Guide, userIdentity element'. */
  readonly references: readonly string[];
  /** Three to five imperatives: confirm, contain (preserving the node), look around; with the exact command or query. */
  readonly runbook: readonly string[];
  /** How it can be blind, a sentence each. */
  readonly blind: readonly string[];
  readonly examples: {
    /** At least two. */
    readonly matches: readonly Example<S>[];
    /** At least two, each differing from a match by one field; together with `matches` they prove every clause necessary. */
    readonly misses: readonly Example<S>[];
  };
}

/** Knowledge that detections recall: instances, access keys. Never a finding. */
export interface Knowledge<S extends Source = Source> {
  /** `knowledge/…` */
  readonly id: string;
  readonly on: S;
  readonly doc: string;
  readonly when: When<Records[S]>;
  observe(view: View<S>): readonly Observation[];
}

/** Types a CloudTrail detection; the catalogue's index and its test load it. */
export const cloudtrail = (detection: Omit<Detection<'cloudtrail'>, 'on'>): Detection<'cloudtrail'> => ({
  on: 'cloudtrail',
  ...detection,
});

/** Types a Kubernetes audit detection. */
export const kubernetes = (detection: Omit<Detection<'kubernetes'>, 'on'>): Detection<'kubernetes'> => ({
  on: 'kubernetes',
  ...detection,
});

/** A detection of either source, told apart by `on`. */
export type AnyDetection = { [S in Source]: Detection<S> }[Source];
/** Knowledge of either source. */
export type AnyKnowledge = { [S in Source]: Knowledge<S> }[Source];
