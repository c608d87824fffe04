import { createHash } from 'node:crypto';
import { attackVersion, revoked, techniques } from './attack.ts';
import { type AnyDetection, type AnyKnowledge, severities } from './detection.ts';
import type { Source } from './event.ts';
import { once } from './once.ts';
import { PatternError } from './pattern/fault.ts';
import { loadPattern, longestWritten, nothing } from './pattern/load.ts';
import type { Group } from './pattern/node.ts';
import { sources } from './sources.ts';
import { withoutHoles } from './title.ts';
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

/** What types demand, and nobody may have asked the compiler yet: `npm run generate` comes first. */
const required = [
  'title',
  'severity',
  'when',
  'by',
  'attack',
  'why',
  'references',
  'runbook',
  'blind',
  'examples',
] as const satisfies readonly (keyof AnyDetection)[];

const isSeverity = (value: unknown): value is Severity => severities.some(severity => severity === value);

/**
 * Checks a detection and loads its patterns.
 * @throws DetectionError naming everything that is wrong.
 */
export const loadDetection = (detection: AnyDetection): LoadedDetection => {
  const missing = required.filter(member => detection[member] === undefined);
  if (missing.length > 0)
    throw new DetectionError(
      detection.id,
      missing.map(member => `${member}: is missing`),
    );
  const problems: string[] = [...shapes(detection)];
  if (problems.length > 0) throw new DetectionError(detection.id, problems);
  const loaded = patternsOf(detection, problems);
  problems.push(...slips(loaded), ...prose(detection), ...counts(detection), ...titleFaults(detection.title));
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

/** What types would say, of members whose wrong shape would show only when an event comes. */
const shapes = ({ by, unless, state }: AnyDetection): readonly string[] => {
  const problems: string[] = [];
  if (typeof by !== 'function')
    problems.push('by: a function of the view that gives a list of keys: view => [{ role: … }]');
  if (unless !== undefined && !Array.isArray(unless)) problems.push('unless: a list of patterns');
  if (state !== undefined && (typeof state.observe !== 'function' || typeof state.decide !== 'function'))
    problems.push('state: one of the forms in core/state, such as threshold({…}) or sequence({…}): see docs/state.md');
  return problems;
};

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

const prose = (detection: AnyDetection): readonly string[] => {
  const problems: string[] = [];
  if (!/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/.test(detection.id))
    problems.push(`id: "${detection.id}": its path under detections/, lower-case words: "cloudtrail/launch-burst"`);
  problems.push(...sourceFaults(detection.on));
  if (detection.why.trim() === '') problems.push('why: is empty: say in two sentences what the attacker gains');
  if (detection.references.length === 0) problems.push('references: name at least one document');
  if (detection.blind.length === 0) problems.push('blind: say at least one way in which it can be blind');
  for (const technique of detection.attack)
    if (!Object.hasOwn(techniques, technique)) problems.push(`attack: "${technique}": ${notThere(technique)}`);
  return problems;
};

const sourceFaults = (on: AnyDetection['on']): readonly string[] =>
  sources[on] === undefined ? [`on: "${on}": one of ${Object.keys(sources).join(', ')}`] : [];

const notThere = (technique: string): string => {
  const became = Object.hasOwn(revoked, technique) ? revoked[technique] : undefined;
  return became === undefined
    ? `not a technique of core/attack.ts: an id like T1078.004, added there with its name and tactics`
    : `ATT&CK ${attackVersion} revoked it: ${became}`;
};

const counts = ({ runbook, examples }: AnyDetection): readonly string[] => {
  const problems: string[] = [];
  if (runbook.length < 3 || runbook.length > 5) problems.push(`runbook: ${runbook.length} steps: three to five`);
  if (examples.matches.length < 2) problems.push(`examples.matches: ${examples.matches.length}: at least two`);
  if (examples.misses.length < 2) problems.push(`examples.misses: ${examples.misses.length}: at least two`);
  const names = [...examples.matches, ...examples.misses].map(({ name }) => name);
  for (const name of names.filter((one, index) => names.indexOf(one) !== index))
    problems.push(`examples: two are named "${name}"`);
  return problems;
};

const titleFaults = (title: string): readonly string[] => {
  if (title.trim() === '') return ['title: is empty'];
  return /[{}]/.test(withoutHoles(title))
    ? [
        `title: "${title}": a hole is {name}: a key part, principal, account, region, cluster, event, source, attempt or a fact; or several: {instance|instance.targets}`,
      ]
    : [];
};
