import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleSettings } from '../../core/example-settings.ts';
import { linkTo, listen, paged } from '../stories/listen.ts';
import { alone, stepOf } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { campaigns } from './campaigns.ts';

const section = async (campaign: Campaign): Promise<readonly string[]> => {
  const { title, source, steps } = campaign;
  const { said } = await listen(alone(steps), exampleSettings);
  const heard = paged(said);
  const rows = steps.map(({ at, does, quiet }, index) => {
    const first = heard.filter(
      one => stepOf(steps, one.after) === index + 1 && one.message.transition.kind === 'first',
    );
    const findings = [
      ...new Set(first.map(({ message: { finding } }) => `${linkTo(finding.detection)} (${finding.severity})`)),
    ];
    return `| ${index + 1} | ${at} | ${does} | ${findings.join(', ') || (quiet ?? 'joined to what was told')} |`;
  });
  const [one] = heard;
  const begins = one === undefined ? '' : ` the first of step ${stepOf(steps, one.after)}`;
  return [
    `## ${title}`,
    '',
    `${source}. ${heard.length} messages,${begins}.`,
    '',
    '| | at | what is done | new findings |',
    '|---|---|---|---|',
    ...rows,
    '',
  ];
};

/** `docs/campaigns.md`. */
export const campaignsPage = async (all: readonly Campaign[]): Promise<string> =>
  [
    '# Whole intrusions, and what is told of them',
    '',
    'Made by `node test/campaigns/page.ts`. Each is an intrusion as a published account tells it, in the records that its steps leave: the names are ours, and',
    'so are calls that the account leaves out. Judged under the example’s settings, each event delivered alone, which makes the most messages; those of medium severity and above are',
    'counted, what is new in a finding that was told included. `npx vitest run test/campaigns` holds what must be told, by which step, and how many messages at most.',
    '',
    'The accounts are named to say what is meant. Of those of Datadog, Wiz, Karpenter and systemshardening.com the beginnings were read, of Stratus Red Team its list, of AWS, Sysdig and',
    'Aqua retellings; of the others this is what is commonly known. No record here was recorded in an intrusion.',
    '',
    ...(await Promise.all(all.map(section))).flat(),
  ].join('\n');

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, '../../docs/campaigns.md'), await campaignsPage(campaigns));
