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
    return `| ${index + 1} | ${at} | ${does} | ${findings.join(', ') || (quiet ?? 'added to an earlier finding')} |`;
  });
  const [one] = heard;
  const begins = one === undefined ? '' : ` the first at step ${stepOf(steps, one.after)}`;
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
    '# Whole intrusions, step by step',
    '',
    'Each section follows an intrusion as a published report describes it, in the records that its steps leave. The names are ours, and so are calls that the report',
    'leaves out.',
    '',
    '- **How it is evaluated**: under the example’s settings, with each event delivered alone, which makes the most messages.',
    '- **What is counted**: messages of medium severity and above, including those about news in an earlier finding.',
    '- **Tests**: `npx vitest run test/campaigns` checks what must be detected, at which step, and the maximum number of messages. `node test/campaigns/page.ts` writes this page.',
    '- **Sources**: the reports are named to say what is meant. Of those of Datadog, Wiz, Karpenter and systemshardening.com the beginnings were read; of Stratus Red Team its',
    '  list; of AWS, Sysdig and Aqua retellings; for the others, this is common knowledge. No record here was recorded in an intrusion.',
    '',
    ...(await Promise.all(all.map(section))).flat(),
  ].join('\n');

if (import.meta.main)
  writeFileSync(join(import.meta.dirname, '../../docs/campaigns.md'), await campaignsPage(campaigns));
