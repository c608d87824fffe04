import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Holder } from '../../core/inventory/aws.ts';
import { taggersOf } from '../../core/inventory/taggers.ts';
import { account, document, roleArn } from './parts.ts';
import { allow, deny, when } from './tagging.ts';

const arn = roleArn('app');
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
    [
      'on one of several things',
      [allow({ Resource: ['arn:aws:s3:::x', 'arn:aws:ec2:*:*:subnet/subnet-0aaa'] })],
      'yes',
    ],
    ['on an instance', [allow({ Resource: 'arn:aws:ec2:*:*:instance/*' })], 'yes'],
    ['on a security group', [allow({ Resource: 'arn:aws:ec2:*:*:security-group/sg-0aaa' })], 'yes'],
    ['on a launch template', [allow({ Resource: 'arn:aws:ec2:*:*:launch-template/*' })], 'yes'],
    ['on an image', [allow({ Resource: 'arn:aws:ec2:*::image/ami-0aaa' })], 'yes'],
    ['on what a wildcard leaves open', [allow({ Resource: 'arn:aws:ec2:*:*:sub*/*' })], 'yes'],
    ['on what one character leaves open', [allow({ Resource: 'arn:aws:ec2:*:*:s?bnet/*' })], 'yes'],
    ['on a bucket', [allow({ Resource: 'arn:aws:s3:::bucket' })], 'no'],
    ['on what a short form without a star means', [allow({ Resource: 'arn:aws:ec2' })], 'no'],
    ['on all but something', [{ ...allow(), Resource: undefined, NotResource: 'arn:aws:ec2:*:*:vpc/*' }], 'yes'],
    ['by all but making tags', [{ Effect: 'Allow', NotAction: 'ec2:CreateTags', Resource: '*' }], 'yes'],
    ['by what is no text', [allow({ Action: [4, { a: 'ec2:CreateTags' }] })], 'no'],
    ['by nothing but a denial of a part', [deny({ Action: 'ec2:CreateTags' })], 'no'],
    ['in one statement of two', [allow({ Action: 's3:*' }), allow()], 'yes'],
    [
      'in one statement of two, under conditions in the other',
      [allow(when('Bool', 'aws:SecureTransport', 'true')), allow()],
      'yes',
    ],
    [
      'under two conditions, one of which rules it out',
      [
        allow({
          Condition: {
            StringEquals: { 'aws:ResourceTag/team': 'web', 'ec2:CreateAction': 'RunInstances' },
          },
        }),
      ],
      'no',
    ],
    ['while it makes one of some things', [allow(when('ForAnyValue:StringLike', 'EC2:createaction', 'Run*'))], 'no'],
    ['unless it makes something', [allow(when('StringNotEquals', 'ec2:CreateAction', 'RunInstances'))], 'maybe'],
    [
      'while it makes something, where that is said',
      [allow(when('StringEqualsIfExists', 'ec2:CreateAction', 'RunInstances'))],
      'maybe',
    ],
    [
      'while it makes something, or where nothing says what',
      [allow(when('ForAllValues:StringEquals', 'ec2:CreateAction', 'RunInstances'))],
      'maybe',
    ],
    ['for a key that reads like it', [allow(when('StringEquals', 'ec2:CreateActions', 'RunInstances'))], 'maybe'],
    ['for a key that ends like it', [allow(when('StringEquals', 'my-ec2:CreateAction', 'RunInstances'))], 'maybe'],
    [
      'of one key, which is no list',
      [allow({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'Name' } } })],
      'no',
    ],
    [
      'of its own keys, in whatever case',
      [allow(when('ForAllValues:StringEqualsIgnoreCase', 'AWS:tagkeys', 'Name'))],
      'no',
    ],
    ['of a key that reads like the keys', [allow(when('ForAllValues:StringEquals', 'aws:TagKeysOf', 'Name'))], 'maybe'],
    ['of a key that ends like the keys', [allow(when('ForAllValues:StringEquals', 'x-aws:TagKeys', 'Name'))], 'maybe'],
    [
      'of its own keys, where that is said',
      [allow(when('ForAllValues:StringEqualsIfExists', 'aws:TagKeys', 'Name'))],
      'maybe',
    ],
    [
      'of all keys but one that does not steer',
      [allow(when('ForAllValues:StringNotEquals', 'aws:TagKeys', 'Name'))],
      'maybe',
    ],
    [
      'of all keys but some of those that steer',
      [allow(when('ForAllValues:StringNotLike', 'aws:TagKeys', 'karpenter.sh/*'))],
      'maybe',
    ],
    [
      'of all keys but those, where that is said',
      [allow(when('ForAllValues:StringNotLikeIfExists', 'aws:TagKeys', 'karpenter.sh/*', 'kubernetes.io/*'))],
      'maybe',
    ],
    [
      'of one key that steers, which is no list',
      [allow({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'karpenter.sh/discovery' } } })],
      'maybe',
    ],
    ...[
      ['ForAnyValue:StringLike', 'aws:TagKeysOf'],
      ['ForAnyValue:StringLike', 'x-aws:TagKeys'],
      ['ForAnyValue:StringLikeIfExists', 'aws:TagKeys'],
    ].map(([operator = '', key = '']): [string, readonly object[], 'maybe'] => [
      `and is denied it by ${operator} of ${key}`,
      [allow(), deny(when(operator, key, 'karpenter.sh/*', 'kubernetes.io/cluster/*'))],
      'maybe',
    ]),
    ['and is denied something else', [allow(), deny({ Action: 's3:*' })], 'yes'],
    ['and is denied it on interfaces', [allow(), deny({ Resource: 'arn:aws:ec2:*:*:network-interface/*' })], 'yes'],
    ['and is denied it on subnets', [allow(), deny({ Resource: 'arn:aws:ec2:*:*:subnet/*' })], 'maybe'],
    ['and is denied all that is not its own', [allow(), { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }], 'maybe'],
    [
      'and is denied it where another key says so',
      [allow(), deny(when('ForAnyValue:StringLike', 'aws:RequestTag/a', 'karpenter.sh/*', 'kubernetes.io/cluster/*'))],
      'maybe',
    ],
    [
      'and is denied it where all keys steer',
      [allow(), deny(when('ForAllValues:StringLike', 'aws:TagKeys', 'karpenter.sh/*', 'kubernetes.io/cluster/*'))],
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

  test('which keys steer, the settings say too', () => {
    const own = (over: object, ...keys: readonly string[]) => {
      const statement = allow(when('ForAllValues:StringLike', 'aws:TagKeys', ...keys));
      const policies = [{ name: 'p', document: document(statement) }];
      return taggersOf([{ arn, policies }], { ...exampleSettings, ...over })[0]?.grip ?? 'no';
    };
    for (const key of [
      'karpenter.sh/discovery',
      'karpenter.sh/nodepool',
      'karpenter.sh/nodeclaim',
      'kubernetes.io/cluster/*',
    ])
      expect([key, own({}, key)]).toEqual([key, 'maybe']);
    expect([own({}, 'nodes/blue'), own({ selectorTags: ['nodes/blue'] }, 'nodes/blue')]).toEqual(['no', 'maybe']);
    expect([own({ selectorTags: ['nodes/*'] }, 'nodes/*'), own({ selectorTags: ['nodes/*'] }, 'nodes/any')]).toEqual([
      'maybe',
      'maybe',
    ]);
    expect([own({}, 'image'), own({ imageSelectorTags: ['image'] }, 'image')]).toEqual(['no', 'maybe']);
    expect(own({ imageSelectorTags: ['*'] }, 'Name')).toBe('no');
    // A wildcard over keys of images names none: a denial of the others is one of all that steer.
    const denied = [
      allow(),
      deny(when('ForAnyValue:StringLike', 'aws:TagKeys', 'karpenter.sh/*', 'kubernetes.io/cluster/*')),
    ];
    const policies = [{ name: 'p', document: document(...denied) }];
    expect(taggersOf([{ arn, policies }], { ...exampleSettings, imageSelectorTags: ['team-*'] })).toEqual([]);
  });

  test('several policies count together: what one grants, a denial in another takes', () => {
    const policy = (name: string, ...statements: readonly object[]) => ({ name, document: document(...statements) });
    const of = (...policies: Holder['policies']) => taggersOf([{ arn, policies }], exampleSettings)[0]?.grip ?? 'no';
    expect(of(policy('a', allow({ Action: 's3:*' })), policy('b', allow()))).toBe('yes');
    expect(of(policy('a', allow()), policy('b', deny()))).toBe('no');
    expect(of(policy('a', allow()), policy('b', deny({ Action: 'ec2:CreateTags' })))).toBe('maybe');
    expect(of(policy('a', allow(when('Bool', 'aws:SecureTransport', 'true'))), policy('b', allow()))).toBe('yes');
    expect(of()).toBe('no');
  });

  test('a boundary allows no more than it says, under its conditions and but for its denials', () => {
    const under = (...statements: readonly object[]) =>
      grip([allow()], { boundary: { document: document(...statements) } });
    expect(under(allow(when('Bool', 'aws:SecureTransport', 'true')))).toBe('maybe');
    expect(under(allow({ Action: '*' }), deny())).toBe('no');
    expect(under(allow({ Action: '*' }), deny({ Action: 'ec2:CreateTags' }))).toBe('maybe');
    expect(grip([allow({ Action: 's3:*' })], { boundary: { document: document(allow({ Action: '*' })) } })).toBe('no');
  });

  test.each([
    document({ Effect: 'Allow', Action: '*', Resource: '*' }),
    document({ Effect: 'Allow', Action: '*:*', Resource: '*' }),
    document({ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }),
    document({ Effect: 'Allow', Action: 'EC2:*', Resource: '*' }),
  ])('it is found in a document as IAM gives it, plain or encoded: %s', text => {
    for (const one of [text, encodeURIComponent(text)])
      expect(taggersOf([{ arn, policies: [{ name: 'p', document: one }] }], exampleSettings)).toMatchObject([
        { grip: 'yes' },
      ]);
  });

  test('a document that is no JSON leaves a doubt, whatever is in it', () => {
    expect(
      taggersOf([{ arn, policies: [{ name: 'p', document: '%7Bno json of ec2' }] }], exampleSettings),
    ).toMatchObject([{ grip: 'maybe' }]);
  });
});
