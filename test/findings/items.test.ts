import { describe, expect, it, test } from 'vitest';
import { caps } from '../../core/findings/caps.ts';
import type { CaseLife, StoredCase } from '../../core/findings/case.ts';
import { joinCase, newLife } from '../../core/findings/case.ts';
import { caseKey, contentItem, findingOfItem, lifeItem, monthOf, parseCase } from '../../core/findings/case-item.ts';
import { entityKey, namedBy } from '../../core/findings/entity.ts';
import { isGuarded } from '../../core/findings/guarded.ts';
import { findingId } from '../../core/findings/identity.ts';
import { byFinding } from '../../core/findings/memory.ts';
import { revisionOf } from '../../core/findings/revision.ts';
import { joinWindow } from '../../core/findings/window.ts';
import { entityItem, parseEntity, parseWindow, windowItem } from '../../core/findings/window-item.ts';
import { match, minute, noon } from './matches.ts';

const now = noon + minute;
const day = 24 * 60 * minute;
const many = <T>(count: number, of: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => of(at));

/** More than a case names, of the other source, in windows that come the newest first. */
const matches = [
  ...many(2, at => match({ source: 'kubernetes', cluster: 'prod', eventId: `e${at}`, time: noon - at * day })),
  match({
    ...{ source: 'kubernetes', cluster: 'prod', severity: 'critical', notes: ['controllers are guessed'] },
    resources: many(caps.resources + 1, at => `i-${String(at).padStart(17, '0')}`),
  }),
] as const;
const id = findingId(matches[0]);
const windows = byFinding(matches).flatMap(({ buckets }) =>
  buckets.map(([bucket, some]) => joinWindow(undefined, id, bucket, some)),
);
const { content } = joinCase(undefined, id, [matches[0], ...matches.slice(1)], windows, now);
/** All that people and the announcer may have written. */
const life: CaseLife = {
  status: 'suppressed',
  assignee: 'bob',
  disposition: 'benign',
  judged: { who: 'alice', at: noon },
  worked: { status: 'suppressed', who: 'carol', at: noon + 1 },
  suppressedUntil: noon + day,
  trail: [
    { at: noon, who: 'alice', act: 'judge', detail: 'benign', note: 'the nightly job' },
    { at: noon + 1, who: 'carol', act: 'suppress' },
  ],
  acts: 7,
  resolvedAt: noon - 1,
  due: noon + 2,
  transitions: ['first', 'severity#high'],
  captures: ['s3://evidence/a', 's3://evidence/b'],
};
const itemOf = (stored: StoredCase) => ({
  ...caseKey(id),
  ...contentItem(stored.content),
  ...lifeItem(stored.life),
});

describe("a case's item", () => {
  const cases: readonly (readonly [string, StoredCase])[] = [
    ['with all that it can have', { content, life }],
    ['that nobody has seen yet', { content: { ...content, ruleStatus: 'watching', more: true }, life: newLife }],
    ['that a canary resolved', { content, life: { ...newLife, status: 'resolved', disposition: 'gone' } }],
  ];
  it.each(cases)('%s reads back as what it was', (_, stored) =>
    expect(parseCase(itemOf(stored))).toEqual({ ...stored, revision: revisionOf(stored.content) }));

  it('has its windows by time and its sets in order, whatever order they come back in', () => {
    const { windows: all, ...item } = itemOf({ content, life });
    if (all === undefined || !('M' in all)) throw new Error('it has windows');
    const turned = {
      ...item,
      windows: { M: Object.fromEntries(Object.entries(all.M).reverse()) },
      transitions: { SS: ['severity#high', 'first'] },
      captures: { SS: ['s3://evidence/b', 's3://evidence/a'] },
    };
    const read = parseCase(turned);
    expect(Object.keys(read?.content.windows ?? {})).toEqual([String(noon - day), String(noon)]);
    expect(read?.life).toEqual(life);
    const written = lifeItem({ ...life, transitions: ['b', 'a'], captures: ['d', 'c'] });
    expect([written['transitions'], written['captures']]).toEqual([{ SS: ['a', 'b'] }, { SS: ['c', 'd'] }]);
  });

  it('is in the indexes of what is not resolved, of its month and of what is due, and expires by its newest event', () => {
    expect(itemOf({ content, life })).toMatchObject({
      open: { S: 'suppressed' },
      owed: { S: 'due' },
      due: { N: String(noon + 2) },
      priority: { S: '3#2026-09-01T12:00:00.000Z' },
      month: { S: '2026-09' },
      count: { N: '3' },
      expires: { N: String(noon / 1_000 + 400 * 86_400) },
    });
    expect(monthOf(noon)).toBe('2026-09');
    const resolved = itemOf({ content, life: { ...newLife, status: 'resolved' } });
    for (const index of ['open', 'owed', 'due', 'trail', 'transitions', 'captures'])
      expect(resolved).not.toHaveProperty(index);
  });

  it('is read past what a later version may have written there', () => {
    const item = itemOf({ content, life });
    const odd = { M: { act: { S: 'forgive' }, at: { N: '1' }, who: { S: 'dave' } } };
    const read = parseCase({
      ...item,
      status: { S: 'paused' },
      disposition: { S: 'unsure' },
      severity: { S: 'grave' },
      trail: { L: [odd, { S: 'x' }] },
      more: { S: 'yes' },
    });
    expect(read).toMatchObject({ life: { status: 'open', trail: [] }, content: { more: false } });
    // What is not known is not taken for harmless.
    expect(read?.content.best.severity).toBe('high');
    expect(read?.life).not.toHaveProperty('disposition');
  });

  it.each([
    ['nothing', undefined],
    ['a window', { ...itemOf({ content, life }), sk: { S: 'w#2026-09-01T12:00:00.000Z' } }],
    ['an announcement without a finding', { ...caseKey(id), transitions: { SS: ['first'] } }],
  ])('is no finding where it is %s', (_, item) => {
    expect(parseCase(item)).toBeUndefined();
    expect(findingOfItem(item)).toBeUndefined();
  });

  it('is the finding that a stream record holds', () =>
    expect(findingOfItem(itemOf({ content, life }))).toMatchObject({
      id,
      count: 3,
      severity: 'critical',
      assignee: 'bob',
    }));
});

describe("a window's item", () => {
  it('says whose record the evidence is where who speaks has none', () => {
    const [window] = windows;
    if (window === undefined) throw new Error('there are some');
    const witness = { ...window.best, shown: true, eventId: 'seen', severity: 'low' as const };
    const silent = { ...window, best: { ...window.best, shown: false }, witness };
    expect(parseWindow(windowItem(silent))).toEqual(silent);
  });

  it('reads back as what it was, and is no other', () => {
    for (const window of windows) {
      expect(parseWindow(windowItem(window))).toEqual(window);
      expect(parseWindow(windowItem({ ...window, more: true, seen: [] }))).toEqual({ ...window, more: true, seen: [] });
    }
    for (const source of ['cloudtrail', 'kubernetes'] as const) {
      const [window] = windows.map(one => ({ ...one, best: { ...one.best, source } }));
      expect(window && parseWindow(windowItem(window))).toEqual(window);
    }
    const [window] = windows.map(windowItem);
    expect(parseWindow({ ...window, sk: { S: 'case' } })).toBeUndefined();
    expect(parseWindow({ ...window, seen: { S: 'x' } })).toBeUndefined();
    expect(parseWindow({ sk: { S: 'w#x' } })).toBeUndefined();
  });

  it('is led to by rows of whom and what it names, which read back too', () => {
    const [, window] = windows;
    expect(window?.entities.members).toEqual(
      expect.arrayContaining([
        'principal#arn:aws:iam::111122223333:role/developer',
        'resource#i-0aaaabbbbccccdddd',
        'address#198.51.100.23',
      ]),
    );
    const row = { entity: 'principal#bob', finding: id, detection: 'a/b', account: '1', cluster: 'prod', bucket: noon };
    expect(parseEntity(entityItem(row))).toEqual(row);
  });
});

describe('an entity', () => {
  it('of a long name keeps its beginning and a hash, so that two are two', () => {
    const name = (length: number, end = 'x') => 'x'.repeat(length - 1) + end;
    expect(entityKey('resource', name(400))).toBe(`resource#${name(400)}`);
    const [one, other] = [entityKey('resource', name(401)), entityKey('resource', name(401, 'y'))];
    expect(one).toMatch(/^resource#x{400}#[0-9a-f]{16}$/);
    expect(other).not.toBe(one);
    expect(other.slice(0, 409)).toBe(one.slice(0, 409));
  });

  it('is whom or what a part of a key names; what names neither, or says nothing, is none', () => {
    const key = { principal: 'bob', user: 'unknown', range: '192.0.2.0/24', node: '', pod: 'none', unheard: 'x' };
    expect(namedBy({ ...key, verb: 'get', region: 'eu-west-1' })).toEqual([
      ['principal', 'bob'],
      ['address', '192.0.2.0/24'],
      ['resource', 'x'],
    ]);
  });
});

test('no button silences what is critical, or what says that the watch is blinded', () => {
  const guarded = [
    ['critical', 'cloudtrail/launch-burst'],
    ['low', 'pipeline/limit-reached'],
    ['low', 'cloudtrail/detection-disabled'],
  ] as const;
  const free = [
    ['high', 'cloudtrail/launch-burst'],
    ['high', 'cloudtrail/detection-disabled-again'],
    ['high', 'kubernetes/pipeline/'],
  ] as const;
  const of = ([severity, detection]: (typeof guarded | typeof free)[number]) => isGuarded({ severity, detection });
  expect([guarded.map(of), free.map(of)]).toEqual([
    [true, true, true],
    [false, false, false],
  ]);
});

test('a revision names content whatever the order of its members, and no other', () => {
  const revision = revisionOf({ a: 1, b: { c: [1, 2], d: null }, e: '' });
  expect(revision).toMatch(/^[\w-]{16}$/);
  expect(revisionOf({ e: '', b: { d: null, c: [1, 2] }, a: 1 })).toBe(revision);
  for (const other of [
    { a: 1, b: { c: [2, 1], d: null }, e: '' },
    { a: 1, b: { c: [1, 2], d: 0 }, e: '' },
    { a: 1, b: { c: [1, 2] }, e: '' },
  ])
    expect(revisionOf(other)).not.toBe(revision);
});
