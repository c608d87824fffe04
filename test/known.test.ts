import { describe, expect, test } from 'vitest';
import { knownOf, momentsOf, type Subject, subjectOf } from '../core/known.ts';
import { memoryStore } from '../core/state/memory.ts';

const account = '111122223333';
const places = { accounts: [account], clusters: ['prod'] };
const [first, second] = ['i-0aaaabbbbccccdddd', 'i-0eeeeffff00001111'];
const node = 'ip-10-0-1-17.eu-west-1.compute.internal';

test.each<[string, Subject]>([
  [first, { kind: 'instance', name: first }],
  ['i-01234567', { kind: 'instance', name: 'i-01234567' }],
  [`${first}0`, { kind: 'other', name: `${first}0` }],
  [`x${first}`, { kind: 'other', name: `x${first}` }],
  ['ASIAEXAMPLEV2KEY0001', { kind: 'key', name: 'ASIAEXAMPLEV2KEY0001' }],
  ['xASIAEXAMPLEV2KEY0001', { kind: 'other', name: 'xASIAEXAMPLEV2KEY0001' }],
  ['ASIAEXAMPLEV2KEY0001x', { kind: 'other', name: 'ASIAEXAMPLEV2KEY0001x' }],
  ['AS1AEXAMPLEV2KEY0001', { kind: 'other', name: 'AS1AEXAMPLEV2KEY0001' }],
  ['A12AEXAMPLEV2KEY0001', { kind: 'other', name: 'A12AEXAMPLEV2KEY0001' }],
  [`node/${node}`, { kind: 'node', name: node }],
  [`system:node:${node}`, { kind: 'node', name: node }],
  ['system:serviceaccount:kube-system:x', { kind: 'principal', name: 'system:serviceaccount:kube-system:x' }],
  ['arn:aws:iam::111122223333:role/x', { kind: 'principal', name: 'arn:aws:iam::111122223333:role/x' }],
  ['alice', { kind: 'other', name: 'alice' }],
])('%s is %j', (name, subject) => {
  expect(subjectOf(name)).toEqual(subject);
});

/** What is found of a name where these items are stored. */
const found = async (
  name: string,
  items: { readonly [scope: string]: { readonly [set: string]: readonly string[] } },
  where = places,
) => {
  const store = memoryStore();
  await store.observe(Object.entries(items).map(([scope, add]) => ({ scope, add, expires: 1, read: false })));
  return knownOf(subjectOf(name), where, store);
};
const named = async (...given: Parameters<typeof found>) =>
  (await found(...given)).map(({ subject }) => `${subject.kind} ${subject.name}`);

const key = 'ASIAEXAMPLEV2KEY0001';
const owned = { [`key#${key}`]: { instance: [first] } };
const joined = { [`joined#${account}#${first}`]: { node: [`prod/${node}`] } };

describe('what is known of a thing', () => {
  test('leads from a key to its instance, and from that to its node', async () => {
    expect(await named(key, { ...owned, ...joined })).toEqual([`key ${key}`, `instance ${first}`, `node ${node}`]);
    expect(await named(first, { ...owned, ...joined })).toEqual([`instance ${first}`, `node ${node}`]);
    expect(await named(key, {})).toEqual([`key ${key}`]);
  });

  test('leads no further than that, and back to nothing that was looked at', async () => {
    const around = { ...joined, [`node#${account}#prod#${node}`]: { instance: [first] } };
    expect(await named(first, around)).toEqual([`instance ${first}`, `node ${node}`]);
    const on = { ...joined, ...owned, [`node#${account}#prod#${node}`]: { instance: [second] } };
    expect(await named(key, on)).toEqual([`key ${key}`, `instance ${first}`, `node ${node}`]);
    expect(await named(first, on)).toEqual([`instance ${first}`, `node ${node}`, `instance ${second}`]);
  });

  test('of a node is which instance last had the address in its name, where nobody states it', async () => {
    const times = {
      [`address#${account}#10.0.1.17`]: {
        instance: [`2026-09-02T10:00:00.000Z ${second}`, `2026-09-01T10:00:00.000Z ${first}`],
      },
    };
    const [own, ...others] = await found(`node/${node}`, times);
    expect(own).toEqual({ subject: { kind: 'node', name: node }, item: {} }); // who else had it is none of its business
    expect(others.map(({ subject }) => subject.name)).toEqual([second]);
    const stated = {
      ...times,
      [`node#${account}#prod#${node}`]: { instance: [first], gone: ['2026-09-01T12:00:00.000Z'] },
    };
    const [told, ...led] = await found(`node/${node}`, stated);
    expect(told?.item).toEqual({ instance: [first], gone: ['2026-09-01T12:00:00.000Z'] });
    expect(led.map(({ subject }) => subject.name)).toEqual([first]);
    const nowhere = { ...times, [`address#${account}#`]: { instance: [`2026-09-02T10:00:00.000Z ${second}`] } };
    expect(await named('node/worker-1', nowhere)).toEqual(['node worker-1']);
    const where = { accounts: [account, '444455556666'], clusters: ['prod'] };
    const apart = {
      [`address#${account}#10.0.1.17`]: { instance: [`2026-09-02T10:00:00.000Z ${second}`] },
      [`address#444455556666#10.0.1.17`]: { instance: [`2026-09-01T10:00:00.000Z ${first}`] },
    };
    expect(await named(`node/${node}`, apart, where)).toEqual([`node ${node}`, `instance ${second}`]);
  });

  test('is what every account and cluster knows, each thing once and in order', async () => {
    const where = { accounts: [account, '444455556666'], clusters: ['prod', 'test'] };
    const [own] = await found(
      'node/worker-1',
      {
        [`node#${account}#prod#worker-1`]: { gone: ['2026-09-02T12:00:00.000Z'] },
        [`node#444455556666#test#worker-1`]: {
          gone: ['2026-09-01T12:00:00.000Z'],
          joined: ['2026-09-01T10:00:00.000Z'],
        },
      },
      where,
    );
    expect(own?.item).toEqual({
      gone: ['2026-09-01T12:00:00.000Z', '2026-09-02T12:00:00.000Z'],
      joined: ['2026-09-01T10:00:00.000Z'],
    });
  });

  test('is asked of 25 things at most, and of what only findings know nothing is', async () => {
    const many = Array.from({ length: 40 }, (_, at) => `i-${at.toString(16).padStart(17, '0')}`);
    expect(await named(key, { [`key#${key}`]: { instance: many } })).toHaveLength(25);
    const asked: unknown[] = [];
    const observe = async (all: readonly unknown[]) => {
      asked.push(...all);
      return [];
    };
    const store = { ...memoryStore(), observe };
    expect(await knownOf(subjectOf('alice'), places, store)).toEqual([
      { subject: { kind: 'other', name: 'alice' }, item: {} },
    ]);
    expect(asked).toEqual([]);
  });
});

test('the moments of a life are told in words, each once', () => {
  const at = '2026-09-01T10:00:00.000Z';
  const instance = { subject: subjectOf(first), item: { launched: [at], joined: [at], terminated: [at], other: [at] } };
  const moments = momentsOf([
    instance,
    instance,
    { subject: subjectOf(key), item: { issued: [at] } },
    { subject: subjectOf(`node/${node}`), item: { gone: [at] } },
  ]);
  expect(moments.map(({ what }) => what)).toEqual([
    `${first} was launched`,
    `${first} joined as a node`,
    `${first} was terminated`,
    `${key} was issued`,
    `the node ${node} was deleted`,
  ]);
  expect(new Set(moments.map(({ time }) => time))).toEqual(new Set([Date.parse(at)]));
});
