import { expect, test } from 'vitest';
import { developer, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { detection as policyChanged } from '../../detections/cloudtrail/controller-role-policy-changed.ts';
import { detection } from '../../detections/cloudtrail/karpenter-tag-tampered.ts';

/** Without settings a role is Karpenter's by its usual name only. */
const match = compile([detection], [], defineConfig({}));

test.each([
  ['what it launches', karpenter, ['i-0aaaabbbbccccdddd', 'i-0aaaabbbbcccceeee']],
  ['what it launches subnet-0bbb', karpenter, ['i-0aaaabbbbccccdddd', 'subnet-0bbb']],
  ['sg-0aaa', karpenter, ['sg-0aaa']],
  ['i-0aaaabbbbccccdddd i-0aaaabbbbcccceeee', developer, ['i-0aaaabbbbccccdddd', 'i-0aaaabbbbcccceeee']],
])('one finding for: %s', (resources, by, ids) => {
  const found = match(writeTags('CreateTags', ids, { 'karpenter.sh/nodepool': 'x' }, { by }));
  expect(found.map(({ key }) => key['resource']).join(' ')).toBe(resources);
});

test('of a role of a usual name, where settings name another, there is one, as grave as anybody’s', () => {
  const named = compile([detection], [], exampleSettings);
  const by = roleSession('shop-karpenter', '1');
  const ids = ['i-0aaaabbbbccccdddd', 'i-0aaaabbbbcccceeee'];
  const found = named(writeTags('CreateTags', ids, { 'karpenter.sh/nodepool': 'x' }, { by }));
  expect(found.map(({ key, severity }) => [key['resource'], severity])).toEqual([['what it launches', 'high']]);
});

test('what such a role takes a tag from is never what it launches: each is a finding', () => {
  const ids = ['i-0aaaabbbbccccdddd', 'i-0aaaabbbbcccceeee'];
  const found = match(writeTags('DeleteTags', ids, { 'karpenter.sh/nodepool': null }, { by: karpenter }));
  expect(found.map(({ key }) => key['resource'])).toEqual(ids);
});

test('of a controller’s policies what grants everything, or is not read, is a finding of its own', () => {
  const changed = compile([policyChanged], [], exampleSettings);
  const written = (policyName: string, statement: string) =>
    changed(
      iam('PutRolePolicy', {
        roleName: 'prod-karpenter',
        policyName,
        policyDocument: `{"Statement":${statement}`,
      }),
    ).map(({ key }) => key);
  const everything = '{"Effect":"Allow","Action":"*","Resource":"*"}}';
  expect([written('a', '[]}'), written('b', '[]}'), written('c', everything), written('d', '[')]).toEqual([
    [{ role: 'prod-karpenter' }],
    [{ role: 'prod-karpenter' }],
    [{ role: 'prod-karpenter', policy: 'c' }],
    [{ role: 'prod-karpenter', policy: 'd' }],
  ]);
});
