import { createHash } from 'node:crypto';
import { type AnyDetection, type AnyKnowledge, severities } from './detection.ts';
import type { Source } from './event.ts';
import { proseFaults, shapeFaults, sourceFaults } from './load-faults.ts';
import { once } from './once.ts';
import { PatternError } from './pattern/fault.ts';
import { loadPattern, longestWritten, nothing } from './pattern/load.ts';
import type { Group } from './pattern/node.ts';
import { sources } from './sources.ts';
import { vocabularies } from './vocabularies.ts';
import { slipsIn, type Vocabulary } from './vocabulary.ts';

/** A detection that can't be loaded: all that is wrong with it, one line each. */
export class DetectionError extends Error {
  override readonly name = 'DetectionError';
  readonly problems: readonly string[];
  constructor(id: string, problems: readonly string[]) {
    super(`${id} can't be loaded:\n${problems.map(problem => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** A detection with its patterns loaded. */
export interface LoadedDetection {
  readonly detection: AnyDetection;
  /**
   * 12 hex characters over the detection's data and its functions' source: changes whenever what it says may change. Worked out
   * when it is first asked for, which only a match does.
   */
  readonly version: () => string;
  readonly when: Group;
  readonly unless: readonly Group[];
  /** The pairs of a severity that depends on the event, in order; what holds otherwise is `severity`. */
  readonly severities: readonly { readonly severity: Severity; readonly when: Group }[];
  readonly severity: Severity;
  /** Milliseconds. */
  readonly window: number;
}

/** Knowledge with its pattern loaded. */
export interface LoadedKnowledge {
  readonly knowledge: AnyKnowledge;
  /** As a detection's. */
  readonly version: () => string;
  readonly when: Group;
}

type Severity = (typeof severities)[number];

const isSeverity = (value: unknown): value is Severity => severities.some(severity => severity === value);

/**
 * Checks a detection and loads its patterns.
 * @throws DetectionError naming everything that is wrong.
 */
export const loadDetection = (detection: AnyDetection): LoadedDetection => {
  const problems: string[] = [...shapeFaults(detection)];
  if (problems.length > 0) throw new DetectionError(detection.id, problems);
  const loaded = patternsOf(detection, problems);
  problems.push(...slips(loaded), ...proseFaults(detection));
  if (problems.length > 0) throw new DetectionError(detection.id, problems);
  return loaded;
};

/** Of a source that is none, which is told by itself. */
const unknown: Vocabulary = { facts: {}, members: {} };

/** What its patterns ask that no event can answer. */
const slips = ({ detection: { on }, when, unless, severities: pairs }: LoadedDetection): readonly string[] =>
  [
    { where: 'when', pattern: when },
    ...unless.map((pattern, index) => ({ where: `unless[${index}]`, pattern })),
    ...pairs.map(({ when: pattern }, index) => ({ where: `severity[${index}]`, pattern })),
  ].flatMap(({ where, pattern }) => slipsAt(where, pattern, on));

const slipsAt = (where: string, pattern: Group, on: Source): readonly string[] =>
  slipsIn(pattern, vocabularies[on] ?? unknown).map(slip => `${where}: ${slip}`);

/** Loads the patterns of a detection that was checked before, where the functions were bundled. @throws DetectionError */
export const openDetection = (detection: AnyDetection): LoadedDetection => {
  const problems: string[] = [];
  const loaded = patternsOf(detection, problems);
  if (problems.length > 0) throw new DetectionError(detection.id, problems);
  return loaded;
};

const patternsOf = (detection: AnyDetection, problems: string[]): LoadedDetection => {
  const facts = Object.keys(sources[detection.on]?.facts ?? {});
  const pattern = (value: unknown, where: string): Group => loadAt(value, where, facts, problems);
  const pairs = severityPairs(detection, problems);
  return {
    detection,
    version: once(() => versionOf(detection)),
    when: pattern(detection.when, 'when'),
    unless: (detection.unless ?? []).map((branch, index) => pattern(branch, `unless[${index}]`)),
    severities: pairs.map(([severity, when], index) => ({ severity, when: pattern(when, `severity[${index}]`) })),
    severity: defaultSeverity(detection),
    window: windowOf(detection, problems),
  };
};

/** Checks knowledge and loads its pattern. @throws DetectionError */
export const loadKnowledge = (knowledge: AnyKnowledge): LoadedKnowledge => {
  const loaded = openKnowledge(knowledge);
  const slips = slipsAt('when', loaded.when, knowledge.on);
  if (slips.length > 0) throw new DetectionError(knowledge.id, slips);
  return loaded;
};

/** Loads the pattern of knowledge that was checked before, where the functions were bundled. @throws DetectionError */
export const openKnowledge = (knowledge: AnyKnowledge): LoadedKnowledge => {
  const problems: string[] = [];
  if (!/^knowledge\/[a-z0-9-]+$/.test(knowledge.id)) problems.push(`id: "${knowledge.id}": knowledge/lower-case-words`);
  problems.push(...sourceFaults(knowledge.on));
  const when = loadAt(knowledge.when, 'when', Object.keys(sources[knowledge.on]?.facts ?? {}), problems);
  if (problems.length > 0) throw new DetectionError(knowledge.id, problems);
  return { knowledge, version: once(() => versionOf(knowledge)), when };
};

/** What decides: the prose and the examples are left out. */
const deciding = [
  'id',
  'on',
  'title',
  'severity',
  'when',
  'unless',
  'by',
  'window',
  'principals',
  'resources',
  'state',
  'requires',
  'observe',
] as const;

const versionOf = (rule: AnyDetection | AnyKnowledge): string => {
  const members: ReadonlyMap<string, unknown> = new Map(Object.entries(rule));
  const parts = deciding.map(name => members.get(name) ?? null);
  const text = JSON.stringify(parts, (_key, value) => (typeof value === 'function' ? String(value) : value));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
};

const loadAt = (value: unknown, where: string, facts: readonly string[], problems: string[]): Group => {
  try {
    return loadPattern(value, { facts, longestList: longestWritten });
  } catch (fault) {
    if (!(fault instanceof PatternError)) throw fault;
    problems.push(`${where}: ${fault.message}`);
    return nothing;
  }
};

type Pair = readonly [Severity, unknown];

const severityPairs = ({ severity }: AnyDetection, problems: string[]): readonly Pair[] => {
  if (isSeverity(severity)) return [];
  if (!Array.isArray(severity)) {
    problems.push(
      `severity: ${JSON.stringify(severity)}: one of ${severities.join(', ')}, or a list of pairs ending in one`,
    );
    return [];
  }
  const rule: readonly unknown[] = severity;
  if (rule.length < 2 || !isSeverity(rule.at(-1)))
    problems.push(`severity: its list ends in what holds otherwise: one of ${severities.join(', ')}`);
  return rule.slice(0, -1).flatMap((pair, index) => {
    if (Array.isArray(pair) && pair.length === 2 && isSeverity(pair[0])) return [[pair[0], pair[1]] as const];
    problems.push(`severity[${index}]: a pair [severity, pattern]`);
    return [];
  });
};

const defaultSeverity = ({ severity }: AnyDetection): Severity => {
  const last: unknown = Array.isArray(severity) ? severity.at(-1) : severity;
  return isSeverity(last) ? last : 'high';
};

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

const windowOf = ({ window = '1h' }: AnyDetection, problems: string[]): number => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(window) ?? [];
  const length = Number(count) * (units[unit] ?? 0);
  if (length === 0) problems.push(`window: "${window}": a whole number and m, h or d, e.g. "10m"`);
  return length === 0 ? 3_600_000 : length;
};
