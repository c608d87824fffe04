import { describe, expect, test } from 'vitest';
import { defineConfig } from '../core/config.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { audit } from '../core/kubernetes/example.ts';
import { kubernetesFacts } from '../core/kubernetes/facts/index.ts';
import type { AuditUser } from '../core/kubernetes/record.ts';
import { itself, remembered, rememberedOf, rememberedText } from '../core/remembered.ts';
import type { Settings } from '../core/settings.ts';

/** Names that nobody asked for before: as many as are kept. */
const flood = Array.from({ length: 4_096 }, (_, at) => `flood-${at}`);
const settings = defineConfig({});

describe.each([
  [
    'under settings',
    (answer: (text: string) => unknown) => {
      const ask = remembered(answer, itself);
      return (text: string) => ask(text, settings);
    },
  ],
  ['of a text', (answer: (text: string) => unknown) => rememberedText(answer)],
] as const)('an answer %s', (_, remembering) => {
  const watched = () => {
    const asked: string[] = [];
    const ask = remembering(text => {
      asked.push(text);
      return `${text.length} letters`;
    });
    return { asked, ask };
  };

  test('is worked out once and given again', () => {
    const { asked, ask } = watched();
    expect(['role', 'role', 'node', 'role'].map(ask)).toEqual(['4 letters', '4 letters', '4 letters', '4 letters']);
    expect(asked).toEqual(['role', 'node']);
  });

  test('that is undefined is remembered as well', () => {
    let asked = 0;
    const ask = remembering(() => {
      asked++;
    });
    expect([ask('nobody'), ask('nobody'), asked]).toEqual([undefined, undefined, 1]);
  });

  test('about a text of 512 characters is kept, and of a longer one is not', () => {
    const { asked, ask } = watched();
    const [kept, long] = ['x'.repeat(512), 'x'.repeat(513)];
    expect([kept, long, kept, long].map(ask)).toEqual(['512 letters', '513 letters', '512 letters', '513 letters']);
    expect(asked).toEqual([kept, long, long]);
  });

  test('is forgotten with all others when there are too many, so that memory is bounded', () => {
    const { asked, ask } = watched();
    flood.forEach(ask);
    ask('flood-0');
    expect(asked).toHaveLength(4_096);
    ask('one more');
    ask('flood-0');
    ask('one more');
    expect(asked.slice(4_096)).toEqual(['one more', 'flood-0']);
  });
});

test('an answer under other settings is worked out anew, and then that one is remembered', () => {
  const asked: string[] = [];
  const ask = remembered((text: string, { home }) => {
    asked.push(text);
    return home;
  }, itself);
  const other = defineConfig({ home: 'eu-west-1' });
  expect([ask('x', settings), ask('x', other), ask('x', other), ask('x', settings)]).toEqual([
    'us-east-1',
    'eu-west-1',
    'eu-west-1',
    'us-east-1',
  ]);
  expect(asked).toHaveLength(3);
});

test('texts of another length may be kept', () => {
  let asked = 0;
  const ask = rememberedText(() => ++asked, 3);
  expect(['abc', 'abc', 'abcd', 'abcd'].map(ask)).toEqual([1, 1, 2, 3]);
});

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
