import { isBeyond, type Use, wasPermitted } from './usage.ts';

/** An IAM policy document as its grammar has it (IAM User Guide, "Grammar of the IAM JSON policy language"). */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: readonly string[];
  }[];
}

/**
 * The least policy under which what was permitted in these uses would be permitted again. Resources are those that the records
 * name, where every permitted call of an action names some; otherwise `*`.
 */
export const minimalPolicy = (uses: readonly Use[]): PolicyDocument => {
  const resources = new Map<string, Set<string>>();
  const need = (action: string, arns: readonly string[]): void => {
    const all = resources.get(action) ?? new Set();
    for (const arn of arns.length === 0 ? ['*'] : arns) all.add(arn);
    resources.set(action, all);
  };
  for (const use of uses.filter(wasPermitted)) {
    // A tagging permission is asked of what is being made, which no request names.
    for (const action of use.actions) need(action, action === 'ec2:CreateTags' ? [] : use.resources);
    if (use.passedRoles.length > 0) need('iam:PassRole', use.passedRoles);
  }
  const statements = Map.groupBy(
    [...resources].map(([action, arns]) => ({ action, arns: arns.has('*') ? ['*'] : [...arns].sort() })),
    ({ arns }) => arns.join(' '),
  );
  return {
    Version: '2012-10-17',
    Statement: [...statements]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, some], index) => ({
        Sid: `Used${index + 1}`,
        Effect: 'Allow',
        Action: some.map(({ action }) => action).sort(),
        Resource: some[0]?.arns ?? [],
      })),
  };
};

/** What the policy cannot know, a sentence each. */
export const policyGaps = (uses: readonly Use[]): readonly string[] => {
  const refused = uses.filter(use => !wasPermitted(use)).map(({ service, api }) => `${service}:${api}`);
  const profiles = uses
    .filter(use => use.passesProfile && wasPermitted(use))
    .map(({ service, api }) => `${service}:${api}`);
  return [
    'Data events (S3 objects, DynamoDB items, Lambda invocations …) are in it only where the trail logs them; calls outside the logs given are not.',
    ...(refused.length === 0
      ? []
      : [`Left out, since every call was denied: ${[...new Set(refused)].sort().join(', ')}.`]),
    ...(profiles.length === 0
      ? []
      : [
          `${[...new Set(profiles)].sort().join(', ')} passed a role through an instance profile: add iam:PassRole on that role (no record names it).`,
        ]),
  ];
};

/**
 * What such a policy permits that nodes do not call, in its own words: after a theft, what the thief called.
 * @param uses of node roles; a sentence, or none
 */
export const beyondNodes = (uses: readonly Use[]): readonly string[] => {
  const beyond = uses.filter(use => isBeyond(use) && wasPermitted(use)).flatMap(({ actions }) => actions);
  if (beyond.length === 0) return [];
  return [
    `It permits again what nodes do not call, whoever called it: ${[...new Set(beyond)].sort().join(', ')}. Take out what nobody of yours called.`,
  ];
};

/** A string of HCL: its template sequences doubled. */
const literal = (text: string): string => JSON.stringify(text).replace(/([$%])(?=\{)/g, '$1$1');
const items = (all: readonly string[], indent: string): string =>
  `[\n${all.map(one => `${indent}  ${literal(one)},\n`).join('')}${indent}]`;

/** The policy as Terraform's `aws_iam_policy_document`. @param name of the data source */
export const terraform = ({ Statement }: PolicyDocument, name: string): string =>
  [
    `data "aws_iam_policy_document" ${literal(name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z_])/, '_'))} {`,
    ...Statement.map(({ Sid, Action, Resource }) =>
      [
        '  statement {',
        `    sid       = ${literal(Sid)}`,
        `    effect    = "Allow"`,
        `    actions   = ${items(Action, '    ')}`,
        `    resources = ${items(Resource, '    ')}`,
        '  }',
      ].join('\n'),
    ),
    '}',
  ].join('\n');
