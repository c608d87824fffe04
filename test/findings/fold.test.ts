import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newsOf } from '../../core/announce/transitions.ts';
import { severities } from '../../core/detection.ts';
import { caps } from '../../core/findings/caps.ts';
import { type CaseLife, findingOf, joinCase, newLife } from '../../core/findings/case.ts';
import { bucketOf, findingId } from '../../core/findings/identity.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { joinWindow, windowOf } from '../../core/findings/window.ts';
import type { Match } from '../../core/match.ts';
import { type MatchParts, match, matches, minute, noon, redelivered } from './matches.ts';

const now = noon + 5 * 60 * minute;
const day = 24 * 60 * minute;

const folded = async (batches: readonly (readonly Match[])[], at = now) => {
  const findings = memoryFindings();
  for (const batch of batches) await findings.fold(batch, at);
  return findings;
};
const only = async (batches: readonly (readonly Match[])[], at = now) => {
  const [one, ...others] = (await folded(batches, at)).list();
  if (one === undefined || others.length > 0) throw new Error(`${others.length + 1} findings instead of one`);
  return one;
};

describe('the case a match belongs to', () => {
  const id = (over: MatchParts) => findingId(match(over));
  it('has an id of 16 hex characters', () => expect(id({})).toMatch(/^[0-9a-f]{16}$/));
  it.each<[string, MatchParts]>([
    ['time', { time: noon + 1 }],
    ['event', { eventId: 'other' }],
    ['region', { region: 'us-east-1' }],
    ['severity', { severity: 'low' }],
    ['title', { title: 'other' }],
    ['participants', { principals: [], resources: [], addresses: [] }],
  ])('is the same whatever the %s', (_, over) => expect(id(over)).toBe(id({})));
  it.each<[string, MatchParts]>([
    ['detection', { detection: 'cloudtrail/other' }],
    ['account', { account: '444455556666' }],
    ['cluster', { cluster: 'prod' }],
    ['key value', { key: { principal: 'other' } }],
    ['key part', { key: { person: 'arn:aws:iam::111122223333:role/developer' } }],
  ])('is another with another %s', (_, over) => expect(id(over)).not.toBe(id({})));
  it('does not depend on the order of key parts', () =>
    expect(id({ key: { a: '1', b: '2' } })).toBe(id({ key: { b: '2', a: '1' } })));
  it('does not confuse values that join to the same text', () =>
    expect(id({ key: { a: '1","b', b: '' } })).not.toBe(id({ key: { a: '1', b: 'b' } })));
});

describe('folding', () => {
  it('makes a finding with one window of one match', async () => {
    expect(await only([[match()]])).toMatchObject({
      finding: {
        count: 1,
        exact: true,
        status: 'open',
        severity: 'high',
        first: noon,
        last: noon,
        due: now,
        transitions: [],
      },
      windows: [
        { bucket: noon, count: 1, exact: true, evidence: { eventName: 'RunInstances' }, eventIds: [match().eventId] },
      ],
    });
  });
  it('counts an event once, whatever is delivered again', async () => {
    expect((await only([[match()], [match(), match()], [match()]])).finding.count).toBe(1);
  });
  it('keeps the first and last time and the highest severity', async () => {
    const { finding, windows } = await only([
      [match({ eventId: 'b', time: noon + 2 * minute, severity: 'critical', title: 'worse' })],
      [match({ eventId: 'a', time: noon + minute, severity: 'low', title: 'mild' })],
      [match({ eventId: 'c', time: noon + 3 * minute, severity: 'low', title: 'mild' })],
    ]);
    expect(finding).toMatchObject({
      first: noon + minute,
      last: noon + 3 * minute,
      severity: 'critical',
      title: 'worse',
      count: 3,
    });
    expect(windows).toMatchObject([{ first: noon + minute, last: noon + 3 * minute, severity: 'critical' }]);
  });
  it('lets the earliest of the most severe matches speak, one with evidence rather than one without', async () => {
    const { windows } = await only([
      [match({ eventId: 'a', evidence: null, title: 'without' })],
      [match({ eventId: 'c', time: noon + 2, title: 'later' })],
      [match({ eventId: 'b', time: noon + 1, title: 'earlier', evidence: { call: 'b' } })],
    ]);
    expect(windows).toMatchObject([{ title: 'earlier', evidence: { call: 'b' } }]);
  });
  it.each<[string, MatchParts, MatchParts]>([
    ['the more severe', { severity: 'critical', time: noon + 1, evidence: null }, { severity: 'high' }],
    ['one with evidence', { time: noon + 1 }, { evidence: null }],
    ['the earlier', { eventId: 'b' }, { eventId: 'a', time: noon + 1 }],
    ['the lesser event id', { eventId: 'a', title: '9 calls' }, { eventId: 'b', title: '10 calls' }],
    ['the greater count of an event', { title: '10 calls' }, { title: '9 calls' }],
    ['the lesser region, of what is else alike', { region: 'eu-west-1' }, { region: 'us-east-1' }],
    ['the lesser evidence, of what is else alike', { evidence: { a: 1 } }, { evidence: { a: 2 } }],
  ])('lets %s of two matches speak, together or one by one, in any order', async (_, speaks, other) => {
    const [one, two] = [match({ title: 'speaks', ...speaks }), match({ title: 'is silent', ...other })];
    const alike = speaks.region !== undefined || speaks.evidence !== undefined;
    const silent = alike ? { ...two, title: 'speaks' } : two;
    for (const batches of [[[one, silent]], [[silent, one]], [[one], [silent]], [[silent], [one]]]) {
      const { finding, windows } = await only(batches);
      expect([finding.title, finding.region, windows[0]?.title]).toEqual([one.title, one.region, one.title]);
      // A record is kept though who has it does not speak.
      expect(windows[0]?.evidence).toEqual(JSON.parse(JSON.stringify(one.evidence ?? silent.evidence)));
    }
  });
  it('keeps the best record there is where graver things are said of events known by their ids alone', async () => {
    const change = match({ eventId: 'b', time: noon + 1, severity: 'high', evidence: { call: 'b' } });
    const later = match({ eventId: 'c', time: noon + 2, severity: 'high', evidence: { call: 'c' } });
    const graver = match({ eventId: 'c', time: noon + 2, severity: 'critical', title: 'it ran', evidence: null });
    const gravest = match({
      eventId: 'd',
      time: noon + 3,
      severity: 'critical',
      title: 'ran',
      evidence: { call: 'd' },
    });
    for (const batches of [[[graver, later, change]], [[change], [later], [graver]], [[graver], [change, later]]]) {
      expect((await only(batches)).windows).toMatchObject([
        { severity: 'critical', title: 'it ran', evidence: { call: 'b' } },
      ]);
      expect((await only([...batches, [gravest]])).windows).toMatchObject([{ title: 'ran', evidence: { call: 'd' } }]);
    }
  });
  it("makes two windows of a burst across an hour's edge", async () => {
    const { finding, windows } = await only([
      [match({ time: noon - 1, eventId: 'a' }), match({ time: noon, eventId: 'b' })],
    ]);
    expect(finding.count).toBe(2);
    expect(windows.map(({ bucket, count }) => [bucket, count])).toEqual([
      [noon - 60 * minute, 1],
      [noon, 1],
    ]);
  });
  it('counts to 1,000 in a window exactly and says "or more" from there, across windows too', async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => match({ eventId: `e${at}` }));
    expect((await only([many])).finding).toMatchObject({ count: 1_000, exact: true });
    const { finding, windows } = await only([
      many,
      [match({ eventId: 'one more' })],
      many.slice(0, 1),
      [match({ eventId: 'next', time: noon + 61 * minute })],
    ]);
    expect(finding).toMatchObject({ count: 1_001, exact: false });
    expect(windows.map(({ count, exact }) => [count, exact])).toEqual([
      [1_000, false],
      [1, true],
    ]);
  });
  it('counts the newest 400 windows, and says "or more" of a case that had others', async () => {
    const hourly = Array.from({ length: 401 }, (_, at) => match({ eventId: `e${at}`, time: noon - at * 60 * minute }));
    expect((await only([hourly.slice(0, 400)])).finding).toMatchObject({ count: 400, exact: true });
    const twice = await folded([hourly.slice(0, 1), hourly.slice(1)]);
    expect(twice.list()[0]?.finding).toMatchObject({ count: 400, exact: false });
    const [kept] = twice.stored().map(({ case: { content } }) => Object.keys(content.windows));
    expect(kept).toEqual(
      hourly
        .slice(0, 400)
        .map(({ time }) => String(time))
        .toReversed(),
    );
    await twice.fold([match({ eventId: 'newer', time: noon + 60 * minute })], now);
    expect(twice.list()[0]?.finding).toMatchObject({ count: 400, exact: false });
  });
  it('names participants of one moment by name, and nobody by an empty one', async () => {
    const resources = ['i-b', '', 'i-a', 'i-c', 'i-b'];
    const { finding } = await only([[match({ resources, key: { z: '1', a: '2', m: '3' } })]]);
    expect(finding.resources).toEqual(['i-a', 'i-b', 'i-c']);
    expect(Object.keys(finding.key)).toEqual(['a', 'm', 'z']);
    const all = Array.from({ length: caps.resources }, (_, at) => `i-${at}`);
    expect((await only([[match({ resources: all })]])).finding.notes).toEqual([]);
  });
  it('names the first of too many participants and says that there were more', async () => {
    const many = Array.from({ length: 200 }, (_, at) =>
      match({ eventId: `e${at}`, time: noon + at, resources: [`i-${String(999 - at)}`] }),
    );
    const { finding } = await only([many.toReversed()]);
    expect(finding.resources).toEqual(many.slice(0, caps.resources).flatMap(({ resources }) => resources));
    expect(finding.notes).toEqual(['names only the first 100 resources: there were more']);
  });
  it.each([Number.NaN, Number.NEGATIVE_INFINITY, -1, 8.64e15, 1e300])('takes a clock that says %s', async time => {
    const { finding } = await only([[match({ time })]]);
    expect(finding.first).toBeGreaterThanOrEqual(0);
    expect(new Date(finding.last).toISOString()).toHaveLength(24);
  });
});

describe('a case is due', () => {
  it('for a fresh match', async () => expect((await only([[match()]])).finding.due).toBe(now));
  it('not for an event over 24 hours old', async () => {
    expect((await only([[match()]], noon + day)).finding.due).toBe(noon + day);
    expect((await only([[match()]], noon + day + 1)).finding.due).toBeUndefined();
  });
  it('not while its detection is watched only, and then for the first match that alerts', async () => {
    const watching = match({ status: 'watching' });
    expect((await only([[watching]])).finding).toMatchObject({ ruleStatus: 'watching' });
    expect((await only([[watching]])).finding.due).toBeUndefined();
    expect((await only([[watching], [match({ eventId: 'b' })]])).finding).toMatchObject({
      ruleStatus: 'alerting',
      due: now,
    });
  });
  it('for one that alerts among others that do not', async () => {
    const batch = [match({ status: 'watching', eventId: 'a' }), match({ time: noon - 2 * day, eventId: 'b' }), match()];
    expect((await only([batch])).finding.due).toBe(now);
  });
  it('for a fresh match of a case that a replay of old logs made', async () => {
    const findings = memoryFindings();
    await findings.fold([match({ time: noon - 2 * day, eventId: 'old' })], now);
    await findings.fold([match()], now);
    expect(findings.list()[0]?.finding).toMatchObject({ due: now, count: 2 });
  });
});

describe('a stored case', () => {
  /** Stored with one match and a life, and joined with another match. */
  const joined = (life: Partial<CaseLife>, over: MatchParts = {}) => {
    const window = (one: Match) => joinWindow(undefined, id, bucketOf(one.time, one.window), [one]);
    const before = match();
    const id = findingId(before);
    const { content } = joinCase(undefined, id, [before], [window(before)], noon);
    const next = match({ eventId: 'next', time: noon + minute, ...over });
    return joinCase({ content, life: { ...newLife, ...life } }, id, [next], [window(next)], now).life;
  };
  const judged = { who: 'alice', at: noon };

  it.each<[string, Partial<CaseLife>, object]>([
    ['opens again by a later event', { status: 'resolved', resolvedAt: noon }, { status: 'open', resolvedAt: noon }],
    ['stays resolved by an earlier one', { status: 'resolved', resolvedAt: noon + minute }, { status: 'resolved' }],
    ['stays suppressed', { status: 'suppressed', resolvedAt: noon }, { status: 'suppressed' }],
    [
      'keeps what a person found of it',
      { status: 'resolved', resolvedAt: noon, disposition: 'benign', judged },
      { status: 'open', disposition: 'benign', judged },
    ],
  ])('%s', (_, life, expected) => expect(joined(life)).toMatchObject(expected));

  it.each(['mended', 'gone'] as const)('that was %s is not, once it is found again', disposition => {
    const life = joined({ status: 'resolved', resolvedAt: noon, disposition, judged });
    expect(life.status).toBe('open');
    expect(life).not.toHaveProperty('disposition');
    expect(life).not.toHaveProperty('judged');
  });

  const all = [match()] as const;
  const window = joinWindow(undefined, findingId(match()), noon, all);
  const stored = joinCase(undefined, findingId(match()), all, [window], noon);
  const said = newsOf(findingOf(stored), [windowOf(window)])?.covers ?? [];
  it.each<[string, Partial<CaseLife>, MatchParts, number | undefined]>([
    ['since it was, whatever comes', { due: noon - 1 }, { resources: ['i-new'] }, noon - 1],
    ['for nothing that was said', { transitions: said }, {}, undefined],
    ['for somebody new', { transitions: said }, { principals: ['bob'] }, now],
    [
      'for another window, of which only all windows tell whether it is news',
      { transitions: said },
      { time: noon + 61 * minute },
      now,
    ],
  ])('is due %s', (_, life, over, due) => expect(joined(life, over).due).toBe(due));
});

/** What the matches come to, said the slow way: over all of them at once, without joining anything. */
const expected = (all: readonly Match[]) =>
  [...Map.groupBy(all, findingId)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, mine]) => {
      const severity = severities[Math.max(...mine.map(one => severities.indexOf(one.severity)))];
      const events = (some: readonly Match[]) => new Set(some.map(({ eventId }) => eventId)).size;
      return {
        id,
        severity,
        count: events(mine),
        first: Math.min(...mine.map(({ time }) => time)),
        last: Math.max(...mine.map(({ time }) => time)),
        principals: [...new Set(mine.flatMap(({ principals }) => principals))].sort(),
        regions: [...new Set(mine.map(({ region }) => region))].sort(),
        windows: [...Map.groupBy(mine, ({ time, window }) => bucketOf(time, window))]
          .sort(([a], [b]) => a - b)
          .map(([bucket, some]) => ({ bucket, count: events(some) })),
      };
    });

describe('law 1: any order, grouping and repetition of the same matches', () => {
  it('makes the same findings, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(matches, { minLength: 1, maxLength: 25 })
          .chain(all => fc.tuple(fc.constant(all), redelivered(all), redelivered(all))),
        async ([all, one, other]) => {
          const [a, b] = [await folded(one), await folded(other)];
          expect(a.stored()).toEqual(b.stored());
          expect(
            a.list().map(({ finding, windows }) => ({
              id: finding.id,
              severity: finding.severity,
              count: finding.count,
              first: finding.first,
              last: finding.last,
              principals: finding.principals.toSorted(),
              regions: finding.regions.toSorted(),
              windows: windows.map(({ bucket, count }) => ({ bucket, count })),
            })),
          ).toEqual(expected(all));
        },
      ),
      { numRuns: 300 },
    );
  });
  it('holds above every cap', async () => {
    const flood = Array.from({ length: 1_300 }, (_, at) =>
      match({
        eventId: `e${at}`,
        time: noon + ((at * 7_919) % 3_000_000),
        resources: [`i-${at}`],
        principals: [`p-${at % 70}`],
        addresses: [`192.0.2.${at % 256}`],
        notes: [`note ${at % 30}`],
      }),
    );
    const shuffled = flood.toSorted((a, b) =>
      a.eventId.slice(-1) + a.eventId < b.eventId.slice(-1) + b.eventId ? -1 : 1,
    );
    const [a, b] = [
      await folded([flood]),
      await folded([shuffled.slice(0, 700), shuffled.slice(600), shuffled.slice(0, 10)]),
    ];
    expect(a.stored()).toEqual(b.stored());
  });
});
