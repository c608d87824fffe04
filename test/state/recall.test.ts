import { describe, expect, it, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Key, StateRule } from '../../core/detection.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { View } from '../../core/fact.ts';
import type { Json } from '../../core/json.ts';
import { absence } from '../../core/state/absence.ts';
import { askHeard, daysHeard, marksIn, marksOf, sinceScopes, streamOf } from '../../core/state/heard.ts';
import { imageScope, recallOwner } from '../../core/state/image.ts';
import { instanceScope, knownInstance, launchedByAnother, onNodes, recallInstance } from '../../core/state/instance.ts';
import { learnedIndex, learnedNames, nameLearned, revoke, revoked, revokedScope } from '../../core/state/learned.ts';
import { addressInName, addressScope, joinedScope, nodeScope } from '../../core/state/node.ts';
import type { Answer, Item } from '../../core/state/observation.ts';
import { policyScope, recallPolicy } from '../../core/state/policy.ts';
import { profileScope, roleAt, roleChange, rolesBefore } from '../../core/state/profile.ts';
import { recall } from '../../core/state/recall.ts';
import { leaveTrace, traceScopes, tracesIn, whoIn } from '../../core/state/trace.ts';

/** Rules that conclude from what others taught: what they read, what follows from it, and when they wait. */

const minute = 60_000;
const day = 86_400_000;
const time = Date.parse('2026-09-01T10:00:00Z');
const account = '111122223333';
const own = { eventId: 'e', time };

const viewOf = (facts: { readonly [name: string]: Json } = {}, eventName = 'X', again?: number): View<'cloudtrail'> => {
  const event = { ...call('ec2', eventName), id: 'e', time };
  return {
    event,
    record: event.record,
    fact: name => facts[name] ?? 'unknown',
    ...(again === undefined ? {} : { again }),
  };
};
const answered = (...items: readonly Item[]): readonly Answer[] => {
  const [item = {}, ...also] = items;
  return [{ item, also, full: false }];
};

describe('what is recalled', () => {
  const rule = (over: object = {}): StateRule<'cloudtrail'> =>
    recall<'cloudtrail'>({
      kind: 'k',
      doc: 'd',
      scopes: (_, key) => Object.values(key),
      conclude: (_, __, items) => items.map(item => ({ note: Object.keys(item).join() })),
      ...over,
    });

  it('is read at once, in its order, and only read', () => {
    expect(rule().observe(viewOf(), { a: 'x', b: 'y', c: 'z' })).toEqual([
      { scope: 'x', also: ['y', 'z'], expires: time },
    ]);
    expect(rule().observe(viewOf(), {})).toEqual([]);
    expect(rule({ stale: 5 }).observe(viewOf(), { a: 'x' })).toEqual([
      { scope: 'x', also: [], expires: time, stale: 5 },
    ]);
  });
  it('makes findings of its own event', () => {
    expect(rule().decide(viewOf(), {}, answered({ a: [] }, { b: [] }))).toEqual([
      { ...own, note: 'a' },
      { ...own, note: 'b' },
    ]);
    expect(rule().decide(viewOf(), {}, [])).toEqual([]);
  });
  it('waits only where the rule says that something may still come', () => {
    expect(rule()).toMatchObject({ kind: 'k', doc: 'd' });
    expect(rule().again).toBeUndefined();
    const again = (_: unknown, __: unknown, items: readonly Item[]) => ({ after: items.length });
    expect(rule({ again }).again?.(viewOf(), {}, answered({}, {}))).toEqual({ after: 2 });
    expect(rule({ again }).again?.(viewOf(), {}, [])).toEqual({ after: 0 });
  });
});

describe('an absence', () => {
  const rule = absence<'cloudtrail'>({
    doc: 'd',
    within: 10 * minute,
    scope: (_, key) => key['who'],
    set: 'came',
    streams: (_, key) => [`stream of ${key['who']}`],
    note: 'it never came',
  });
  const excused = absence<'cloudtrail'>({
    doc: 'd',
    within: 10 * minute,
    scope: (_, key) => key['who'],
    set: 'came',
    excuse: {
      scope: () => 'other',
      holds: (item, deadline) => (item['gone'] ?? []).some(one => Date.parse(one) <= deadline),
    },
    streams: () => ['stream'],
    note: 'it never came',
  });
  const key: Key = { who: 'alice' };
  const at = (minutes: number): string => new Date(time + minutes * minute).toISOString();
  const later = time + 30 * minute;

  it('reads what would end it, and what would excuse it', () => {
    expect(rule).toMatchObject({ kind: 'absence', doc: 'd' });
    expect(rule.observe(viewOf(), key)).toEqual([{ scope: 'alice', also: [], expires: time }]);
    expect(rule.observe(viewOf(), {})).toEqual([]);
    expect(excused.observe(viewOf(), key)).toEqual([{ scope: 'alice', also: ['other'], expires: time }]);
  });

  it.each<[string, Item, boolean]>([
    ['nothing came', {}, true],
    ['it came too late', { came: [at(11)] }, true],
    ['it came in time', { came: [at(10)] }, false],
    ['it came before', { came: [at(-5)] }, false],
    ['it came in time and again', { came: [at(3), at(20)] }, false],
    ['something else came', { other: [at(3)] }, true],
  ])('%s', (_, item, fires) => {
    const found = fires ? [{ ...own, note: 'it never came' }] : [];
    const wait = fires ? { after: time + 10 * minute, streams: ['stream of alice'] } : undefined;
    expect(rule.decide(viewOf({}, 'X', later), key, answered(item))).toEqual(found);
    expect(rule.decide(viewOf(), key, answered(item)), 'concludes nothing at first').toEqual([]);
    expect(rule.again?.(viewOf(), key, answered(item))).toEqual(wait);
  });

  it('is none where another item accounts for it, or where it can’t be told', () => {
    const again = viewOf({}, 'X', later);
    expect(excused.decide(again, key, answered({}, { gone: [at(9)] }))).toEqual([]);
    expect(excused.decide(again, key, answered({}, { gone: [at(11)] }))).toHaveLength(1);
    expect(excused.decide(again, key, answered({}))).toHaveLength(1);
    expect(excused.again?.(viewOf(), key, answered({}, { gone: [at(9)] }))).toBeUndefined();
    expect(rule.decide(again, {}, [])).toEqual([]);
    expect(rule.again?.(viewOf(), {}, [])).toBeUndefined();
  });
});

describe('an instance', () => {
  const instance = 'i-0aaaabbbbccccdddd';
  const nodes = onNodes();

  it('is a node where it was launched for a cluster, something else where it was launched, else unknown', () => {
    expect(knownInstance({})).toEqual({ launchSeen: false, kind: 'unknown', launchedBy: [], clusters: [] });
    expect(knownInstance({ launched: ['t'], launchedBy: ['r'] })).toEqual({
      launchSeen: true,
      kind: 'other',
      launchedBy: ['r'],
      clusters: [],
    });
    expect(knownInstance({ launched: ['t'], cluster: ['prod'] })).toMatchObject({ kind: 'node', clusters: ['prod'] });
    expect(knownInstance({ cluster: ['prod'] })).toMatchObject({ launchSeen: false, kind: 'node' });
  });

  it.each<[string, Item, boolean, readonly object[]]>([
    ['a node', { launched: ['t'], cluster: ['dev', 'prod'] }, false, [{ ...own, note: 'a node of dev, prod' }]],
    ['no node', { launched: ['t'] }, false, []],
    ['unknown', {}, true, [{ ...own, severity: 'medium', note: 'its launch was not seen, so it may be no node' }]],
  ])('that is %s is judged as one', (_, item, waits, found) => {
    expect(nodes.decide(viewOf({}, 'X', time + day), { instance }, answered(item))).toEqual(found);
    expect(nodes.decide(viewOf(), { instance }, answered(item))).toEqual(waits ? [] : found);
    expect(nodes.again?.(viewOf(), { instance }, answered(item))).toEqual(waits ? { after: time } : undefined);
  });

  it('that the key does not name is unknown, and never waited for', () => {
    expect(nodes.observe(viewOf(), { instance })).toEqual([
      { scope: `instance#${account}#${instance}`, also: [], expires: time },
    ]);
    expect(nodes.observe(viewOf(), { other: 'x' })).toEqual([]);
    expect(nodes.again?.(viewOf(), {}, [])).toBeUndefined();
    expect(nodes.decide(viewOf(), {}, [])).toMatchObject([{ severity: 'medium' }]);
    expect(nodes).toMatchObject({
      kind: 'recall-instance',
      doc: expect.stringMatching(/^Full severity .*\. Where the launch was not seen it is judged/),
    });
  });

  it('is not waited for where its launch makes no difference', () => {
    const same = recallInstance('d', () => ({ note: 'whatever it is' }));
    expect(same.again?.(viewOf(), { instance }, answered({}))).toBeUndefined();
    expect(same.decide(viewOf(), { instance }, answered({}))).toEqual([{ ...own, note: 'whatever it is' }]);
    const byLaunch = recallInstance('d', ({ launchSeen }) => (launchSeen ? { note: 'seen' } : undefined));
    expect(byLaunch.again?.(viewOf(), { instance }, answered({}))).toEqual({ after: time });
    const byCluster = recallInstance('d', ({ clusters }) => (clusters.length > 0 ? { note: 'of one' } : undefined));
    expect(byCluster.again?.(viewOf(), { instance }, answered({}))).toEqual({ after: time });
    const byNode = recallInstance('d', ({ kind }) => (kind === 'node' ? { note: 'a node' } : undefined));
    expect(byNode.again?.(viewOf(), { instance }, answered({}))).toEqual({ after: time });
    const byKind = recallInstance('d', ({ kind }) => (kind === 'unknown' ? { note: 'unknown' } : undefined));
    expect(byKind.again?.(viewOf(), { instance }, answered({}))).toEqual({ after: time });
    const byOther = recallInstance('d', ({ kind, launchedBy }) =>
      kind === 'other' && launchedBy.length === 0 ? { note: 'other' } : undefined,
    );
    expect(byOther.again?.(viewOf(), { instance }, answered({}))).toEqual({ after: time });
  });
});

describe('an instance that another launched', () => {
  const key: Key = { instance: 'i-0aaaabbbbccccdddd' };
  const [self, other] = ['arn:aws:iam::111122223333:role/prod-karpenter', 'arn:aws:iam::111122223333:role/developer'];
  const view = (again?: number) => viewOf({ 'principal.id': self }, 'X', again);
  const rule = launchedByAnother();

  it.each<[string, Item, readonly object[]]>([
    ['is found', { launched: ['t'], launchedBy: [other, 'x'] }, [{ ...own, note: `it was launched by ${other}, x` }]],
    ['is not where it was the same', { launched: ['t'], launchedBy: [other, self] }, []],
  ])('%s', (_, item, found) => {
    expect(rule.decide(view(), key, answered(item))).toEqual(found);
    expect(rule.again?.(view(), key, answered(item))).toBeUndefined();
  });

  it('is waited for where its launch was not seen, and then left alone', () => {
    expect(rule.again?.(view(), key, answered({}))).toEqual({ after: time });
    expect(rule.decide(view(), key, answered({}))).toEqual([]);
    expect(rule.decide(view(time + day), key, answered({}))).toEqual([]);
    expect(rule.doc).toMatch(/^Fires where the launch of the instance was seen and was by another principal/);
  });
});

describe('the owner of an image', () => {
  const image = 'ami-0123456789abcdef0';
  const facts = (approval: string, id = image): { readonly [name: string]: Json } => ({
    'launch.images': [
      { id: 'ami-0ther', approval: 'owner-unknown' },
      { id, approval },
    ],
    'launch.approved-owners': ['amazon', account],
  });
  const high = { ...own, severity: 'high', note: 'its owner is 444455556666, someone' };

  it('is asked for by the image', () => {
    expect(recallOwner).toMatchObject({
      kind: 'recall-owner',
      doc: expect.stringMatching(/^Where owners are approved/),
    });
    expect(recallOwner.observe(viewOf(), { image })).toEqual([
      { scope: `image#${image}`, expires: time + 60 * minute },
    ]);
    expect(recallOwner.observe(viewOf(), {})).toEqual([{ scope: imageScope(''), expires: time + 60 * minute }]);
  });
  it.each<[string, ReturnType<typeof facts>, Item, readonly object[]]>([
    ['is not known', facts('owner-unknown'), {}, [own]],
    ['was approved', facts('owner-unknown'), { owner: ['444455556666', 'amazon'] }, []],
    ['is another', facts('owner-unknown'), { owner: ['444455556666', 'someone'] }, [high]],
    ['makes no difference', facts('not-approved'), { owner: ['444455556666', 'someone'] }, [own]],
    ['of another image is open', facts('owner-unknown', 'ami-0else'), { owner: ['someone'] }, [own]],
  ])('%s', (_, told, item, found) => {
    expect(recallOwner.decide(viewOf(told), { image }, answered(item))).toEqual(found);
  });
  it('is not known where nothing was answered', () => {
    expect(recallOwner.decide(viewOf(facts('owner-unknown')), { image }, [])).toEqual([own]);
    expect(
      recallOwner.decide(
        viewOf({ 'launch.images': [{ id: '', approval: 'owner-unknown' }] }),
        {},
        answered({ owner: ['x'] }),
      ),
    ).toMatchObject([{ severity: 'high' }]);
  });
});

describe('a policy', () => {
  const arn = `arn:aws:iam::${account}:policy/x`;
  const facts = { 'iam.policy': arn, 'iam.policy-name': 'KarpenterNodePolicy' };
  const rule = recallPolicy('node', /^Karpenter/);

  it.each(['CreatePolicyVersion', 'SetDefaultPolicyVersion'])('is asked for by %s', name => {
    expect(rule.observe(viewOf(facts, name), {})).toEqual([{ scope: `policy#${arn}`, expires: time + 60 * minute }]);
    expect(rule.decide(viewOf(facts, name), { a: 'b' }, answered({ node: ['r1', 'r2'], controller: ['c'] }))).toEqual([
      { ...own, key: { a: 'b', role: 'r1, r2' } },
    ]);
    expect(rule.decide(viewOf(facts, name), { a: 'b' }, answered({ controller: ['c'] }))).toEqual([
      { ...own, note: "it is a node's policy by its name" },
    ]);
    expect(rule.decide(viewOf(facts, name), {}, [])).toHaveLength(1);
    expect(rule.decide(viewOf({ ...facts, 'iam.policy-name': 'Other' }, name), {}, answered({}))).toEqual([]);
    expect(recallPolicy('controller').decide(viewOf(facts, name), {}, answered({}))).toEqual([]);
    expect(recallPolicy('controller').decide(viewOf(facts, name), {}, answered({ controller: ['c'] }))).toHaveLength(1);
  });
  it('is not asked for where the call names a role', () => {
    expect(rule.observe(viewOf(facts, 'AttachRolePolicy'), {})).toEqual([]);
    expect(rule.decide(viewOf(facts, 'AttachRolePolicy'), {}, [])).toEqual([own]);
    expect(rule).toMatchObject({ kind: 'recall-policy', doc: expect.stringMatching(/attached to a node role/) });
  });
});

describe('what was learned', () => {
  const name = { kind: 'egress', subject: '198.51.100.23', scope: 'x#y' } as const;
  it('is named in the account’s index, quietly and without reading', () => {
    expect(nameLearned(account, name, time)).toEqual({
      scope: learnedIndex(account),
      add: { names: ['["egress","198.51.100.23","x#y"]'] },
      cap: 1_000,
      quiet: true,
      read: false,
      expires: time + 90 * day,
    });
    expect(learnedIndex(account)).toBe(`learned#${account}`);
    const [cut] = nameLearned(account, { ...name, subject: 'x'.repeat(300) }, time).add?.['names'] ?? [];
    expect(cut).toBe(`["egress","${'x'.repeat(200)}","x#y"]`);
  });
  it('is read back from it', () => {
    expect(learnedNames(nameLearned(account, name, time).add ?? {})).toEqual([name]);
    expect(learnedNames({})).toEqual([]);
    expect(learnedNames({ names: ['[]', '["egress"]', '["egress","a"]', '["egress","a","b"]'] })).toEqual([
      { kind: 'egress', subject: 'a', scope: 'b' },
    ]);
  });
  it('is taken back beside the item that holds it', () => {
    const taken = revoke('x#y', '198.51.100.23', time);
    expect(taken).toEqual({
      scope: 'revoked#x#y',
      add: { revoked: ['2026-09-01T10:00:00.000Z 198.51.100.23'] },
      cap: 1_000,
      expires: time + 400 * day,
    });
    expect(revokedScope('x#y')).toBe('revoked#x#y');
    expect([...revoked(taken.add)]).toEqual(['198.51.100.23']);
    expect([...revoked({}), ...revoked(undefined)]).toEqual([]);
    expect(revoke('x', 'y'.repeat(300), time).add).toEqual({
      revoked: [`2026-09-01T10:00:00.000Z ${'y'.repeat(200)}`],
    });
  });
});

test.each([
  [instanceScope('1', 'i'), 'instance#1#i'],
  [joinedScope('1', 'i'), 'joined#1#i'],
  [nodeScope('1', 'c', 'n'), 'node#1#c#n'],
  [addressScope('1', 'a'), 'address#1#a'],
  [imageScope('ami'), 'image#ami'],
  [policyScope('arn'), 'policy#arn'],
  [policyScope('x'.repeat(600)), `policy#${'x'.repeat(512)}`],
  [profileScope('1', 'p'), 'instance-profile#1#p'],
  [streamOf('cloudtrail', '1', 'c'), 'heard#cloudtrail#1'],
  [streamOf('kubernetes', '1', 'c'), 'heard#kubernetes#1#c'],
])('%s names an item', (scope, expected) => expect(scope).toBe(expected));

test.each([
  ['ip-10-0-1-17', '10.0.1.17'],
  ['ip-10-0-1-17.eu-west-1.compute.internal', '10.0.1.17'],
  ['ip-192-168-100-255', '192.168.100.255'],
  ['ip-10-0-1', ''],
  ['ip-10-0-1-1234', ''],
  ['ip-1000-0-1-17', ''],
  ['ip-10-1000-1-17', ''],
  ['ip-10-0-1000-17', ''],
  ['ip-10-0-1-17x', ''],
  ['xip-10-0-1-17', ''],
  ['i-0aaaabbbbccccdddd', ''],
])('%s is named after %j', (name, address) => expect(addressInName(name)).toBe(address));

describe('a role that a profile carried', () => {
  it('is told by change and time', () => {
    expect(roleChange(time, 'a role')).toBe('2026-09-01T10:00:00.000Z a role');
    expect(roleAt({ added: [roleChange(time, 'a role')] }, time)).toBe('a role');
    expect(roleAt({}, time)).toBeUndefined();
    const added = [roleChange(time, 'a')];
    expect(roleAt({ added, removed: [roleChange(time, 'a')] }, time + 1)).toBe('a');
    expect(roleAt({ added, removed: [roleChange(time + 1, 'b')] }, time + 2)).toBe('a');
    expect(roleAt({ added, removed: [roleChange(time + 2, 'a')] }, time + 1)).toBe('a');
    expect(roleAt({ added, removed: [roleChange(time + 1, 'a')] }, time + 1)).toBeUndefined();
  });
});

test('the roles that a profile carried before a time are those that were put into it until then, oldest first', () => {
  const added = [roleChange(time, 'a role'), roleChange(time + 1, 'b'), roleChange(time + 2, 'c')];
  expect(rolesBefore({ added, removed: [roleChange(time, 'd')] }, time + 2)).toEqual(['a role', 'b']);
  expect(rolesBefore({ added }, time)).toEqual([]);
  expect(rolesBefore({}, time)).toEqual([]);
});

describe('a stream leaves', () => {
  const at = (moment: number, over: object = {}): AnyEvent => ({ ...call('ec2', 'X'), time: moment, ...over });

  it('one mark for each quarter of an hour, kept eight days, and one for each day', () => {
    const marks = marksOf([at(time), at(time + minute), at(time + 15 * minute), at(time + 2 * minute), at(time + day)]);
    const scope = `heard#cloudtrail#${account}`;
    expect(marks).toEqual([
      {
        scope: `${scope}#2026-09-01`,
        add: { marks: ['2026-09-01T10:00:00.000Z'] },
        cap: 96,
        expires: time + 8 * day,
        read: false,
      },
      expect.objectContaining({ scope: expect.stringContaining('#days#'), add: { days: ['2026-09-01'] }, read: false }),
      expect.objectContaining({ scope: `${scope}#2026-09-01`, add: { marks: ['2026-09-01T10:15:00.000Z'] } }),
      expect.objectContaining({ scope: `${scope}#2026-09-02`, add: { marks: ['2026-09-02T10:00:00.000Z'] } }),
      expect.objectContaining({ scope: expect.stringContaining('#days#'), add: { days: ['2026-09-02'] } }),
    ]);
    const days = marks[1];
    expect(days?.expires).toBe(Date.parse('2026-09-01') + 91 * day);
    expect(askHeard('s', time)).toEqual({ scope: 's#2026-09-01', also: ['s#2026-09-02'], expires: time });
    expect(sinceScopes(scope, time)).toEqual([
      days?.scope,
      days?.scope.replace(/\d+$/, number => `${Number(number) - 1}`),
    ]);
    expect(days?.scope).toBe(`${scope}#days#${Math.floor(time / (30 * day))}`);
  });
  it('marks of its own, whatever else is heard in between', () => {
    const kubernetes = (cluster: string) => at(time, { source: 'kubernetes', cluster, record: {} });
    const marks = marksOf([
      at(time),
      kubernetes('a'),
      kubernetes('b'),
      at(time, { account: '444455556666' }),
      at(time),
      kubernetes('a'),
    ]);
    expect(marks.filter(({ add }) => add?.['marks']).map(({ scope }) => scope)).toEqual([
      `heard#cloudtrail#${account}#2026-09-01`,
      `heard#kubernetes#${account}#a#2026-09-01`,
      `heard#kubernetes#${account}#b#2026-09-01`,
      'heard#cloudtrail#444455556666#2026-09-01',
    ]);
  });
  it('marks of its own where only its source or its account is another', () => {
    const scopes = (other: object) =>
      marksOf([at(time, { cluster: '' }), at(time, { cluster: '', ...other })]).filter(({ add }) => add?.['marks']);
    expect(scopes({ source: 'kubernetes' })).toHaveLength(2);
    expect(scopes({ account: '444455556666' })).toHaveLength(2);
    expect(scopes({})).toHaveLength(1);
  });
  it('no mark in years beyond reach', () => {
    expect(marksOf([at(Number.NaN), at(8.7e15), at(-8.7e15), at(Number.POSITIVE_INFINITY)])).toEqual([]);
    expect(marksOf([at(8.64e14)]).length).toBeGreaterThan(0);
    expect(marksOf([])).toEqual([]);
  });
  it('marks that are read back once each, oldest first', () => {
    const [first, second] = ['2026-09-01T10:00:00.000Z', '2026-09-01T10:15:00.000Z'];
    expect(marksIn([{ marks: [second, first] }, {}, { marks: [first] }])).toEqual([time, time + 15 * minute]);
    expect(daysHeard([{ days: ['2026-09-01'] }], Date.parse('2026-09-01'))).toBe(0);
  });
});

describe('a trace', () => {
  const left = leaveTrace('name', { time: time + 7, by: 'x'.repeat(600) }, 30 * minute);
  it('lies in the bucket of its time, for twice its span and a day more', () => {
    expect(left).toEqual({
      scope: `name#${time}`,
      add: { traces: [`2026-09-01T10:00:00.007Z ${'x'.repeat(512)}`] },
      cap: 64,
      expires: time + 60 * minute + day,
    });
    expect(traceScopes('name', time + 7, 30 * minute)).toEqual([`name#${time}`, `name#${time - 30 * minute}`]);
  });
  it('is found oldest first, and who left it by name', () => {
    const traces = [5, 1, 3].map(at => `${new Date(time + at).toISOString()} ${at === 1 ? 'z' : 'a'}`);
    const found = tracesIn([{ traces }, {}], time + 5, 5);
    expect(found).toEqual([
      { time: time + 1, by: 'z' },
      { time: time + 3, by: 'a' },
      { time: time + 5, by: 'a' },
    ]);
    expect(whoIn(found)).toEqual(['a', 'z']);
    expect(tracesIn([{ traces }], time + 4, 3)).toHaveLength(2);
    expect(tracesIn([{ traces }], time + 5, 3)).toHaveLength(2);
  });
});
