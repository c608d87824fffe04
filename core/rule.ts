import { clean, distinct, names } from './bounds.ts';
import type { Key, Named, Severity } from './detection.ts';
import { Evidence } from './evidence/record.ts';
import type { LoadedDetection, LoadedKnowledge } from './load.ts';
import type { Match, Status } from './match.ts';
import { once } from './once.ts';
import { type Check, compilePattern, type Shared } from './pattern/compile.ts';
import { loadPattern, longestWritten } from './pattern/load.ts';
import { redactLine } from './redact.ts';
import { isSet, type Settings } from './settings.ts';
import type { Description, SourceModule } from './source.ts';
import { sources } from './sources.ts';
import type { Observation } from './state/observation.ts';
import { type AnyState, limits, type Sayings, stateful, titleLength } from './stateful.ts';
import type { System } from './system.ts';
import { fillTitle } from './title.ts';
import type { AnyView } from './view.ts';

/** A detection or knowledge, ready to judge events of its source. */
export interface Rule {
  readonly id: string;
  /** Throws what the rule throws. */
  judge(view: AnyView): readonly Match[];
}

/** Findings one event may make of one rule; more are `pipeline/limit-reached`. */
const keysPerEvent = 100;

/** What rules of one matcher have in common. */
export interface Bench {
  readonly settings: Settings;
  readonly system: System;
  readonly shared: Shared;
}

/** Prepares a detection under the settings; undefined where they switch it off. @throws on a bad exemption. */
export const detectionRule = (loaded: LoadedDetection, bench: Bench): Rule | undefined => {
  const { detection, version } = loaded;
  const { settings, system } = bench;
  const status = statusOf(loaded, settings);
  if (status === 'off') return undefined;
  const pattern = compileFor(bench);
  const when = pattern(loaded.when);
  const unless = loaded.unless.map(pattern);
  const exempt = exemptions(loaded, bench);
  const severity = severityOf(loaded, bench);
  const threshold = settings.detections[detection.id]?.threshold;
  const parts = detection as unknown as Parts; // a detection reads events of its own source: `judge` is asked no others
  const { describe } = sources[detection.on] as unknown as SourceModule;

  /** What matches of one event say, each part worked out when it is asked for. */
  const sayingsOf = (view: AnyView): Sayings => {
    const described = once(() => describe(view.event, settings));
    const named = once((): Named => {
      const { principals, addresses } = described();
      return {
        principals: names([...principals, ...(parts.principals?.(view) ?? [])]),
        resources: names(parts.resources?.(view) ?? []),
        addresses: names(addresses),
      };
    });
    const inFull = (key: Key): Match => ({
      detection: detection.id,
      version: version(),
      account: view.event.account,
      region: view.event.region,
      cluster: view.event.cluster,
      source: view.event.source,
      eventId: view.event.id,
      time: view.event.time,
      key,
      window: loaded.window,
      severity: severity(view),
      status,
      title: redactLine(fillTitle(detection.title, key, view, described()), titleLength),
      ...named(),
      ...regionsOf(described()),
      notes: names(described().notes),
      evidence: null,
    });
    return { named, inFull };
  };

  const found = (view: AnyView): readonly Match[] => {
    const keys = distinct(parts.by(view).map(clean));
    const sayings = once(() => sayingsOf(view));
    const matches = keys
      .slice(0, keysPerEvent)
      .map(key =>
        parts.state === undefined
          ? { ...sayings().inFull(key), evidence: new Evidence(view.record) }
          : stateful({ loaded, key, status }, sayings, parts.state, view, bench),
      );
    if (keys.length <= keysPerEvent) return matches;
    return [...matches, ...system.limited(`findings of one event by ${detection.id}`, view.event)];
  };
  const excepts = unless.length === 0 ? () => false : (view: AnyView) => unless.some(check => check(view));
  return {
    id: detection.id,
    judge: view => {
      if (!when(view) || excepts(view) || exempt(view)) return nobody;
      return found(threshold === undefined ? view : { ...view, threshold });
    },
  };
};

/** Where an event happened, where that is not its region. */
const regionsOf = ({ regions }: Description): Pick<Match, 'regions'> => (regions === undefined ? {} : { regions });

const nobody: readonly never[] = [];

/** Prepares knowledge: its matches are observations only. */
export const knowledgeRule = (loaded: LoadedKnowledge, bench: Bench): Rule => {
  const when = compileFor(bench)(loaded.when);
  const { id } = loaded.knowledge;
  const knowledge = loaded.knowledge as unknown as { observe(view: AnyView): readonly Observation[] }; // as above
  return {
    id,
    judge: view => {
      if (!when(view)) return [];
      const observations = knowledge.observe(view).map(one => ({ ...one, read: false }) as const);
      if (observations.length === 0) return [];
      const { account, region, cluster, source, id: eventId, time } = view.event;
      return [
        {
          detection: id,
          version: loaded.version(),
          account,
          region,
          cluster,
          source,
          eventId,
          time,
          observations,
          key: {},
          window: 3_600_000,
          severity: 'low',
          status: 'watching',
          title: '',
          principals: [],
          resources: [],
          addresses: [],
          notes: [],
          evidence: null,
          decide: answers => limits(id, observations, answers, view, bench.system),
        },
      ];
    },
  };
};

/** The members of a detection that are functions, seen as taking events of any source. */
interface Parts {
  readonly by: (view: AnyView) => readonly Key[];
  readonly principals?: (view: AnyView) => readonly string[];
  readonly resources?: (view: AnyView) => readonly string[];
  readonly state?: AnyState;
}

const compileFor =
  ({ shared }: Bench) =>
  (pattern: Parameters<typeof compilePattern>[0]): Check =>
    compilePattern(pattern, { facts: true, shared });

/** Unset settings that it requires keep it `watching`, whatever else is said, unless it is `off`. */
const statusOf = ({ detection }: LoadedDetection, settings: Settings): Status => {
  const said = settings.detections[detection.id]?.status ?? 'alerting';
  const lacks = (detection.requires ?? []).some(name => !isSet(settings, name));
  return lacks && said === 'alerting' ? 'watching' : said;
};

const severityOf = (loaded: LoadedDetection, bench: Bench): ((view: AnyView) => Severity) => {
  const set = bench.settings.detections[loaded.detection.id]?.severity;
  if (set !== undefined) return () => set;
  const pairs = loaded.severities.map(({ severity, when }) => ({ severity, holds: compileFor(bench)(when) }));
  return view => pairs.find(({ holds }) => holds(view))?.severity ?? loaded.severity;
};

/** An exemption holds through the day it expires on (UTC), by the event's time. */
const exemptions = ({ detection }: LoadedDetection, bench: Bench): ((view: AnyView) => boolean) => {
  const facts = Object.keys(sources[detection.on].facts);
  const all = (bench.settings.detections[detection.id]?.exemptions ?? []).map(({ when, expires }, index) => {
    const where = `detections["${detection.id}"].exemptions[${index}]`;
    const end = Date.parse(expires) + (/^\d{4}-\d\d-\d\d$/.test(expires) ? 86_400_000 : 0);
    if (Number.isNaN(end)) throw new Error(`${where}.expires: "${expires}" is no ISO date, e.g. "2026-12-31"`);
    try {
      return { end, holds: compileFor(bench)(loadPattern(when, { facts, longestList: longestWritten })) };
    } catch (cause) {
      throw new Error(`${where}.when: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  });
  if (all.length === 0) return () => false;
  return (view: AnyView) => all.some(({ end, holds }) => view.event.time < end && holds(view));
};
