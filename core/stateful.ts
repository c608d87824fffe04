import { clean } from './bounds.ts';
import type { Again, Key, Named, StateRule, Verdict } from './detection.ts';
import { dueOf } from './due.ts';
import { Evidence } from './evidence/record.ts';
import type { LoadedDetection } from './load.ts';
import type { Match, Status } from './match.ts';
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

/** What matches of one event say beside what identifies them. */
export interface Sayings {
  readonly named: () => Named;
  /** The match of a key with all that is said of it. */
  readonly inFull: (key: Key) => Match;
}

/** What an event may match, before the store has said whether it does. */
interface Asking {
  readonly loaded: LoadedDetection;
  readonly key: Key;
  readonly status: Exclude<Status, 'off'>;
}

/**
 * A match of which the store is yet to say whether it is one: what it asks of the store, and how it is decided from the answers. Most are
 * none, so that what is said of it waits.
 * @param sayings asked only where something is said
 */
export const stateful = (
  { loaded: { detection, version, window, severity }, key, status }: Asking,
  sayings: () => Sayings,
  state: AnyState,
  view: AnyView,
  { settings, system }: { readonly settings: Settings; readonly system: System },
): Match => {
  const { event } = view;
  const observations = state.observe(view, key, () => sayings().named());
  const match: Match & { again?: (answers: readonly Answer[]) => readonly Due[] } = {
    detection: detection.id,
    version: version(),
    account: event.account,
    region: event.region,
    cluster: event.cluster,
    source: event.source,
    eventId: event.id,
    time: event.time,
    key,
    window,
    severity,
    status,
    title: '',
    principals: nobody,
    resources: nobody,
    addresses: nobody,
    notes: nobody,
    evidence: null,
    observations,
    decide: (answers, unsaid) => {
      try {
        const verdicts = state.decide(view, key, answers);
        const reached = limits(detection.id, observations, answers, view, system);
        if (verdicts.length === 0) return reached;
        const full = sayings().inFull(key);
        const said = unsaid === undefined ? verdicts : unsaid(full, verdicts);
        return [...settled(full, said, view, settings), ...reached];
      } catch (cause) {
        return system.failed(detection.id, event, cause);
      }
    },
  };
  if (state.again === undefined || view.again !== undefined) return match;
  match.again = answers => {
    try {
      return dueOf(detection.id, state.again?.(view, key, answers), event, settings);
    } catch {
      return []; // `decide`, asked beside it, says that the rule failed
    }
  };
  return match;
};

const nobody: readonly never[] = [];

/** What a match says of each event that the store's answers make a finding of. */
const settled = (
  full: Match,
  verdicts: readonly Verdict[],
  { record }: AnyView,
  settings: Settings,
): readonly Match[] => {
  /** Verdicts of one event share a few notes: each title is redacted once. */
  const titles = new Map<string, string>();
  const titled = (note: string): string => {
    const before = titles.get(note);
    if (before !== undefined) return before;
    const title = redactLine(`${full.title}: ${note}`, titleLength);
    titles.set(note, title);
    return title;
  };
  return verdicts.map(verdict => ({
    ...full,
    ...verdict.named,
    eventId: verdict.eventId,
    time: verdict.time,
    key: verdict.key === undefined ? full.key : clean(verdict.key),
    severity: settings.detections[full.detection]?.severity ?? verdict.severity ?? full.severity,
    title: verdict.note === undefined ? full.title : titled(verdict.note),
    // Of an earlier event only its id and time are stored: this event's record would be no evidence of it.
    evidence: verdict.eventId === full.eventId ? new Evidence(record) : null,
  }));
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
