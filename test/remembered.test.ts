import { expect, test } from 'vitest';
import { exampleSettings } from '../core/example-settings.ts';
import { audit } from '../core/kubernetes/example.ts';
import { kubernetesFacts } from '../core/kubernetes/facts/index.ts';
import type { AuditUser } from '../core/kubernetes/record.ts';
import { rememberedOf } from '../core/remembered.ts';
import type { Settings } from '../core/settings.ts';

type Texts = readonly [string | null | undefined, ...(string | null | undefined)[]];

test('an answer is given again for the same texts alone, under the same settings', () => {
  const asked: string[] = [];
  const ask = rememberedOf(
    (texts: Texts) => {
      asked.push(String(texts));
      return texts.map(text => `${text}`).join();
    },
    texts => texts,
  );
  const other: Settings = { ...exampleSettings };
  const each: readonly (readonly [Texts, Settings, number])[] = [
    [['a', 'b'], exampleSettings, 1],
    [['a', 'b'], exampleSettings, 1],
    [['a', 'c'], exampleSettings, 2],
    [['a', 'b'], exampleSettings, 3],
    [['a'], exampleSettings, 4],
    [['a', null], exampleSettings, 5],
    [['a', undefined], exampleSettings, 6],
    [['a', undefined], exampleSettings, 6],
    [[undefined], exampleSettings, 7],
    [[null], exampleSettings, 8],
    [['null'], exampleSettings, 9],
    [['null'], other, 10],
    [['x'.repeat(600)], other, 11],
    [['x'.repeat(600)], other, 12],
  ];
  for (const [texts, settings, times] of each) {
    expect(ask(texts, settings)).toBe(texts.map(text => `${text}`).join());
    expect(asked).toHaveLength(times);
  }
});

test('users of one name are told apart by groups, ARNs, cluster and account, whoever was asked about before', () => {
  const name = 'system:serviceaccount:kube-system:karpenter';
  const platform = 'arn:aws:iam::111122223333:role/platform-deployer';
  const calls: readonly (readonly [kind: string, user: AuditUser, cluster?: string])[] = [
    ['controller', { username: name }],
    ['service-account', { username: name }, 'fleet'],
    ['likely-controller', { username: name }, ''],
    ['controller', { username: name }],
    ['person', { username: name, extra: { arn: ['arn:aws:iam::111122223333:role/x'] } }],
    ['platform', { username: name, extra: { arn: [platform] } }],
    ['controller', { username: name }],
    ['person', { username: 'bob', groups: ['a'] }],
    ['platform', { username: 'bob', groups: ['platform-admins'] }],
    ['person', { username: 'bob' }],
    ['platform', { username: 'bob', extra: { canonicalArn: [platform] } }],
    // What stands among the groups is no ARN.
    ['person', { username: 'bob', groups: [platform] }],
  ];
  for (const [kind, user, cluster] of calls) {
    const event = audit('get', 'pods', { user, ...(cluster === undefined ? {} : { cluster }) });
    expect([user, kubernetesFacts['principal.kind']?.read(event, exampleSettings)]).toEqual([user, kind]);
  }
});
