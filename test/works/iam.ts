import type { By } from '../../core/cloudtrail/example-iam.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import type { AnyEvent } from '../../core/event.ts';

const trust = (principal: object, actions: readonly string[] = ['sts:AssumeRole'], condition?: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: principal,
        Action: actions,
        ...(condition === undefined ? {} : { Condition: condition }),
      },
    ],
  });

/** Who may be a role, as trust policies of installers say it. */
export const trusts = {
  service: (name: string): string => trust({ Service: `${name}.amazonaws.com` }),
  pods: trust({ Service: 'pods.eks.amazonaws.com' }, ['sts:AssumeRole', 'sts:TagSession']),
  account: (arn: string, external: string): string =>
    trust({ AWS: arn }, ['sts:AssumeRole'], { StringEquals: { 'sts:ExternalId': external } }),
  token: (host: string, subject: string): string =>
    trust({ Federated: `arn:aws:iam::111122223333:oidc-provider/${host}` }, ['sts:AssumeRoleWithWebIdentity'], {
      StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com', [`${host}:sub`]: subject },
    }),
} as const;

/** A role and its policies: AWS's own by name, those of the account by ARN, inline ones as objects. */
export const makeRole = (
  roleName: string,
  assumeRolePolicyDocument: string,
  policies: readonly (string | { readonly [name: string]: object })[],
  by: By,
): readonly AnyEvent[] => [
  iam('CreateRole', { roleName, assumeRolePolicyDocument }, by),
  ...policies.flatMap(one =>
    typeof one === 'string'
      ? [
          iam(
            'AttachRolePolicy',
            { roleName, policyArn: one.startsWith('arn:') ? one : `arn:aws:iam::aws:policy/${one}` },
            by,
          ),
        ]
      : Object.entries(one).map(([policyName, policy]) =>
          iam('PutRolePolicy', { roleName, policyName, policyDocument: JSON.stringify(policy) }, by),
        ),
  ),
];

/** A role and its policies go. */
export const deleteRole = (roleName: string, policies: readonly string[], by: By): readonly AnyEvent[] => [
  ...policies.map(one =>
    iam(
      'DetachRolePolicy',
      { roleName, policyArn: one.startsWith('arn:') ? one : `arn:aws:iam::aws:policy/${one}` },
      by,
    ),
  ),
  iam('DeleteRole', { roleName }, by),
];

/** What every node's role gets. */
export const nodePolicies = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEKS_CNI_Policy',
  'AmazonSSMManagedInstanceCore',
] as const;
