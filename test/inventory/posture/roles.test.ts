import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../../core/example-settings.ts';
import type { Role } from '../../../core/inventory/aws.ts';
import { rolePosture } from '../../../core/inventory/posture/roles.ts';
import { account, document, role, roleArn } from '../parts.ts';
import { codes, found, said } from './said.ts';

const policyArn = (name: string): string => `arn:aws:iam::${account}:policy/${name}`;

describe('of a role', () => {
  const allow = (Action: unknown, Resource: unknown = '*', over: object = {}) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...over,
  });
  const trust = (Principal: unknown) => document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal });
  const of = (name: string, over: Partial<Role>, settings = exampleSettings) =>
    rolePosture(role(name, over), found, settings);
  const nodes = (over: Partial<Role>) => of('KarpenterNodeRole-prod', over);
  const inline = (...statements: readonly object[]) => ({
    inline: [{ name: 'extra', document: document(...statements) }],
  });
  const attached = (arn: string, ...statements: readonly object[]) => ({
    attached: [{ arn, ...(statements.length === 0 ? {} : { document: document(...statements) }) }],
  });

  test.each([
    ['anyone', '*', 'critical', 'anyone'],
    ['other-account', { AWS: 'arn:aws:iam::999999999999:root' }, 'high', 'another account'],
    [
      'open-web-identity',
      { Federated: `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE` },
      'high',
      'every workload of an identity provider',
    ],
  ])('whom it trusts is said: %s', (risk, principal, severity, who) => {
    for (const [name, kind] of [
      ['KarpenterNodeRole-prod', 'node'],
      ['prod-karpenter', 'controller'],
    ] as const) {
      const [violation, ...more] = of(name, { trust: trust(principal) });
      expect(more).toEqual([]);
      expect(violation).toEqual({
        ...{ code: 'trust-too-wide', severity, key: { role: name, risk }, resources: [roleArn(name), risk] },
        title: `The ${kind} role ${name} may be assumed by ${who}`,
      });
    }
  });

  test('accounts of the settings are not others, and a trust that cannot be read is said', () => {
    const partner = { trust: trust({ AWS: 'arn:aws:iam::222222222222:root' }) };
    expect(codes(of('KarpenterNodeRole-prod', partner))).toEqual(['high trust-too-wide']);
    const both = { ...exampleSettings, accounts: [account, '222222222222'] };
    expect(of('KarpenterNodeRole-prod', partner, both)).toEqual([]);
    expect(
      of('KarpenterNodeRole-prod', { trust: trust({ AWS: roleArn('ops') }) }, { ...exampleSettings, accounts: [] }),
    ).toEqual([]);
    expect(nodes({ trust: '{' })[0]?.title).toMatch(/whom its trust policy names, which could not be read$/);
  });

  test.each<[string, Partial<Role>]>([
    ['a permitted policy', attached('arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy', allow('*'))],
    [
      'a policy of one’s own that is called like AWS’s',
      attached(policyArn('AdministratorAccess'), allow('ecr:BatchGetImage')),
    ],
    ['an inline policy of what nodes do', inline(allow(['ecr:BatchGetImage', 'ecr:GetAuthorizationToken']))],
    ['figures for CloudWatch', inline(allow('cloudwatch:PutMetricData'))],
    ['all of the agent’s channel, which is for nodes', inline(allow(['ssmmessages:*', 'ec2messages:*']))],
    ['what is denied', inline({ ...allow('s3:*'), Effect: 'Deny' })],
    ['all but something denied', inline({ Effect: 'Deny', NotAction: 'ec2:*', Resource: '*' })],
  ])('nodes may have %s', (_, over) => {
    expect(nodes(over)).toEqual([]);
  });

  const extra = policyArn('extra');
  test.each<[string, Partial<Role>, 'critical' | 'high', string]>([
    [
      'everything',
      attached('arn:aws:iam::aws:policy/AdministratorAccess'),
      'critical',
      'carries AdministratorAccess, which makes every pod on its nodes an administrator',
    ],
    [
      'everything by its text',
      inline(allow('*')),
      'critical',
      'carries extra, which makes every pod on its nodes an administrator',
    ],
    [
      'one thing more',
      inline(allow(['ecr:BatchGetImage', 's3:GetObject'])),
      'high',
      'carries extra, which grants what nodes do not need: s3:GetObject',
    ],
    [
      'five things more',
      inline(allow(['s3:A', 's3:B', 's3:C']), allow(['s3:D', 's3:E', 's3:A'])),
      'high',
      'carries extra, which grants what nodes do not need: s3:A, s3:B, s3:C, s3:D, s3:E',
    ],
    [
      'more than five',
      inline(allow(['s3:A', 's3:B', 's3:C', 's3:D', 's3:E', 's3:F', 's3:G'])),
      'high',
      'carries extra, which grants what nodes do not need: s3:A, s3:B, s3:C, s3:D, s3:E and 2 more',
    ],
    ['a whole service', inline(allow('s3:*')), 'high', 'carries extra, which grants what nodes do not need: s3:*'],
    [
      'wildcards, though nodes do some of it',
      inline(allow('ecr:*')),
      'high',
      'carries extra, which grants what nodes do not need: ecr:*',
    ],
    [
      'all but something',
      inline({ Effect: 'Allow', NotAction: ['s3:Delete*', 's3:Put*'], Resource: 'arn:aws:s3:::payments/*' }),
      'high',
      'carries extra, which grants what nodes do not need: everything but s3:Delete* and s3:Put*',
    ],
    [
      'a foreign policy that nobody read',
      attached(extra),
      'high',
      'carries extra, which is not among the permitted node policies',
    ],
    [
      'a policy that cannot be read',
      { attached: [{ arn: extra, document: '{' }] },
      'high',
      'carries extra, which is not among the permitted node policies',
    ],
    [
      'an inline policy called like a permitted one',
      { inline: [{ name: 'AmazonEKSWorkerNodePolicy', document: document(allow('s3:GetObject')) }] },
      'high',
      'carries AmazonEKSWorkerNodePolicy, which grants what nodes do not need: s3:GetObject',
    ],
  ])('nodes that may do %s are said', (_, over, severity, says) => {
    const policy =
      [...(over.attached ?? []).map(({ arn }) => arn), ...(over.inline ?? []).map(({ name }) => name)][0] ?? '';
    expect(nodes(over)).toEqual([
      {
        ...{ code: 'node-role-policy', severity, title: `The node role KarpenterNodeRole-prod ${says}` },
        ...{ key: { role: 'KarpenterNodeRole-prod', policy }, resources: [roleArn('KarpenterNodeRole-prod'), policy] },
      },
    ]);
  });

  test.each<[string, readonly object[], boolean]>([
    ['tags', [allow('ec2:CreateTags')], true],
    [
      'tags beside what is bound',
      [allow('ec2:RunInstances', 'arn:aws:ec2:*:*:subnet/*'), allow(['ec2:createTags'])],
      true,
    ],
    ['everything of EC2', [allow('ec2:*')], true],
    ['all but IAM', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], true],
    [
      'tags of all but something',
      [{ Effect: 'Allow', Action: 'ec2:CreateTags', NotResource: 'arn:aws:ec2:*:*:vpc/*' }],
      true,
    ],
    ['all but EC2', [{ Effect: 'Allow', NotAction: 'EC2:*', Resource: '*' }], false],
    [
      'tags under a condition',
      [allow('ec2:CreateTags', '*', { Condition: { StringEquals: { 'aws:RequestTag/a': 'b' } } })],
      false,
    ],
    ['tags of instances', [allow('ec2:CreateTags', 'arn:aws:ec2:*:*:instance/*')], false],
    ['no tags', [allow('ec2:RunInstances')], false],
    ['no tags, by a denial', [{ ...allow('ec2:CreateTags'), Effect: 'Deny' }], false],
  ])('a controller may write %s', (_, statements, isSaid) => {
    expect(said(of('prod-karpenter', attached(extra, ...statements)))).toEqual(
      isSaid
        ? [
            [
              'high controller-tags-anything',
              'The controller role prod-karpenter may tag anything by extra: what a tag steers, its holder steers',
              ...[roleArn('prod-karpenter'), extra],
            ],
          ]
        : [],
    );
  });
});
