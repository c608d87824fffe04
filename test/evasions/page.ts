import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Family, type Form, isSeen } from './form.ts';
import { families } from './forms.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head: string, rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? []
    : [head, head.replace(/[^|]+/g, '---'), ...rows.map(row => `| ${row.map(cell).join(' | ')} |`), ''];

const link = (id: string): string => `[${id.slice(id.indexOf('/') + 1)}](detections/${id}.md)`;

/** What became of a form. */
const saidOf = ({ form, seen }: Form): readonly string[] =>
  'unseen' in seen ? [form, seen.unseen] : [form, link(seen[0]), seen[1]];

const section = ({ goal, forms, traceless = [] }: Family): readonly string[] => [
  `## ${goal}`,
  '',
  ...table('| form | said by | severity |', forms.filter(isSeen).map(saidOf)),
  ...table('| passes, and is known to | because |', forms.filter(form => !isSeen(form)).map(saidOf)),
  ...table('| leaves nothing in the log | because |', traceless),
];

/** The page of all that was tried, in Markdown. */
export const evasionsPage = (tried: readonly Family[]): string => {
  const forms = tried.flatMap(family => family.forms);
  const unseen = forms.filter(form => !isSeen(form)).length;
  const traceless = tried.reduce((sum, { traceless: some = [] }) => sum + some.length, 0);
  return [
    '# Ways past the detections',
    '',
    'Whoever knows the rules looks for another way to the same goal, one that AWS or Kubernetes takes as well and that no rule thought of.',
    `Here are those that were tried, by goal, the gravest first: ${forms.length} forms, of which ${forms.length - unseen} are said by the detection that is about the goal`,
    `and ${unseen} pass${traceless === 0 ? '' : `; ${traceless === 1 ? 'one more leaves' : `${traceless} more leave`} nothing in the log to be seen`}.`,
    '',
    'Each form is an event as AWS or the API server records it, read from bytes, judged by the whole catalogue under the example’s settings (a person who',
    'is nobody’s controller, unless the form says who) and looked at by the filters that stand before it. Each is a test of its own, and this page is made',
    'of them: `npx vitest run test/evasions` runs them, `node test/evasions/page.ts` writes the page. A form that passes is a test as well: that nothing',
    'is said of it. Some forms are said by other detections besides. Of those that are said, each is said in GovCloud and in China as well.',
    '',
    'What this page can’t say: that there is no other form. Records of CloudTrail were built from the API’s public models where no recorded one was at',
    'hand, and patches, deletions, roles and `aws-auth` after the code of the API server and of aws-iam-authenticator. What the settings exempt (controllers,',
    'platform, GitOps) is exempt in every form: who has become one of them is looked for by other means (from where, how often, on what). What each',
    'detection can’t see at all is on its own page, under “blind”.',
    '',
    ...tried.flatMap(section),
  ].join('\n');
};

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../../docs/evasions.md'), evasionsPage(families));
