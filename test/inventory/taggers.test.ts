import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Holder } from '../../core/inventory/aws.ts';
import { steering, taggersOf } from '../../core/inventory/taggers.ts';

const account = '111122223333';
const arn = `arn:aws:iam::${account}:role/app`;
const document = (...Statement: readonly object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (over: object = {}) => ({ Effect: 'Allow', Action: 'ec2:CreateTags', Resource: '*', ...over });
const deny = (over: object = {}) => ({
  ...allow(),
  Effect: 'Deny',
  Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
  ...over,
});
const when = (operator: string, key: string, ...values: readonly string[]) => ({
  Condition: { [operator]: { [key]: values } },
});
const grip = (statements: readonly object[] | undefined, over: Partial<Holder> = {}) => {
  const policies = [{ name: 'p', ...(statements === undefined ? {} : { document: document(...statements) }) }];
  return taggersOf([{ arn, policies, ...over }], exampleSettings)[0]?.grip ?? 'no';
};

describe('who may write steering tags, by the policies alone', () => {
  test.each<[string, readonly object[] | undefined, 'yes' | 'maybe' | 'no']>([
    ['on everything', [allow()], 'yes'],
    ['by a wildcard, in whatever case', [allow({ Action: 'EC2:create*' })], 'yes'],
    ['with one character left open', [allow({ Action: 'ec2:CreateTag?' })], 'yes'],
    ['by all but something else', [{ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' }], 'yes'],
    ['by all but EC2', [{ Effect: 'Allow', NotAction: ['ec2:*'], Resource: '*' }], 'no'],
    ['deleting alone', [allow({ Action: 'ec2:DeleteTags' })], 'yes'],
    ['on one subnet', [allow({ Resource: `arn:aws:ec2:eu-west-1:${account}:subnet/subnet-0aaa` })], 'yes'],
    ['on all of EC2 in a short form', [allow({ Resource: 'arn:aws:ec2:*' })], 'yes'],
    ['on interfaces alone, as the CNI may', [allow({ Resource: 'arn:aws:ec2:*:*:network-interface/*' })], 'no'],
    ['while it makes something', [allow(when('StringEquals', 'ec2:CreateAction', 'RunInstances'))], 'no'],
    ['of its own keys', [allow(when('ForAllValues:StringEquals', 'aws:TagKeys', 'Name', 'team'))], 'no'],
    ['of keys that steer', [allow(when('ForAllValues:StringLike', 'aws:TagKeys', 'karpenter.sh/*'))], 'maybe'],
    ['of a key among any', [allow(when('ForAnyValue:StringEquals', 'aws:TagKeys', 'Name'))], 'maybe'],
    [
      'of all keys but those that steer',
      [allow(when('ForAllValues:StringNotLike', 'aws:TagKeys', 'karpenter.sh/*', 'kubernetes.io/*'))],
      'no',
    ],
    ['on what bears a tag', [allow(when('StringEquals', 'aws:ResourceTag/team', 'web'))], 'maybe'],
    ['and is denied', [allow(), deny()], 'no'],
    ['and is denied creation alone', [allow(), deny({ Action: 'ec2:CreateTags' })], 'maybe'],
    [
      'and is denied the keys that steer',
      [allow(), deny(when('ForAnyValue:StringLike', 'aws:TagKeys', 'karpenter.sh/*', 'kubernetes.io/cluster/*'))],
      'no',
    ],
    [
      'and is denied some of them',
      [allow(), deny(when('ForAnyValue:StringLike', 'aws:TagKeys', 'karpenter.sh/*'))],
      'maybe',
    ],
    ['nothing of the kind', [allow({ Action: 'ec2:DescribeInstances' })], 'no'],
    ['by a policy whose document is not there', undefined, 'maybe'],
  ])('%s', (_, statements, expected) => {
    expect(grip(statements)).toBe(expected);
  });

  test('a boundary that lacks it takes it, one that cannot be read leaves a doubt', () => {
    const boundary = (...statements: readonly object[]) => ({ boundary: { document: document(...statements) } });
    expect(grip([allow()], boundary(allow({ Action: 's3:*' })))).toBe('no');
    expect(grip([allow()], boundary(allow({ Action: '*' })))).toBe('yes');
    expect(grip([allow()], { boundary: {} })).toBe('maybe');
  });

  test('a document that is no JSON leaves a doubt, whatever is in it', () => {
    expect(
      taggersOf([{ arn, policies: [{ name: 'p', document: '%7Bno json of ec2' }] }], exampleSettings),
    ).toMatchObject([{ grip: 'maybe' }]);
  });
});

test('controllers, the platform, administrators and AWS itself are told apart; nodes are the worst', () => {
  const policies = [{ name: `arn:aws:iam::${account}:policy/tags`, document: document(allow()) }];
  const role = (name: string, own: Holder['policies'] = policies): Holder => ({
    arn: `arn:aws:iam::${account}:role/${name}`,
    policies: own,
  });
  const all = taggersOf(
    [
      role('prod-karpenter'),
      role('platform-deployer'),
      role('KarpenterNodeRole-prod'),
      role('aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot'),
      role('boss', [{ name: 'all', document: document(allow({ Action: '*' })) }]),
      role('web'),
    ],
    exampleSettings,
  );
  expect(Object.fromEntries(all.map(one => [one.arn.split('/').at(-1), one.who]))).toEqual({
    'prod-karpenter': 'expected',
    'platform-deployer': 'expected',
    'KarpenterNodeRole-prod': 'node',
    AWSServiceRoleForEC2Spot: 'expected',
    boss: 'administrator',
    web: 'other',
  });
  expect(steering(all).map(({ severity, title }) => `${severity} ${title}`)).toEqual([
    'high The node role KarpenterNodeRole-prod may write tags that steer Karpenter, by tags',
    'medium The principal web may write tags that steer Karpenter, by tags',
  ]);
});

test("a path that reads like a role's, or like AWS's own roles', makes nobody one", () => {
  const policies = [{ name: 'p', document: document(allow()) }];
  const who = (rest: string, settings = exampleSettings) =>
    taggersOf([{ arn: `arn:aws:iam::${account}:${rest}`, policies }], settings).map(one => one.who);
  expect(who('role/x:role/aws-service-role/y')).toEqual(['other']);
  expect(who('user/x:role/aws-service-role/y')).toEqual(['other']);
  expect(who('user/x:role/KarpenterNodeRole-prod')).toEqual(['other']);
  const open = { ...exampleSettings, platform: { arns: ['arn:aws:iam::*:role/deployer'] } };
  expect([who('role/deployer', open), who('user/x:role/deployer', open)]).toEqual([['expected'], ['other']]);
});

test('of very many a hundred are findings, and one for the rest', () => {
  const policies = [{ name: 'p', document: document(allow()) }];
  const all = Array.from({ length: 250 }, (_, n): Holder => ({ arn: `${arn}${n}`, policies }));
  const found = steering(taggersOf(all, exampleSettings));
  expect(found.length).toBe(101);
  expect(found.at(-1)).toMatchObject({ key: { principal: 'others' }, title: expect.stringContaining('150 beyond') });
});
