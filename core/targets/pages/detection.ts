import { partsOf } from '../../announce/commands.ts';
import { techniques } from '../../attack.ts';
import type { AnyDetection } from '../../detection.ts';
import { plainTitle } from '../../title.ts';

/** A detection's documentation page, in Markdown: what fires it, why it matters, what to do, how it can be blind. */
export const page = (detection: AnyDetection): string => {
  const {
    id,
    on,
    title,
    why,
    window = '1h',
    requires = [],
    runbook,
    blind,
    references,
    attack,
    state,
    examples,
  } = detection;
  const rows = attack.map(technique => {
    const known = techniques[technique];
    return `| ${technique} | ${known?.name ?? ''} | ${known?.tactics.join(', ') ?? ''} |`;
  });
  const lines: readonly (string | readonly string[])[] = [
    `# ${id}`,
    '',
    `> ${plainTitle(title)}`,
    '',
    why,
    '',
    '| | |',
    '|---|---|',
    `| source | ${on === 'cloudtrail' ? 'CloudTrail' : 'Kubernetes audit log'} |`,
    `| severity | ${severityText(detection.severity)} |`,
    `| groups repeats for | ${window} |`,
    ...(requires.length > 0 ? [`| only watches until set | ${requires.map(one => `\`${one}\``).join(', ')} |`] : []),
    ...(state === undefined ? [] : [`| state | ${state.kind}: ${state.doc} |`]),
    '',
    '## What it matches',
    '',
    '```json',
    JSON.stringify(detection.when, undefined, 2),
    '```',
    ...(detection.unless === undefined
      ? []
      : ['', 'unless one of these matches', '', '```json', JSON.stringify(detection.unless, undefined, 2), '```']),
    ...severityPatterns(detection.severity),
    '',
    '## What to do',
    '',
    ...runbook.map((step, index) => `${index + 1}. ${marked(step)}`),
    '',
    ...(id.startsWith('pipeline/') ? [] : lookBack(detection)),
    '## Blind spots',
    '',
    ...blind.map(one => `- ${one}`),
    '',
    '## Examples',
    '',
    ...examples.matches.map(one => `- matches: ${one.name}`),
    ...examples.misses.map(one => `- does not match: ${one.name}`),
    '',
    '## ATT&CK',
    '',
    '| technique | name | tactics |',
    '|---|---|---|',
    ...rows,
    '',
    '## Sources',
    '',
    ...references.map(one => `- ${one}`),
    '',
  ];
  return lines.flat().join('\n');
};

/** Months of logs are asked by a query for Athena. */
const lookBack = ({ id, on }: AnyDetection): readonly string[] => [
  '## Has it happened before?',
  '',
  `\`npx tripline hunt ${on === 'cloudtrail' ? '' : `--source ${on} `}--detection ${id} --from 2026-01-01\` prints an Athena query that finds earlier events ([hunting](../../hunting.md)).`,
  '',
];

/** A step with its commands as code: Markdown would take the stars of `"*","Resource":"*"` for emphasis. */
const marked = (step: string): string =>
  partsOf(step)
    .map(({ kind, text }) => (kind === 'code' ? `\`${text}\`` : text))
    .join('');

const severityText = (rule: AnyDetection['severity']): string =>
  typeof rule === 'string'
    ? rule
    : [...new Set((rule as readonly unknown[]).map(one => (Array.isArray(one) ? String(one[0]) : String(one))))].join(
        ', ',
      );

const severityPatterns = (rule: AnyDetection['severity']): readonly string[] => {
  if (typeof rule === 'string') return [];
  const pairs = (rule as readonly unknown[]).filter(isPair);
  return pairs.flatMap(([severity, when]) => [
    '',
    `severity ${severity} if`,
    '',
    '```json',
    JSON.stringify(when, undefined, 2),
    '```',
  ]);
};

const isPair = (one: unknown): one is readonly [string, unknown] => Array.isArray(one) && one.length === 2;
