import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoStore } from '../../adapters/state-table.ts';
import {
  ageText,
  digestOf,
  gravest,
  lineOf,
  type Notice,
  noticeSchema,
  readNotice,
} from '../../core/announce/notice.ts';
import { noticeSlack, noticeSubject, noticeTerminal, noticeText } from '../../core/announce/notice-text.ts';
import { slackLimits } from '../../core/announce/slack.ts';
import { stormOf, stormTime } from '../../core/announce/storm.ts';
import type { Finding } from '../../core/finding.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { at, finding, hour } from './case.ts';
import { hostile } from './hostile.ts';
import { startTables, type Tables } from './tables.ts';

const id = (n: number) => n.toString(16).padStart(16, '0');
const many = (count: number, over = {}) => Array.from({ length: count }, (_, n) => finding({ id: id(n), ...over }));

const omit = ({ due: _, ...rest }: Finding): Finding => rest;

describe('a digest', () => {
  test('says how many of each severity are open, the gravest and oldest first', () => {
    const digest = digestOf(
      [
        finding({ id: id(1) }),
        finding({ id: id(2), severity: 'critical', first: at + hour }),
        finding({ id: id(3), severity: 'critical', status: 'acknowledged', assignee: 'bob' }),
      ],
      false,
      at + 3 * hour,
    );
    expect(digest).toMatchObject({
      id: 'digest:2026-09-01',
      severity: 'critical',
      headline: 'Daily digest 2026-09-01: 3 open, 2 of them not acknowledged',
      counts: [
        { label: 'critical', count: 2 },
        { label: 'high', count: 1 },
      ],
    });
    expect(digest.findings.map(one => one.id)).toEqual([id(3), id(2), id(1)]);
    expect(noticeText(digest)).toContain('CRITICAL  180m'.replace('180m', '  3h'));
    expect(noticeText(digest)).toContain('(bob)');
  });

  test('says that nothing is open, and names what it leaves out', () => {
    expect(digestOf([], false, at)).toMatchObject({
      headline: 'Daily digest 2026-09-01: nothing is open',
      severity: 'low',
    });
    const digest = digestOf(many(40), true, at);
    expect(digest.headline).toContain('40+ open');
    expect(noticeText(digest)).toContain('and 25 or more others');
  });

  test('is read back as it was written, and nothing else is', () => {
    const digest = digestOf(many(3), false, at);
    expect(readNotice(JSON.parse(JSON.stringify(digest)))).toEqual(digest);
    expect(() => readNotice({ schema: noticeSchema, id: 1 })).toThrow(/not a notice of tripline\/notice\/1: /);
  });

  test.each(hostile)('shows %j as text on every channel, within its limits', text => {
    const digest = digestOf(many(20, { title: text, assignee: text, severity: 'high' }), false, at);
    const slack = noticeSlack({ ...digest, principal: text, account: text, detection: text });
    const texts = slack.attachments[0].blocks.flatMap(block =>
      block.type === 'context' ? block.elements.map(one => one.text) : 'text' in block ? [block.text.text] : [],
    );
    for (const shown of texts) {
      expect(shown.length).toBeLessThanOrEqual(slackLimits.text);
      expect(shown).not.toMatch(/<[!@#]|<http/);
    }
    expect(slack.attachments[0].blocks.length).toBeLessThanOrEqual(slackLimits.blocks);
    for (const shown of [noticeText(digest), noticeTerminal({ ...digest, principal: text }, false)])
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(noticeSubject(digest)).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
  });
});

describe('on each channel', () => {
  const digest = digestOf(
    [
      finding({ id: id(1), title: 'one', status: 'acknowledged', assignee: 'bob' }),
      finding({ id: id(2), title: 'two', severity: 'low' }),
    ],
    false,
    at + 50 * hour,
  );
  const shared = {
    schema: noticeSchema as typeof noticeSchema,
    at: new Date(at).toISOString(),
    exact: false,
    counts: [] satisfies Notice['counts'],
  };
  const storm: Notice = {
    ...{ ...shared, id: 'storm:x', kind: 'storm', severity: 'high', headline: 'Storm', advice: 'Look.' },
    ...{ detection: 'a/b', account: '111122223333', cluster: 'prod', principal: 'mallory', total: 7 },
    findings: [lineOf(finding({ id: id(3), title: 'three' }))],
  };
  const suppression: Notice = {
    ...{
      ...shared,
      id: 'suppression:x',
      kind: 'suppression',
      severity: 'high',
      headline: 'Made',
      advice: '',
      exact: true,
    },
    ...{ detection: '', account: '', cluster: '', principal: 'alice', total: 0, findings: [] },
    suppression: { id: 's', reason: 'a test', owner: 'team', expires: '2026-10-01', when: '{}' },
  };

  test('a digest is a list', () => {
    expect(noticeSubject(digest)).toBe('[HIGH] Daily digest 2026-09-03: 2 open, 1 of them not acknowledged');
    expect(noticeText(digest)).toBe(
      [
        'HIGH  Daily digest 2026-09-03: 2 open, 1 of them not acknowledged',
        '1 high, 1 low',
        '',
        `HIGH       50h  acknowledged  ${id(1)}  one (bob)`,
        `LOW        50h  open          ${id(2)}  two`,
        '',
        'tripline findings',
        '',
        '--',
        'notice digest:2026-09-03',
        '',
      ].join('\n'),
    );
    expect(noticeSlack(digest)).toEqual({
      text: '🟧 Daily digest 2026-09-03∶ 2 open, 1 of them not acknowledged',
      blocks: [
        {
          type: 'header',
          text: {
            type: 'plain_text',
            text: '🟧 Daily digest 2026-09-03: 2 open, 1 of them not acknowledged',
            emoji: false,
          },
        },
      ],
      attachments: [
        {
          color: '#e8710a',
          blocks: [
            ...[
              '1 high, 1 low',
              `🟧 50h \`one\` acknowledged \`${id(1)}\` \`bob\`\n🟦 50h \`two\` open \`${id(2)}\``,
              'tripline findings',
            ].map(text => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
            { type: 'context', elements: [{ type: 'mrkdwn', text: 'notice `digest:2026-09-03`', verbatim: true }] },
          ],
        },
      ],
      unfurl_links: false,
      unfurl_media: false,
    });
  });

  test('a storm names whom it is about, and one of its findings', () => {
    expect(noticeText(storm)).toContain(
      ['HIGH  Storm', 'Detection: a/b', 'Who:       mallory', 'Account:   111122223333', 'Cluster:   prod', ''].join(
        '\n',
      ),
    );
    expect(noticeText(storm)).toContain('and 6 or more others\n\nLook.\n');
    expect(noticeTerminal(storm, false)).toBe(
      [
        '[HIGH] Storm',
        '  detection  a/b',
        '  who        mallory',
        '  account    111122223333',
        '  cluster    prod',
        '  example    three',
        '  Look.',
      ].join('\n'),
    );
    const slack = noticeSlack(storm).attachments[0].blocks.map(block => ('text' in block ? block.text.text : ''));
    expect(slack.slice(0, 3)).toEqual([
      '*Detection* `a/b`\n*Who* `mallory`\n*Account* `111122223333`\n*Cluster* `prod`',
      `🟧 0m \`three\` open \`${id(3)}\`\nand 6 or more others`,
      'Look.',
    ]);
    expect(
      noticeSlack({ ...storm, exact: true }).attachments[0].blocks.some(block =>
        JSON.stringify(block).includes('and 6 others'),
      ),
    ).toBe(true);
  });

  test('a suppression is who, why, whose, until when and what', () => {
    expect(noticeText(suppression)).toBe(
      [
        'HIGH  Made',
        'Who:       alice',
        'Id:        s',
        'Reason:    a test',
        'Owner:     team',
        'Until:     2026-10-01',
        'Pattern:   {}',
        '',
        '--',
        'notice suppression:x',
        '',
      ].join('\n'),
    );
    expect(noticeTerminal(suppression, true).split('\n')[0]).toBe('\u001b[1;31m HIGH \u001b[0m Made');
    expect(readNotice(JSON.parse(JSON.stringify(suppression)))).toEqual(suppression);
    expect(() => readNotice({ ...suppression, suppression: { id: 's' } })).toThrow(': suppression.reason: ');
    expect(() => readNotice('x')).toThrow(': the whole: ');
    for (const status of ['open', 'acknowledged', 'resolved', 'suppressed'] as const)
      expect(readNotice({ ...storm, findings: [lineOf(finding({ status }))] }).findings[0]?.status).toBe(status);
  });

  test('is empty of what a digest is not about, and cut where a title is long', () => {
    expect(digest).toMatchObject({
      detection: '',
      account: '',
      cluster: '',
      principal: '',
      advice: 'tripline findings',
    });
    expect(digestOf([], false, at).advice).toBe('');
    const long = lineOf(finding({ title: 'x'.repeat(400), assignee: 'y'.repeat(200) }));
    expect([long.title.length, long.assignee?.length]).toEqual([300, 100]);
    expect(gravest([finding({ severity: 'low' }), finding({ severity: 'medium' })])).toBe('medium');
    const lines = noticeSlack({
      ...digest,
      findings: digestOf(
        many(15, { title: 'x'.repeat(300), status: 'acknowledged', assignee: 'z'.repeat(60) }),
        false,
        at,
      ).findings,
    });
    const texts = lines.attachments[0].blocks.flatMap(block => ('text' in block ? [block.text.text] : []));
    expect(texts.filter(text => text.startsWith('🟧')).length).toBe(2);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(slackLimits.text);
  });

  test.each([
    [0, '0m'],
    [119, '119m'],
    [120, '2h'],
    [71 * 60 + 29, '71h'],
    [72 * 60, '3d'],
    [10 * 24 * 60, '10d'],
    [-5, '0m'],
  ])('%i minutes are %s', (minutes, shown) => {
    expect(ageText(storm, new Date(at - minutes * 60_000).toISOString())).toBe(shown);
  });
});

describe('a storm', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.stop());
  const storm = () => {
    const store = memoryStore();
    return (n: number, over = {}) => stormOf(store, finding({ id: id(n), due: at + n, ...over }), 5);
  };

  test('begins with one more than so many new findings, and is one storm', async () => {
    const tell = storm();
    const ids = [];
    for (let n = 0; n < 9; n++) ids.push((await tell(n))?.id);
    expect(ids.slice(0, 5)).toEqual(Array(5).fill(undefined));
    expect(new Set(ids.slice(5)).size).toBe(1);
    expect(ids[5]).toMatch(/^storm:[0-9a-f]{16}:2026-09-01T10:00:00.000Z$/);
  });

  test('says what it is about, and that what follows is not announced singly', async () => {
    const tell = storm();
    let notice: Notice | undefined;
    for (let n = 0; n < 7; n++) notice = await tell(n, { cluster: 'prod' });
    expect(notice).toMatchObject({
      ...{ kind: 'storm', severity: 'high', total: 7, exact: false, counts: [], at: new Date(at + 6).toISOString() },
      ...{ headline: 'Storm: more than 5 new findings of one detection by one principal in 10 minutes' },
      ...{
        detection: finding().detection,
        account: '111122223333',
        cluster: 'prod',
        principal: finding().principals[0],
      },
      advice: expect.stringMatching(
        /not announced one by one.* tripline findings --detection cloudtrail\/disallowed-instance-family-launched$/,
      ),
      findings: [{ id: id(6) }],
    });
  });

  test('is none of a finding that is not due, nor of those of ten minutes ago or later', async () => {
    const tell = storm();
    expect(await stormOf(memoryStore(), omit(finding()), -1)).toBeUndefined();
    for (let n = 0; n < 9; n++) expect(await tell(n, { principals: [] })).toBeUndefined();
    for (let n = 0; n < 3; n++) await tell(n, { due: at });
    for (let n = 3; n < 6; n++) await tell(n, { due: at + stormTime - 1 });
    expect(await tell(6, { due: at + stormTime })).toBeUndefined(); // four of the last ten minutes
    expect(await tell(7, { due: at + stormTime - 2 })).toBeUndefined(); // those that came later do not count
    expect(await tell(8, { due: at + stormTime - 1 })).toBeDefined();
  });

  test('is one where there are more than are kept', async () => {
    const asked: object[] = [];
    const store: Parameters<typeof stormOf>[0] = {
      observe: async some => {
        asked.push(...some);
        return some.map(() => ({ item: {}, also: [{}], full: true }));
      },
    };
    expect((await stormOf(store, finding(), 5))?.id).toMatch(/:2026-09-01T10:00:00.000Z$/);
    expect(asked).toMatchObject([
      { cap: 500, expires: at + 60_000 + 24 * hour },
      { add: { storm: ['2026-09-01T10:00:00.000Z'] }, expires: at + 60_000 + 24 * hour },
    ]);
  });

  test('is none of the same finding again and again', async () => {
    const tell = storm();
    for (let n = 0; n < 20; n++) expect(await tell(1)).toBeUndefined();
  });

  test.each([
    ['of another principal', { principals: ['bob'] }],
    ['of another detection', { detection: 'cloudtrail/launch-burst' }],
    ['of another account', { account: '444455556666' }],
    ['that is critical', { severity: 'critical' }],
    ['of nobody in particular', { principals: [] }],
    ['that came ten minutes later', { due: at + 9 + stormTime }],
  ])('is not what a finding %s belongs to', async (_, over) => {
    const tell = storm();
    for (let n = 0; n < 9; n++) await tell(n);
    expect(await tell(9, over)).toBeUndefined();
    expect(await tell(9)).toBeDefined();
  });

  test('that goes on across buckets of time keeps its name; after a pause there is another', async () => {
    const tell = storm();
    const names = new Set<string | undefined>();
    for (let n = 0; n < 60; n++) names.add((await tell(n, { due: at + n * 60_000 }))?.id);
    names.delete(undefined);
    expect(names.size).toBe(1);
    for (let n = 100; n < 110; n++) names.add((await tell(n, { due: at + 3 * hour + n }))?.id);
    names.delete(undefined);
    expect(names.size).toBe(2);
  });

  const session = (n: number, role = 'developer') => ({
    principals: [`arn:aws:sts::111122223333:assumed-role/${role}/s-${n}`],
  });

  test('is of one role, whatever its sessions are named', async () => {
    const tell = storm();
    for (let n = 0; n < 5; n++) await tell(n, session(n));
    expect(await tell(5, session(5, 'other'))).toBeUndefined();
    // As EKS names its users: by the session, and by the role without its path.
    const eks = ['admin:x', 'arn:aws:iam::111122223333:role/developer'];
    expect((await tell(6, { principals: eks }))?.principal).toBe('arn:aws:iam::111122223333:role/developer');
    expect(await tell(7, session(7))).toBeDefined();
    expect(await tell(8, { principals: ['arn:aws:iam::111122223333:role/a/developer'] })).toBeDefined();
  });

  test('of critical findings is of an hour and said at each doubling, every hour anew', async () => {
    const tell = storm();
    const told: (Notice | undefined)[] = [];
    for (let n = 0; n < 70; n++)
      told.push(await tell(n, { severity: 'critical', due: at + n * 30_000, ...session(n) }));
    expect(told.findIndex(one => one !== undefined)).toBe(15);
    expect(told.slice(15).every(one => one?.severity === 'critical')).toBe(true);
    const ids = (some: readonly (Notice | undefined)[]) => [
      ...new Set(some.map(one => one?.id.replace(/^storm:[0-9a-f]{16}:/, ''))),
    ];
    expect(ids(told.slice(15))).toEqual(['', ':2', ':4'].map(times => `2026-09-01T10:00:00.000Z${times}`));
    expect(told[29]).toMatchObject({
      headline: 'Storm: more than 15 new critical findings of one detection by one principal in an hour',
      advice: expect.stringMatching(
        /^Every finding is stored\. While this lasts, further critical findings .* Contain the principal first\. List them: tripline findings/,
      ),
      principal: 'arn:aws:iam::111122223333:role/developer',
      total: 30,
      findings: [{ id: id(29), severity: 'critical' }],
    });
    const next: (Notice | undefined)[] = [];
    for (let n = 70; n < 75; n++) next.push(await tell(n, { severity: 'critical', due: at + hour + n, ...session(n) }));
    expect(ids(next)).toEqual(['2026-09-01T11:00:00.000Z:4']);
    expect(await tell(99, { severity: 'critical', due: at + hour + 99, ...session(1, 'other') })).toBeUndefined();
  });

  test('of critical findings begins within what is counted, however many are allowed', async () => {
    const store = memoryStore();
    const told: (Notice | undefined)[] = [];
    for (let n = 0; n < 520; n++)
      told.push(await stormOf(store, finding({ id: id(n), due: at + n, severity: 'critical' }), 400));
    expect(told.findIndex(one => one !== undefined)).toBe(499);
    expect(told[499]?.headline).toMatch(/more than 499 new critical findings/);
    expect(told[519]?.headline).toBe(told[499]?.headline);
  });

  test('is the same over the table', async () => {
    const store = dynamoStore(tables.local.client, tables.local.tables.state);
    const said = [];
    for (let n = 0; n < 8; n++) said.push(await stormOf(store, finding({ id: id(n), due: at + n }), 5));
    expect(said.map(one => one !== undefined)).toEqual([false, false, false, false, false, true, true, true]);
    expect(await stormOf(store, finding({ id: id(0), due: at }), 5)).toBeUndefined();
  });
});
