import { expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Holder } from '../../core/inventory/aws.ts';
import { steering, taggersOf } from '../../core/inventory/taggers.ts';
import { account, document, roleArn } from './parts.ts';
import { allow, when } from './tagging.ts';

const arn = roleArn('app');
const lastOf = (one: string): string => one.split('/').at(-1) ?? '';

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

test('an administrator is who may do everything by one policy, whatever else they have', () => {
  const who = (...policies: readonly (readonly object[])[]) =>
    taggersOf(
      [{ arn, policies: policies.map((statements, at) => ({ name: `p${at}`, document: document(...statements) })) }],
      exampleSettings,
    ).map(one => one.who);
  const everything = allow({ Action: ['s3:GetObject', '*'] });
  expect(who([everything])).toEqual(['administrator']);
  expect(who([allow({ Action: '*:*' })])).toEqual(['administrator']);
  expect(who([allow({ Action: 's3:*' }), everything])).toEqual(['administrator']);
  expect(who([allow({ Action: 's3:*' })], [everything])).toEqual(['administrator']);
  expect(who([allow(), { ...everything, Effect: 'Deny', Resource: 'arn:aws:s3:::x' }])).toEqual(['other']);
  expect(who([allow({ Action: 'ec2:*' })])).toEqual(['other']);
});

test('a controller that settings do not name is one by its usual name', () => {
  const policies = [{ name: 'p', document: document(allow()) }];
  const who = (name: string) =>
    taggersOf([{ arn: `arn:aws:iam::${account}:role/${name}`, policies }], { ...exampleSettings, controllers: [] }).map(
      one => one.who,
    );
  expect([who('KarpenterControllerRole-prod'), who('web')]).toEqual([['expected'], ['other']]);
});

test('they are listed by ARN, with the policies that concern it by name; findings begin with nodes', () => {
  const policies = ['z', `arn:aws:iam::${account}:policy/team/a`].map(name => ({ name, document: document(allow()) }));
  const more = { name: 'm', document: document(allow({ Action: 's3:*' })) };
  const named = (name: string): Holder => ({
    arn: `arn:aws:iam::${account}:role/${name}`,
    policies: [more, ...policies],
  });
  const all = taggersOf(['c', 'KarpenterNodeRole-prod', 'a', 'b'].map(named), exampleSettings);
  expect(all.map(one => [lastOf(one.arn), one.by])).toEqual(
    ['KarpenterNodeRole-prod', 'a', 'b', 'c'].map(name => [name, ['a', 'z']]),
  );
  const shuffled = ['a', 'c', 'KarpenterNodeRole-prod', 'b'].flatMap(name =>
    all.filter(one => lastOf(one.arn) === name),
  );
  expect(steering(shuffled).map(({ severity, key, resources }) => [severity, key, resources])).toEqual(
    ['KarpenterNodeRole-prod', 'a', 'c', 'b'].map(name => {
      const one = `arn:aws:iam::${account}:role/${name}`;
      return [name.startsWith('Karpenter') ? 'high' : 'medium', { principal: one }, [one]];
    }),
  );
});

test('no finding is who may do it under conditions; of many policies three are named', () => {
  const doubtful = allow(when('Bool', 'aws:SecureTransport', 'true'));
  const policies = (...statements: readonly object[]) =>
    ['d', 'c', 'b', 'a'].map(name => ({ name, document: document(...statements) }));
  expect(steering(taggersOf([{ arn, policies: policies(doubtful) }], exampleSettings))).toEqual([]);
  expect(steering(taggersOf([{ arn, policies: policies(allow()) }], exampleSettings))).toEqual([
    {
      ...{ code: 'steering-tags-writable', severity: 'medium', key: { principal: arn }, resources: [arn] },
      title: 'The principal app may write tags that steer Karpenter, by a, b, c',
    },
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
  expect(found.at(-1)).toEqual({
    ...{ code: 'steering-tags-writable', severity: 'medium', key: { principal: 'others' }, resources: [] },
    title: 'More than 100 principals may write tags that steer Karpenter: 150 beyond those that are findings',
  });
  expect(steering(taggersOf(all.slice(0, 100), exampleSettings))).toHaveLength(100);
});
