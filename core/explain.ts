import type { AnyDetection, Key, Severity } from './detection.ts';
import type { AnyEvent } from './event.ts';
import { type LoadedDetection, loadDetection } from './load.ts';
import type { Match } from './match.ts';
import { compilePattern } from './pattern/compile.ts';
import { type Explanation, explainPattern } from './pattern/explain.ts';
import { alone } from './pattern/requirement.ts';
import { requirementsOf } from './requirements.ts';
import { detectionRule } from './rule.ts';
import { isSet, type Settings } from './settings.ts';
import { systemOf } from './system.ts';
import { type AnyView, viewOf } from './view.ts';

/** Why one detection did or did not fire on one event. */
export interface Reason {
  readonly detection: string;
  /** `stateful`: it looks at this event, and decides with what is stored. */
  readonly verdict: 'matched' | 'stateful' | 'cleared' | 'exempted' | 'not matched' | 'no key' | 'off' | 'failed';
  readonly when: Explanation;
  readonly unless: readonly Explanation[];
  /** What the matches say, where there are any. */
  readonly findings: readonly { readonly key: Key; readonly severity: Severity; readonly title: string }[];
  /** Required settings that say nothing: while there are some, the detection only watches. */
  readonly unset: readonly string[];
  /** What a stateful detection does with it; what a failed one threw. */
  readonly note?: string;
}

/** The members that name a call: a detection whose own don't fit the event is no candidate to explain. */
const naming: ReadonlySet<string> = new Set(['eventName', 'eventSource', 'verb', 'objectRef.resource']);

/**
 * Explains an event: for each candidate detection which clauses held, which failed, and on what values.
 * @param only a detection's id; absent: every detection whose call names fit, those that fired first
 */
export const explain = (
  event: AnyEvent,
  detections: readonly AnyDetection[],
  settings: Settings,
  only?: string,
): readonly Reason[] => {
  const own = detections
    .filter(({ on, id }) => on === event.source && (only === undefined || id === only))
    .map(loadDetection);
  const view = viewOf(event, settings);
  return own
    .filter(item => only !== undefined || isNamed(item, view, settings))
    .map(loaded => reasonOf(loaded, event, settings))
    .sort((a, b) => weight(a) - weight(b));
};

/** Whether what a detection asks of the call's name fits. The dispatcher would say so of a few that are about other calls, too. */
const isNamed = ({ when }: LoadedDetection, view: AnyView, settings: Settings): boolean =>
  requirementsOf(when, view.event.source, settings).some(requirement =>
    requirement
      .filter(({ path }) => naming.has(path.join('.')))
      .every(condition => compilePattern(alone(condition))(view)),
  );

/** The smaller, the nearer: what fired, then what failed in the fewest of its clauses. */
export const weight = ({ verdict, when }: Reason): number => {
  if (verdict === 'matched' || verdict === 'failed') return -3;
  if (verdict === 'stateful') return -2;
  if (when.held) return -1;
  return when.clauses.filter(({ held }) => !held).length / when.clauses.length;
};

const reasonOf = (loaded: LoadedDetection, event: AnyEvent, settings: Settings): Reason => {
  const { detection } = loaded;
  const view = viewOf(event, settings);
  const unset = (detection.requires ?? []).filter(name => !isSet(settings, name));
  try {
    const when = explainPattern(loaded.when, view, true);
    const unless = loaded.unless.map(branch => explainPattern(branch, view, true));
    const judged = { detection: detection.id, when, unless, unset };
    const matchesUnder = (under: Settings): readonly Match[] | undefined =>
      detectionRule(loaded, { settings: under, system: systemOf(() => undefined, under), shared: new Map() })?.judge(
        view,
      );
    const matches = matchesUnder(settings);
    if (matches === undefined) return { ...judged, verdict: 'off', findings: [] };
    const exempted = matches.length === 0 && (matchesUnder(withoutExemptions(settings, detection.id)) ?? []).length > 0;
    const findings = matches.map(({ key, severity, title }) => ({ key, severity, title }));
    const note = detection.state === undefined ? {} : { note: detection.state.doc };
    return { ...judged, verdict: exempted ? 'exempted' : verdictOf(matches, when, unless), findings, ...note };
  } catch (cause) {
    const nothing: Explanation = { held: false, clauses: [], elsewhere: false };
    const note = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    return { detection: detection.id, verdict: 'failed', when: nothing, unless: [], findings: [], unset, note };
  }
};

const withoutExemptions = (settings: Settings, id: string): Settings => ({
  ...settings,
  detections: { ...settings.detections, [id]: { ...settings.detections[id], exemptions: [] } },
});

const verdictOf = (matches: readonly Match[], when: Explanation, unless: readonly Explanation[]): Reason['verdict'] => {
  if (matches.some(match => match.observations !== undefined)) return 'stateful';
  if (matches.length > 0) return 'matched';
  if (!when.held) return 'not matched';
  return unless.some(branch => branch.held) ? 'cleared' : 'no key';
};
