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
  ...table('| variant | detected by | severity |', forms.filter(isSeen).map(saidOf)),
  ...table('| not detected, and known | because |', forms.filter(form => !isSeen(form)).map(saidOf)),
  ...table('| leaves no trace in the logs | because |', traceless),
];

/** The page of all that was tried, in Markdown. */
export const evasionsPage = (tried: readonly Family[]): string => {
  const forms = tried.flatMap(family => family.forms);
  const unseen = forms.filter(form => !isSeen(form)).length;
  const traceless = tried.reduce((sum, { traceless: some = [] }) => sum + some.length, 0);
  return [
    '# Evasions',
    '',
    'An attacker who knows the detections looks for another way to the same goal: one that AWS or Kubernetes accepts as well, and that no detection',
    `covers. This page lists the variants that were tried, by goal, the most severe goals first: ${forms.length} variants, of which ${forms.length - unseen} are detected by the`,
    `detection for that goal and ${unseen} are not${traceless === 0 ? '' : `. ${traceless === 1 ? 'One more leaves' : `${traceless} more leave`} no trace in the logs`}.`,
    '',
    '- **How each is tried**: as an event that AWS or the API server records, read from bytes, and evaluated by the whole catalogue under the example’s',
    '  settings and by the derived filters. Unless the variant says otherwise, the caller is a person who is not a controller.',
    '- **Tests**: each variant is one, also those that are not detected. `npx vitest run test/evasions` runs them; `node test/evasions/page.ts` writes this page.',
    '- **Others**: some variants are detected by other detections as well. What is detected is also detected in GovCloud and China, and whoever the caller is:',
    '  root, users, federated or foreign sessions, sessions named like an instance or a controller, or AWS on their behalf; in clusters certificates and OIDC.',
    '',
    'What this page cannot show:',
    '',
    '- that there is no other variant;',
    '- real records of each: where no recorded one was at hand, CloudTrail records were built from the APIs’ public models, and patches, deletions, roles and',
    '  `aws-auth` from the code of the API server and of aws-iam-authenticator;',
    '- exempt identities: what the settings exempt (controllers, platform, GitOps) is exempt in every variant. Other detections look for somebody who has become',
    '  one of them (from where, how often, on what).',
    '',
    'What a detection cannot see at all is on its own page, under “Blind spots”.',
    '',
    ...tried.flatMap(section),
  ].join('\n');
};

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../../docs/evasions.md'), evasionsPage(families));
