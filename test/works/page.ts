import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkTo, paged, type Said } from '../stories/listen.ts';
import { stepOf } from '../stories/step.ts';
import { type Heard, hear } from './heard.ts';
import type { Work } from './work.ts';
import { works } from './works.ts';

const grades = ['critical', 'high', 'medium', 'low'] as const;

const counted = ({ said, findings }: Heard): string => {
  const counts = grades.flatMap(grade => (findings.has(grade) ? `${findings.get(grade)} ${grade}` : []));
  return `${paged(said).length}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`;
};

const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

/** The findings that are new with a step. */
const newly = (work: Work, said: readonly Said[], index: number): string =>
  [
    ...new Set(
      paged(said)
        .filter(one => stepOf(work.steps, one.after) === index + 1 && one.message.transition.kind === 'first')
        .map(({ message: { finding } }) => `${linkTo(finding.detection)} (${finding.severity})`),
    ),
  ].join(', ') || '–';

const section = (work: Work, [bare, , named]: readonly Heard[]): readonly string[] => [
  `## ${work.title}`,
  '',
  `${work.source}. Its settings: ${Object.keys(work.named)
    .map(name => `\`${name}\``)
    .join(', ')}.`,
  '',
  '| | at | what is done | new without settings | with its own |',
  '|---|---|---|---|---|',
  ...work.steps.map(
    ({ at, does }, index) =>
      `| ${index + 1} | ${at} | ${does} | ${newly(work, bare?.said ?? [], index)} | ${newly(work, named?.said ?? [], index)} |`,
  ),
  '',
  ...Object.entries(work.still).map(([finding, why]) => `- \`${finding}\`: ${why}`),
  ...(Object.keys(work.still).length === 0 ? [] : ['']),
];

/** `docs/works.md`. */
export const worksPage = async (all: readonly Work[]): Promise<string> => {
  const heard = await Promise.all(all.map(hear));
  return [
    '# Routine operations',
    '',
    'What a platform team does on purpose, each from its first call to its last, and what Tripline reports of it. Made by `node test/works/page.ts`.',
    '',
    '- **Sources**: each section names what shows which calls are made, and as whom. The Terraform modules of EKS and Karpenter, Karpenter’s guides and chart, parts of eksctl, and the modules of',
    '  CAST AI and Spot were read; the others follow what is commonly known. Identities and numbers are made up, and no record was recorded.',
    '- **Messages** are those of medium severity and above. Each event is delivered alone, which causes the most messages. In brackets: the findings, by severity.',
    '- **Settings**: *without* is `defineConfig({})`; *of others* are the example’s settings, which name another cluster, other roles and other addresses; *its own* are those that',
    '  [deploy.md](deploy.md#settings) recommends.',
    '- **Tests**: `npx vitest run test/works` holds that, with its own settings, nothing is reported but what is listed with the reason why somebody wants to know; how many messages there are at most;',
    '  and that two of the [intrusions](campaigns.md) are detected under the same settings.',
    '',
    '| operation | messages without settings | with settings of others | with its own |',
    '|---|---|---|---|',
    ...all.map(({ title }, at) => `| [${title}](#${anchor(title)}) | ${(heard[at] ?? []).map(counted).join(' | ')} |`),
    '',
    ...all.flatMap((work, at) => section(work, heard[at] ?? [])),
  ].join('\n');
};

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../../docs/works.md'), await worksPage(works));
