import { expect, test } from 'vitest';
import { developer, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { UserIdentity } from '../../core/cloudtrail/record.ts';
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

const ids = ['i-0aaaabbbbccccdddd', 'i-0aaaabbbbcccceeee'];
const of = (by: UserIdentity) => ({ by });
test.each([
  ['launches', runInstances({ ...of(roleSession('shop-karpenter', '1')), tags: { 'karpenter.sh/nodepool': 'x' } })],
  [
    'names after their NodeClaims',
    writeTags('CreateTags', ids, { 'karpenter.sh/nodeclaim': 'x' }, of(roleSession('shop-karpenter', '1'))),
  ],
])('what a role of a usual name %s, where settings name another, is one, as grave as anybody’s', (_, event) => {
  const found = compile([detection], [], exampleSettings)(event);
  expect(found.map(({ key, severity }) => [key['resource'], severity])).toEqual([['what it launches', 'high']]);
});

test.each([
  [
    'claims for a NodePool',
    writeTags('CreateTags', ids, { 'karpenter.sh/nodepool': 'x' }, of(roleSession('karpenter-admins', 'alice'))),
  ],
  [
    'lets go of',
    writeTags('DeleteTags', ids, { 'karpenter.sh/nodeclaim': 'x' }, of(roleSession('karpenter-admins', 'alice'))),
  ],
])('each instance that a role of a usual name %s is a finding of its own, which says which', (_, event) => {
  const found = compile([detection], [], exampleSettings)(event);
  expect(found.map(({ title }) => ids.find(id => title.endsWith(id)))).toEqual(ids);
});

test('what such a role takes a tag from is never what it launches: each is a finding', () => {
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
