import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { work as workAll } from '../../cli/findings/work.ts';
import { newsOf } from '../../core/announce/transitions.ts';
import { type CaseLife, newLife } from '../../core/findings/case.ts';
import { findingId } from '../../core/findings/identity.ts';
import {
  type By,
  type Change,
  changed,
  hasEnded,
  isWorked,
  noteBytes,
  settled,
  trailCap,
} from '../../core/findings/life.ts';
import { finding } from '../announce/case.ts';
import { startTables, type Tables } from '../announce/tables.ts';
import { match, minute, noon } from './matches.ts';

const alice: By = { who: 'alice', at: noon + minute };
const seen = { last: noon };

describe('a life', () => {
  it.each<[Change, object]>([
    [{ act: 'acknowledge' }, { status: 'acknowledged', due: alice.at }],
    [{ act: 'resolve' }, { status: 'resolved', resolvedAt: alice.at, due: alice.at }],
    [
      { act: 'resolve', disposition: 'false-positive' },
      { status: 'resolved', disposition: 'false-positive', judged: { who: 'alice', at: alice.at } },
    ],
    [
      { act: 'suppress', until: noon + 9 * minute },
      { status: 'suppressed', suppressedUntil: noon + 9 * minute },
    ],
    [
      { act: 'assign', to: ' bob ' },
      { status: 'open', assignee: 'bob' },
    ],
    [
      { act: 'judge', disposition: 'benign' },
      { status: 'open', disposition: 'benign' },
    ],
  ])('after %j says what, who and when', (change, expected) => {
    expect(changed(newLife, seen, change, alice)).toMatchObject({
      ...expected,
      acts: 1,
      trail: [{ at: alice.at, who: 'alice', act: change.act }],
    });
  });

  it('tells the announcer of a new status, and of nothing else', () => {
    const told = (change: Change, by = alice) => changed({ ...newLife, status: 'open' }, seen, change, by).due;
    expect(told({ act: 'acknowledge' })).toBe(alice.at);
    expect(told({ act: 'note' }, { ...alice, note: 'looked at it' })).toBeUndefined();
    expect(told({ act: 'assign', to: 'bob' })).toBeUndefined();
    expect(told({ act: 'reopen' })).toBeUndefined();
    const quiet = changed(newLife, seen, { act: 'suppress', until: noon + 9 * minute }, alice);
    const longer = { act: 'suppress', until: noon + 99 * minute } as const;
    expect(changed(quiet, seen, longer, { who: 'bob', at: noon + 2 * minute })).toMatchObject({
      due: noon + 2 * minute,
      suppressedUntil: longer.until,
      worked: { status: 'suppressed', who: 'bob' },
    });
  });

  it('holds what the change says and no more', () => {
    expect(changed(newLife, seen, { act: 'acknowledge' }, { ...alice, note: ' mine ' })).toEqual({
      status: 'acknowledged',
      trail: [{ at: alice.at, who: 'alice', act: 'acknowledge', note: 'mine' }],
      acts: 1,
      transitions: [],
      worked: { status: 'acknowledged', who: 'alice', at: alice.at },
      due: alice.at,
    });
    const taken = changed(newLife, seen, { act: 'assign', to: 'bob' }, alice);
    expect(changed(taken, seen, { act: 'acknowledge' }, alice).assignee).toBe('bob');
    expect(changed(taken, seen, { act: 'assign', to: ' ' }, alice)).not.toHaveProperty('assignee');
    expect(changed(newLife, { last: noon + 9 * minute }, { act: 'resolve' }, alice).resolvedAt).toBe(noon + 9 * minute);
    expect(changed(newLife, seen, { act: 'resolve', upTo: 'seen' }, alice).resolvedAt).toBe(noon); // alice is later
  });

  it('that is resolved keeps what may be asked for again, and the number of what goes', () => {
    const marks = {
      kept: ['first', 'severity#high', 'principal#a', 'window#2026-09-02', 'since#2026-09-02', 'escalated#2026-09-01'],
      gone: ['reopened#1', 'resolved#1', 'acknowledged#1', 'suppressed#1', 'window#2026-09-01', 'since#2026-09-01'],
    };
    const life = { ...newLife, transitions: [...marks.gone, ...marks.kept] };
    const once = changed(life, seen, { act: 'resolve' }, alice);
    expect(once).toMatchObject({ transitions: marks.kept, dropped: 6 });
    const otherwise = { ...newLife, transitions: [...marks.kept, ...marks.gone] };
    expect(changed(otherwise, seen, { act: 'resolve' }, alice)).toMatchObject({ transitions: marks.kept, dropped: 6 });
    const twice = changed(
      { ...once, status: 'open', transitions: [...once.transitions, 'resolved#2'] },
      seen,
      { act: 'resolve' },
      alice,
    );
    expect(twice).toMatchObject({ transitions: marks.kept, dropped: 7 });
    expect(changed(life, seen, { act: 'acknowledge' }, alice)).toMatchObject({ transitions: life.transitions });
    expect(changed(newLife, seen, { act: 'resolve' }, alice)).not.toHaveProperty('dropped');
    const lasting = { ...newLife, transitions: ['first', 'principal#a'] };
    expect(changed(lasting, seen, { act: 'resolve' }, alice).transitions).toEqual(lasting.transitions);
  });

  it('that is resolved twice is said to be resolved once, whatever late events come', () => {
    const news = (life: CaseLife) => newsOf(finding({ ...life, last: noon, due: noon + 9 * minute }), []);
    const resolved = changed({ ...newLife, transitions: ['first'] }, seen, { act: 'resolve' }, alice);
    const marks = news(resolved)?.covers ?? [];
    expect(marks).toEqual([`resolved#${new Date(alice.at).toISOString()}`]);
    const said = { ...resolved, transitions: [...resolved.transitions, ...marks] };
    const judged = { act: 'resolve', disposition: 'benign' } as const;
    expect(news(changed(said, seen, judged, { who: 'bob', at: noon + 2 * minute }))).toBeUndefined();
  });

  it('that opens and closes every day for a year takes no more marks than after a month', () => {
    const day = 24 * 60 * minute;
    const said = (life: CaseLife, last: number): CaseLife => {
      const news = newsOf(finding({ severity: 'critical', ...life, first: noon, last, due: last + minute }), []);
      if (news === undefined) throw new Error('there is news');
      return { ...life, transitions: [...new Set([...life.transitions, ...news.covers])] };
    };
    const marksAfter = (days: number): number => {
      let life: CaseLife = newLife;
      for (let at = noon; at < noon + days * day; at += day) {
        life = said({ ...life, status: 'open' }, at);
        life = said(changed(life, { last: at }, { act: 'resolve' }, { who: 'alice', at: at + minute }), at);
      }
      return life.transitions.length;
    };
    expect(marksAfter(400)).toBe(marksAfter(30));
  });

  it('that a canary settles is resolved up to its newest event, unheard, with the marks that it still needs', () => {
    const life: CaseLife = {
      ...changed(newLife, seen, { act: 'suppress', until: noon + 9 * minute }, alice),
      transitions: ['first', 'severity#high', 'window#a', 'reopened#b', 'resolved#c', 'acknowledged#d', 'suppressed#e'],
    };
    const { due, worked, suppressedUntil, ...kept } = life;
    expect(
      settled({ ...kept, worked, suppressedUntil } as CaseLife, seen, { who: 'the canary', at: alice.at }),
    ).toEqual({
      ...kept,
      status: 'resolved',
      resolvedAt: noon,
      disposition: 'benign',
      judged: { who: 'the canary', at: alice.at },
      transitions: ['first', 'severity#high'],
    });
  });

  it('is suppressed until the end of that, and as it was worked until its status is another', () => {
    const ended = (over: object) => hasEnded({ status: 'suppressed', suppressedUntil: noon, ...over }, noon);
    expect([ended({}), ended({ suppressedUntil: noon + 1 }), ended({ status: 'open' })]).toEqual([true, false, false]);
    expect(hasEnded({ status: 'suppressed' }, noon)).toBe(false);
    const worked = { status: 'acknowledged', who: 'alice', at: noon } as const;
    expect([isWorked(worked, 'acknowledged'), isWorked(worked, 'open'), isWorked(undefined, 'open')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('loses its suppression with any other status, and keeps it with a note', () => {
    const quiet = changed(newLife, seen, { act: 'suppress', until: noon + 9 * minute }, alice);
    expect(changed(quiet, seen, { act: 'note' }, { ...alice, note: 'x' }).suppressedUntil).toBe(noon + 9 * minute);
    expect(changed(quiet, seen, { act: 'acknowledge' }, alice)).not.toHaveProperty('suppressedUntil');
  });

  it('keeps the newest of a long trail, and counts all', () => {
    let life = newLife;
    for (let at = 0; at < trailCap + 5; at++)
      life = changed(life, seen, { act: 'note' }, { who: 'alice', at, note: 'é'.repeat(5_000) });
    expect(life.trail).toHaveLength(trailCap);
    expect([life.acts, life.trail[0]?.at]).toEqual([trailCap + 5, 5]);
    expect(Buffer.byteLength(life.trail[0]?.note ?? '')).toBeLessThanOrEqual(noteBytes);
  });

  it('takes no secret into a note', () => {
    const note = `key is AKIAIOSFODNN7EXAMPLE / wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`;
    expect(JSON.stringify(changed(newLife, seen, { act: 'note' }, { ...alice, note }))).not.toContain('wJalrXUtnFEMI');
  });

  it.each<[string, Change, Partial<By>, RegExp]>([
    ['nobody', { act: 'acknowledge' }, { who: ' ' }, /who changes the finding/],
    ['a note of nothing', { act: 'note' }, { note: ' ' }, /needs a text/],
    ['a suppression that is over', { act: 'suppress', until: noon }, {}, /ends in the future/],
    ['one that ends as it begins', { act: 'suppress', until: alice.at }, {}, /ends in the future/],
  ])('refuses %s', (_, change, by, reason) => {
    expect(() => changed(newLife, seen, change, { ...alice, ...by })).toThrow(reason);
  });
});

describe('a life in the table', () => {
  let tables: Tables;
  let next = 0;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.stop());
  const fresh = async () => {
    const one = match({ key: { principal: `life-${next++}` } });
    await tables.findings.fold([one], noon);
    return findingId(one);
  };
  const read = async (id: string) => {
    const stored = await tables.findings.read(id);
    if (stored === undefined) throw new Error('it is not there');
    return stored.finding;
  };
  const work = async (id: string, change: Change, by: By = alice) => tables.findings.work(await read(id), change, by);

  it('comes back as it was written, with its trail', async () => {
    const id = await fresh();
    await work(id, { act: 'acknowledge' }, { ...alice, note: 'mine' });
    await work(id, { act: 'assign', to: 'bob' });
    await work(id, { act: 'suppress', until: noon + 99 * minute });
    await work(id, { act: 'resolve', disposition: 'true-positive' });
    const finding = await read(id);
    expect(finding).toMatchObject({
      status: 'resolved',
      assignee: 'bob',
      disposition: 'true-positive',
      judged: { who: 'alice', at: alice.at },
      worked: { status: 'resolved', who: 'alice', at: alice.at },
      acts: 4,
    });
    expect(finding).not.toHaveProperty('suppressedUntil');
    expect(finding.trail?.map(({ act, detail, note }) => [act, detail, note])).toEqual([
      ['acknowledge', undefined, 'mine'],
      ['assign', 'bob', undefined],
      ['suppress', new Date(noon + 99 * minute).toISOString(), undefined],
      ['resolve', 'true-positive', undefined],
    ]);
    expect((await tables.findings.list({})).items.map(one => one.id)).not.toContain(id);
  });

  it('that is resolved loses no mark that the announcer makes at the same time', async () => {
    const id = await fresh();
    await tables.findings.recordTransition(id, 'first', ['window#1', 'window#2']);
    const client = tables.local.connect();
    client.middlewareStack.add(
      (next, { commandName }) =>
        async args => {
          if (commandName === 'UpdateItemCommand') await tables.findings.recordTransition(id, 'principal#a', []);
          return next(args);
        },
      { step: 'initialize', name: 'meanwhile' },
    );
    const other = findingsTable(client, tables.local.tables.findings);
    expect(await other.work(await read(id), { act: 'resolve' }, alice)).toBe('set');
    expect(await read(id)).toMatchObject({ transitions: ['first', 'principal#a', 'window#2'], dropped: 1 });
  });

  it('lets one of two win, and the trail of neither is lost', async () => {
    const id = await fresh();
    const before = await read(id);
    const results = await Promise.all(
      ['bob', 'carol'].map(to => tables.findings.work(before, { act: 'assign', to }, alice)),
    );
    expect(results.toSorted()).toEqual(['changed', 'set']);
    expect((await read(id)).trail).toHaveLength(1);
  });

  it('stays with the finding through later matches', async () => {
    const id = await fresh();
    await work(id, { act: 'acknowledge' }, { ...alice, note: 'mine' });
    await tables.findings.fold(
      [match({ key: { principal: `life-${next - 1}` }, eventId: 'another', time: noon + minute })],
      noon + 2 * minute,
    );
    expect(await read(id)).toMatchObject({ status: 'acknowledged', count: 2, trail: [{ note: 'mine' }] });
  });

  it('is acknowledged while events pour in, but resolved only by who has seen them', async () => {
    const id = await fresh();
    const before = await read(id);
    const key = { principal: `life-${next - 1}` };
    await tables.findings.fold([match({ key, eventId: 'more', time: noon + minute })], noon + minute);
    expect(await tables.findings.work(before, { act: 'resolve' }, alice)).toBe('changed');
    expect(await tables.findings.work(before, { act: 'acknowledge' }, alice)).toBe('set');
  });

  it('is silenced while events pour in, but only as grave as it was seen', async () => {
    const id = await fresh();
    const before = await read(id);
    const key = { principal: `life-${next - 1}` };
    const silence = { act: 'suppress', until: Date.now() + 99 * minute } as const;
    await tables.findings.fold([match({ key, eventId: 'more', time: noon + minute })], noon + minute);
    expect(await tables.findings.work(before, silence, alice)).toBe('set');
    const graver = await fresh();
    const seen = await read(graver);
    const critical = { key: { principal: `life-${next - 1}` }, eventId: 'graver', severity: 'critical' } as const;
    await tables.findings.fold([match({ ...critical, time: noon + minute })], noon + minute);
    expect(await tables.findings.work(seen, silence, alice)).toBe('changed');
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const io = { stdout, stderr, stdin: new PassThrough() };
    expect(await workAll(tables.findings, [seen], silence, { by: 'alice' }, true, io)).toBe(1);
    expect(String(stderr.read())).toContain('changed meanwhile');
    expect((await read(graver)).status).toBe('open');
  });

  it('is news only to who heard of the finding', async () => {
    const id = await fresh();
    await work(id, { act: 'resolve' });
    const stored = await tables.findings.read(id);
    expect(stored && newsOf(stored.finding, stored.windows)).toBeUndefined();
    const heard = stored && { ...stored.finding, transitions: ['first'] };
    expect(heard && newsOf(heard, stored.windows)).toMatchObject({
      kind: 'resolved',
      id: `resolved#${new Date(alice.at).toISOString()}`,
      transitions: [{ value: 'alice' }],
    });
  });

  it('makes an answered case due for nobody', async () => {
    const id = await fresh();
    await work(id, { act: 'acknowledge' });
    const finding = await read(id);
    await tables.findings.clearDue(finding);
    await tables.findings.wake(id, noon);
    expect((await read(id)).due).toBeUndefined();
  });
});
