import { clean } from './bounds.ts';
import type { Again, Key, Named, StateRule, Verdict } from './detection.ts';
import { dueOf } from './due.ts';
import { Evidence } from './evidence/record.ts';
import type { LoadedDetection } from './load.ts';
import type { Match, Status, Unsaid } from './match.ts';
import { redactLine } from './redact.ts';
import type { Settings } from './settings.ts';
import type { Due } from './state/agenda.ts';
import type { Answer, Observation } from './state/observation.ts';
import type { System } from './system.ts';
import type { AnyView } from './view.ts';

/** Characters of a title. */
export const titleLength = 300;

/** What a detection keeps and asks, seen as taking events of any source. */
export type AnyState = Pick<StateRule, 'kind'> & {
  observe(view: AnyView, key: Key, named?: () => Named): readonly Observation[];
  decide(view: AnyView, key: Key, answers: readonly Answer[]): readonly Verdict[];
  again?(view: AnyView, key: Key, answers: readonly Answer[]): Again | undefined;
};

/** A match of which the store is yet to say whether it is one: most are none, so that what is said of it waits. */
export const unsettled = (
  { detection, version, window, severity }: LoadedDetection,
  key: Key,
  { event: { account, region, cluster, source, id: eventId, time } }: AnyView,
  status: Exclude<Status, 'off'>,
): Match => ({
  detection: detection.id,
  version: version(),
  ...{ account, region, cluster, source, eventId, time, key, window, severity, status },
  title: '',
  principals: [],
  resources: [],
  addresses: [],
  notes: [],
  evidence: null,
});

/** What a match says beside what identifies it, each worked out when it is asked for. */
export interface Saying {
  readonly named: () => Named;
  /** The match with all that is said of it. */
  readonly inFull: () => Match;
}

/** The match with what it asks of the store, and how it is decided from the answers. */
export const stateful = (
  match: Match,
  { named, inFull }: Saying,
  state: AnyState,
  view: AnyView,
  { settings, system }: { readonly settings: Settings; readonly system: System },
): Match => {
  const observations = state.observe(view, match.key, named);
  /** Verdicts of one event share a few notes: each title is redacted once. */
  const titled = (full: Match, note: string, titles: Map<string, string>): string => {
    const before = titles.get(note);
    if (before !== undefined) return before;
    const title = redactLine(`${full.title}: ${note}`, titleLength);
    titles.set(note, title);
    return title;
  };
  const found = (full: Match, verdict: Verdict, titles: Map<string, string>): Match => ({
    ...full,
    ...verdict.named,
    eventId: verdict.eventId,
    time: verdict.time,
    key: verdict.key === undefined ? full.key : clean(verdict.key),
    severity: settings.detections[full.detection]?.severity ?? verdict.severity ?? full.severity,
    title: verdict.note === undefined ? full.title : titled(full, verdict.note, titles),
    // Of an earlier event only its id and time are stored: this event's record would be no evidence of it.
    evidence: verdict.eventId === full.eventId ? new Evidence(view.record) : null,
  });
  const decide = (answers: readonly Answer[], unsaid?: Unsaid): readonly Match[] => {
    try {
      const verdicts = state.decide(view, match.key, answers);
      if (verdicts.length === 0) return limits(match.detection, observations, answers, view, system);
      const full = inFull();
      const titles = new Map<string, string>();
      const said = unsaid === undefined ? verdicts : unsaid(full, verdicts);
      return [
        ...said.map(verdict => found(full, verdict, titles)),
        ...limits(match.detection, observations, answers, view, system),
      ];
    } catch (cause) {
      return system.failed(match.detection, view.event, cause);
    }
  };
  if (state.again === undefined || view.again !== undefined) return { ...match, observations, decide };
  const again = (answers: readonly Answer[]): readonly Due[] => {
    try {
      return dueOf(match.detection, state.again?.(view, match.key, answers), view.event, settings);
    } catch {
      return []; // `decide`, asked beside it, says that the rule failed
    }
  };
  return { ...match, observations, decide, again };
};

/** Where the state of a rule is full: a finding of its own. */
export const limits = (
  id: string,
  observations: readonly Observation[],
  answers: readonly Answer[],
  view: AnyView,
  system: System,
): readonly Match[] =>
  answers.some(({ full }, index) => full && observations[index]?.quiet !== true)
    ? system.limited(`state of ${id}`, view.event)
    : [];
