import { attackVersion, revoked, techniques } from './attack.ts';
import type { AnyDetection } from './detection.ts';
import { sources } from './sources.ts';
import { withoutHoles } from './title.ts';

/** What is wrong with a detection beside its patterns, one clause each: whoever writes one is told all of it at once. */

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

/** What is missing, or else has a wrong shape: nothing else of it can be looked at then. */
export const shapeFaults = (detection: AnyDetection): readonly string[] => {
  const missing = required.filter(member => detection[member] === undefined);
  return missing.length > 0 ? missing.map(member => `${member}: is missing`) : shapes(detection);
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

/** Whether the source is one. */
export const sourceFaults = (on: AnyDetection['on']): readonly string[] =>
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

/** What is wrong with its names, texts, runbook, examples and title. */
export const proseFaults = (detection: AnyDetection): readonly string[] => [
  ...prose(detection),
  ...counts(detection),
  ...titleFaults(detection.title),
];
