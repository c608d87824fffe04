import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUnanswered, newsOf } from '../../core/announce/transitions.ts';
import { severities } from '../../core/detection.ts';
import type { Finding, Window } from '../../core/finding.ts';
import { at, finding, hour, window } from './case.ts';

const say = (over: Partial<Finding>, windows: readonly Window[] = [window()]) => newsOf(finding(over), windows);

/** The case after everything there was to say was said, with what changed since. */
const since = (over: Partial<Finding>, windows: readonly Window[] = [window()]) => {
  const told = say({})?.covers ?? [];
  return newsOf(finding({ transitions: told, ...over }), windows);
};
const kinds = (news: ReturnType<typeof newsOf>) => news?.transitions.map(({ kind, value }) => [kind, value]) ?? [];

describe('nothing is said', () => {
  test.each<[string, Partial<Finding>]>([
    ['of what is only watched', { ruleStatus: 'watching' }],
    ['of an item without a count', { count: 0 }],
    ['of an item whose count was lost', { count: Number.NaN }],
    ['of what is not due', { due: undefined as never }],
    ['of events over 24 hours old when read', { due: at + 24 * hour + 1 }],
    ['of a resolved case', { status: 'resolved', resolvedAt: at }],
    ['of a case that was suppressed before anyone heard of it', { status: 'suppressed' }],
  ])('%s', (_, over) => {
    expect(say(over)).toBeUndefined();
    expect(newsOf({ ...finding(), ...over, severity: 'critical', transitions: [] }, [])).toBeUndefined();
  });

  test('twice', () => {
    expect(since({})).toBeUndefined();
  });
});

test('the first match is said once, with all that the case shows', () => {
  const news = say({ count: 12 });
  expect(news).toMatchObject({ id: 'first', kind: 'first' });
  expect(kinds(news)).toEqual([['first', '']]);
  expect(news?.covers).toEqual(
    expect.arrayContaining(['first', 'severity#high', 'window#2026-09-01T10:00:00.000Z', 'repeats#10']),
  );
});

test('an event exactly 24 hours old when read is still said', () => {
  expect(say({ due: at + 24 * hour })?.id).toBe('first');
});

describe.each(['open', 'acknowledged', 'suppressed'] as const)('in an %s case', status => {
  test.each<[string, Partial<Finding>, [string, string][]]>([
    ['a raised severity', { severity: 'critical' }, [['severity', 'critical']]],
    [
      'a new principal',
      { principals: [...finding().principals, 'arn:aws:iam::111122223333:user/mallory'] },
      [['principal', 'arn:aws:iam::111122223333:user/mallory']],
    ],
    ['a new source address', { addresses: ['198.51.100.23', '192.0.2.66'] }, [['address', '192.0.2.66']]],
    ['a new region', { regions: ['ap-south-1', 'eu-west-1'] }, [['region', 'ap-south-1']]],
    ['a new resource', { resources: ['i-0aaaabbbbccccdddd', 'i-0eeee'] }, [['resource', 'i-0eeee']]],
    [
      'several at once, the gravest leading',
      { severity: 'critical', addresses: ['192.0.2.66', '198.51.100.23'] },
      [
        ['severity', 'critical'],
        ['address', '192.0.2.66'],
      ],
    ],
  ])('%s is news', (_, over, expected) => {
    expect(kinds(since({ ...over, status }))).toEqual(expected);
  });

  test('a lower or equal severity is none', () => {
    expect(since({ severity: 'low', status })).toBeUndefined();
  });
});

describe('repeats', () => {
  test.each([
    [9, []],
    [10, ['repeats#10']],
    [99, ['repeats#10']],
    [100, ['repeats#10', 'repeats#100']],
    [1_000, ['repeats#10', 'repeats#100', 'repeats#1000']],
  ])('at %i events are %j', (count, ids) => {
    expect(since({ count })?.transitions.map(({ id }) => id) ?? []).toEqual(ids);
  });

  test('are not said of a suppressed case', () => {
    expect(since({ count: 1_000, status: 'suppressed' })).toBeUndefined();
  });
});

describe('continuation', () => {
  const hours = (...starts: readonly number[]) =>
    starts.map(start => window({ bucket: at + start * hour, first: at + start * hour, last: at + start * hour }));
  const told = say({})?.covers ?? [];

  test('of a burst across a bucket edge is said of the second window', () => {
    expect(since({ due: at + hour }, hours(0, 1))?.id).toBe('window#2026-09-01T11:00:00.000Z');
  });

  test('is not said of a suppressed case', () => {
    expect(since({ due: at + hour, status: 'suppressed' }, hours(0, 1))).toBeUndefined();
  });

  test('is not said of a window that old logs made before the ones we know', () => {
    expect(since({ due: at + hour }, hours(0, -30, -31, -32))).toBeUndefined();
  });

  test('is not said of a window whose events were over 24 hours old when read', () => {
    expect(since({ due: at + 27 * hour, last: at + 4 * hour }, hours(0, 1))).toBeUndefined();
  });

  test('is said of a window whose events are just not older than that, and of what is newer than what was said', () => {
    const due = at + hour + 24 * hour;
    expect(kinds(since({ due, last: at + hour }, hours(0, 1)))).toEqual([['continuation', '2026-09-01T11:00:00.000Z']]);
    expect(since({ due: at + hour }, hours(1, 0))?.id).toBe('window#2026-09-01T11:00:00.000Z');
    // As many windows as before, or more of them: nothing later came.
    const marks = [...told, 'window#2026-09-01T11:00:00.000Z'];
    expect(since({ due: at + hour, transitions: marks }, hours(-5, -4, -3, -2, -1, 0, 1))).toBeUndefined();
    expect(since({}, [])).toBeUndefined();
  });

  test('is said after exactly a day, and not a moment sooner where the number has not doubled', () => {
    const marks = [...told, 'window#2026-09-01T12:00:00.000Z'];
    const next = (start: number) =>
      newsOf(finding({ transitions: marks, last: at + start * hour, due: at + start * hour }), hours(0, 1, 2, start));
    const three = (start: number) =>
      newsOf(
        finding({ transitions: marks, last: at + start * hour, due: at + start * hour }),
        hours(0, 1, 1.5, 2, start),
      );
    expect(next(26)?.kind).toBe('continuation');
    expect(three(26)?.kind).toBe('continuation');
    expect(three(25.9)).toBeUndefined();
  });

  test('of a case that goes on for a week makes at most twelve messages', () => {
    let marks = [...told];
    let said = 0;
    for (let now = 1; now < 7 * 24; now++) {
      const windows = hours(...Array.from({ length: now + 1 }, (_, start) => start));
      const news = newsOf(finding({ transitions: marks, last: at + now * hour, due: at + now * hour }), windows);
      if (news === undefined) continue;
      said++;
      marks = [...marks, ...news.covers];
    }
    expect(said).toBeGreaterThanOrEqual(7);
    expect(said).toBeLessThanOrEqual(12);
  });

  test('of a case that goes on for ever comes to one message a week; of a critical one that nobody took up to one a day', () => {
    const saidIn = (days: number, over: Partial<Finding> = {}, opened = 0): number => {
      let marks = [...told, `window#${new Date(at + opened * hour).toISOString()}`];
      let said = 0;
      for (let now = opened + 1; now < opened + days * 24; now++) {
        const windows = hours(...Array.from({ length: 48 }, (_, ago) => now - ago)); // the newest, as the announcer reads them
        const news = newsOf(
          finding({ ...over, transitions: marks, last: at + now * hour, due: at + now * hour }),
          windows,
        );
        if (news === undefined) continue;
        said++;
        marks = [...marks, ...news.covers];
      }
      return said;
    };
    expect(saidIn(30) - saidIn(9)).toBe(3);
    expect(saidIn(90) - saidIn(20)).toBe(10);
    expect(saidIn(90, { status: 'acknowledged' })).toBe(saidIn(90));
    const [critical, taken] = [{ severity: 'critical' }, { severity: 'critical', status: 'acknowledged' }] as const;
    expect(saidIn(30, critical) - saidIn(10, critical)).toBe(20);
    expect(saidIn(30, taken) - saidIn(10, taken)).toBeLessThan(4);
    const silent = { detection: 'pipeline/source-silent' };
    expect(saidIn(30, silent) - saidIn(10, silent)).toBe(20);
    // One that was opened again begins anew.
    expect(saidIn(7, { resolvedAt: at + 1_000 * hour }, 1_001)).toBeGreaterThanOrEqual(saidIn(7) - 1);
  });

  test('is said when a day had passed in between', () => {
    const windows = hours(0, 1, 2, 30);
    const marks = [...told, 'window#2026-09-01T12:00:00.000Z'];
    expect(newsOf(finding({ transitions: marks, last: at + 30 * hour, due: at + 30 * hour }), windows)?.id).toBe(
      'window#2026-09-02T16:00:00.000Z',
    );
  });
});

describe('a case that was resolved', () => {
  const resolvedAt = at + hour;

  test('is reopened by a later event, once for each resolution, saying all that is new', () => {
    const late = { resolvedAt, last: at + 2 * hour, due: at + 2 * hour, addresses: ['192.0.2.66', '198.51.100.23'] };
    const news = since(late);
    expect(kinds(news)).toEqual([
      ['reopened', '2026-09-01T11:00:00.000Z'],
      ['address', '192.0.2.66'],
    ]);
    const told = [...(say({})?.covers ?? []), ...(news?.covers ?? [])];
    expect(since({ ...late, transitions: told })).toBeUndefined();
    expect(since({ ...late, transitions: told, resolvedAt: at + 1.5 * hour })?.kind).toBe('reopened');
  });

  test('before anybody heard of it is first when it is, and not reopened besides', () => {
    const first = say({ resolvedAt, last: at + 2 * hour, due: at + 2 * hour });
    expect(kinds(first)).toEqual([['first', '']]);
    const heard = { transitions: first?.covers ?? [], resolvedAt, last: at + 2 * hour, due: at + 2 * hour };
    expect(say(heard)).toBeUndefined();
  });

  test('and is read as it was before it was opened again is reopened all the same', () => {
    const late = { status: 'resolved', resolvedAt, last: at + 2 * hour, due: at + 2 * hour } as const;
    expect(since(late)?.kind).toBe('reopened');
  });

  test('is not reopened by its newest event, nor is one that never was', () => {
    expect(since({ resolvedAt, last: resolvedAt, due: at + 2 * hour })).toBeUndefined();
    expect(since({ last: at + 2 * hour, due: at + 2 * hour })).toBeUndefined();
  });

  test('is not reopened by an event from before its resolution', () => {
    expect(since({ resolvedAt, last: at + hour, status: 'resolved', addresses: ['192.0.2.66'] })).toBeUndefined();
  });
});

test('whatever grows in whatever steps: every value is said exactly once, and ids never repeat', () => {
  const growth = fc.array(
    fc.record({
      principal: fc.constantFrom('a', 'b', 'c'),
      address: fc.constantFrom('192.0.2.1', '192.0.2.2'),
      severity: fc.constantFrom(...severities),
      count: fc.integer({ min: 1, max: 60 }),
      look: fc.boolean(),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(growth, steps => {
      let stored = finding({ principals: [], addresses: [], resources: [], regions: [], severity: 'low', count: 0 });
      const ids: string[] = [];
      const look = () => {
        const news = newsOf(stored, [window()]);
        if (news === undefined) return;
        ids.push(...news.transitions.map(({ id }) => id));
        stored = { ...stored, transitions: [...new Set([...stored.transitions, ...news.covers])] };
      };
      for (const step of steps) {
        stored = {
          ...stored,
          count: stored.count + step.count,
          principals: [...new Set([...stored.principals, step.principal])].sort(),
          addresses: [...new Set([...stored.addresses, step.address])].sort(),
          severity:
            severities[Math.max(severities.indexOf(stored.severity), severities.indexOf(step.severity))] ?? 'low',
        };
        if (step.look) look();
      }
      look();
      expect(new Set(ids).size).toBe(ids.length);
      expect(newsOf(stored, [window()])).toBeUndefined();
      expect(stored.transitions).toContain(`severity#${stored.severity}`);
      expect(stored.transitions.filter(id => id.startsWith('principal#'))).toHaveLength(stored.principals.length);
    }),
  );
});

describe('a case that names one more with each event', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `team-a/secret-${index}`);
  /** How many of these are known when something is said, where each is looked at as it comes. */
  const saidAt = (many: number, over: (count: number) => Partial<Finding>): readonly number[] => {
    let transitions: readonly string[] = [];
    return Array.from({ length: many }, (_, index) => index + 1).filter(count => {
      const news = newsOf(finding({ ...over(count), transitions }), [window()]);
      transitions = [...transitions, ...(news?.covers ?? [])];
      return news !== undefined;
    });
  };
  const doublings = [1, 2, 3, 4, 8, 16, 32, 64];

  test('is said of the first few, then at each doubling, and when it names as many as it can', () => {
    expect(saidAt(100, count => ({ resources: names(count) }))).toEqual([...doublings, 100]);
    expect(saidAt(50, count => ({ principals: names(count) }))).toEqual([...doublings.slice(0, -1), 50]);
    expect(saidAt(50, count => ({ addresses: names(count) }))).toEqual([...doublings.slice(0, -1), 50]);
    expect(saidAt(40, count => ({ regions: names(count) }))).toEqual([...doublings.slice(0, -1), 40]);
  });

  test('is full once: what is earlier and comes late takes a place, and is not said for that', () => {
    const full = say({ principals: names(50) })?.covers ?? [];
    const displaced = [...names(49), 'earlier'];
    expect(newsOf(finding({ principals: displaced, transitions: full }), [window()])).toBeUndefined();
  });

  test.each<Finding['status']>([
    'acknowledged',
    'suppressed',
  ])('and that people took up (%s) is said of everybody new, and of things as before', status => {
    const all = Array.from({ length: 19 }, (_, index) => index + 2);
    const heard = (over: Partial<Finding>) => ({ ...over, status, worked: undefined as never });
    const first = say({ principals: names(1), resources: names(1) })?.covers ?? [];
    const again = (kind: 'principals' | 'resources') => {
      let transitions: readonly string[] = first;
      return all.filter(count => {
        const both = { principals: names(1), resources: names(1), [kind]: names(count) };
        const news = newsOf(finding({ ...heard(both), transitions }), [window()]);
        transitions = [...transitions, ...(news?.covers ?? [])];
        return news !== undefined;
      });
    };
    expect(again('principals')).toEqual(all);
    expect(again('resources')).toEqual([2, 3, 4, 8, 16]);
  });

  test('says all that is new when it says something', () => {
    const told = say({ resources: names(5) })?.covers ?? [];
    const quiet = { resources: names(7), transitions: told };
    expect(newsOf(finding(quiet), [window()])).toBeUndefined();
    expect(kinds(newsOf(finding({ ...quiet, regions: ['eu-west-1', 'us-east-1'] }), [window()]))).toEqual([
      ['region', 'us-east-1'],
      ['resource', 'team-a/secret-5'],
      ['resource', 'team-a/secret-6'],
    ]);
  });
});

describe('what people do', () => {
  const heard = { transitions: say({})?.covers ?? [] };
  const by = (status: 'acknowledged' | 'resolved' | 'suppressed') => ({
    ...heard,
    status,
    worked: { status, who: 'alice', at: at + hour },
    ...(status === 'resolved' ? { resolvedAt: at + hour } : {}),
    due: at + hour,
  });

  test.each([
    'acknowledged',
    'resolved',
    'suppressed',
  ] as const)('a case that is %s is said once, with who did it', status => {
    const news = say(by(status));
    expect(kinds(news)).toEqual([[status, 'alice']]);
    expect(news?.id).toBe(`${status}#2026-09-01T11:00:00.000Z`);
    expect(say({ ...by(status), transitions: [...heard.transitions, ...(news?.covers ?? [])] })).toBeUndefined();
  });

  test('is said of an old case too, but old events are not', () => {
    const due = at + 400 * hour;
    expect(kinds(say({ ...by('acknowledged'), principals: ['someone new'], due }))).toEqual([
      ['acknowledged', 'alice'],
    ]);
  });

  test('comes after who else takes part', () => {
    expect(kinds(say({ ...by('acknowledged'), principals: ['someone new'] })).map(([kind]) => kind)).toEqual([
      'principal',
      'acknowledged',
    ]);
  });

  test('is not news of a case that an event opened again', () => {
    expect(kinds(say({ ...by('resolved'), status: 'open', last: at + 2 * hour, due: at + 2 * hour }))[0]?.[0]).toBe(
      'reopened',
    );
  });
});

describe('a critical case', () => {
  const told = say({ severity: 'critical' })?.covers ?? [];
  const since = at + 60_000;
  const later = (over: object = {}) =>
    say({ severity: 'critical', transitions: told, due: since + 15 * 60_000, ...over });

  test('that waited 15 minutes is said again, once', () => {
    expect(later({ due: since + 15 * 60_000 - 1 })).toBeUndefined();
    const news = later();
    expect(kinds(news)).toEqual([['escalated', new Date(since).toISOString()]]);
    expect(news?.id).toBe(`escalated#${new Date(since).toISOString()}`);
    expect(later({ transitions: [...told, ...(news?.covers ?? [])], due: since + hour })).toBeUndefined();
  });

  test.each([
    ['acknowledged', { status: 'acknowledged' }],
    ['not critical', { severity: 'high' }],
    ['only watched', { ruleStatus: 'watching' }],
  ])('is not when it is %s', (_, over) => {
    expect(kinds(later(over)).map(([kind]) => kind)).not.toContain('escalated');
  });

  test('is looked for by the sweep as it is by the announcer', () => {
    const stored = (over: Partial<Finding> = {}) => finding({ severity: 'critical', transitions: told, ...over });
    const quarter = 15 * 60_000;
    expect(isUnanswered(stored(), since + quarter)).toBe(true);
    expect(isUnanswered(stored(), since + quarter - 1)).toBe(false);
    expect(isUnanswered(stored(), since + 60_000, 60_000)).toBe(true);
    expect(isUnanswered(stored({ ruleStatus: 'watching' }), since + hour)).toBe(false);
    expect(isUnanswered(stored({ status: 'acknowledged' }), since + hour)).toBe(false);
    expect(isUnanswered(stored({ transitions: [] }), since + hour)).toBe(false);
    // Said again of what waits since it was reopened, though it waited before.
    const again = [
      ...told,
      `escalated#${new Date(since).toISOString()}`,
      `since#${new Date(since + hour).toISOString()}`,
    ];
    expect(isUnanswered(stored({ transitions: again }), since + hour + quarter - 1)).toBe(false);
    expect(isUnanswered(stored({ transitions: again }), since + hour + quarter)).toBe(true);
  });

  test('waits from the moment it became critical', () => {
    const first = say({})?.covers ?? [];
    const raised = say({ severity: 'critical', transitions: first, due: at + hour })?.covers ?? [];
    const marks = { severity: 'critical' as const, transitions: [...first, ...raised] };
    expect(say({ ...marks, due: at + hour + 14 * 60_000 })).toBeUndefined();
    expect(kinds(say({ ...marks, due: at + hour + 15 * 60_000 }))).toEqual([
      ['escalated', new Date(at + hour).toISOString()],
    ]);
  });
});
