import type { AnyDetection } from '../../detection.ts';
import { plainTitle } from '../../title.ts';

/** What each detection protects, in the order a reader meets it. An id is listed where the first of these tests holds. */
const themes: readonly { readonly name: string; readonly says: string; readonly holds: (id: string) => boolean }[] = [
  {
    name: 'Instance metadata, pod identity and credentials',
    says: 'Whose credentials are used, where, and how they were handed out.',
    holds: id =>
      /credentials|imds|console|session|pod-uses|pod-identity|identity-off|service-account-off|crossed/.test(id),
  },
  {
    name: 'Node IAM and controller roles',
    says: 'What nodes and controllers may do, and who widens it.',
    holds: id => /node-role|controller-role|policy|trust|denied|profile|unintended-role|escalates/.test(id),
  },
  {
    name: 'Cluster API and bootstrap secrets',
    says: 'Machines, templates, and the secrets that let a machine join.',
    holds: id => /machine|capi|capa|clusterclass|bootstrap|certificate-requested|joined|node-never/.test(id),
  },
  {
    name: 'Karpenter provisioning',
    says: 'What is launched, from which template, image, family and region, and who steers it.',
    holds: id =>
      /launch|node-group|karpenter|fleet|nodepool|nodeclass|provisioning|image|tag|family|user-data|volume|quota|churn|instance/.test(
        id,
      ),
  },
  {
    name: 'The pipeline itself',
    says: 'What would blind Tripline.',
    holds: id => /^pipeline|disabled|silent/.test(id),
  },
  {
    name: 'The cluster around the controllers',
    says: 'RBAC, admission, pods and secrets near the provisioning plane.',
    holds: () => true,
  },
];

/** The catalogue page: every detection once, grouped by what it protects. */
export const catalogue = (detections: readonly AnyDetection[]): string => {
  const left = new Set(detections);
  const sections = themes.map(theme => {
    const mine = [...left].filter(one => theme.holds(one.id));
    for (const one of mine) left.delete(one);
    const rows = mine.map(one => {
      const severity = typeof one.severity === 'string' ? one.severity : String(one.severity.at(-1));
      return `| [${one.id}](${one.id}.md) | ${severity} | ${plainTitle(one.title).replaceAll('|', '\\|')} |`;
    });
    if (rows.length === 0) return '';
    return [
      `## ${theme.name}`,
      '',
      theme.says,
      '',
      '| detection | severity | title |',
      '|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  return [
    '# The catalogue',
    '',
    `${detections.length} detections, grouped by what they protect. Generated from \`detections/\` by \`npm run generate\`.`,
    '',
    'Variants of attacks that were tried against them, and those that are not detected: [evasions](../evasions.md).',
    '',
    ...sections.filter(Boolean),
  ].join('\n');
};
