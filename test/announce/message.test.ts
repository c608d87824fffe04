import { describe, expect, test } from 'vitest';
import { type Part, partsOf } from '../../core/announce/commands.ts';
import { announcementJson, bounded, longestJson, readAnnouncement } from '../../core/announce/json.ts';
import { countText, type Message, messageOf, whenText } from '../../core/announce/message.ts';
import { pagerDutyEvent } from '../../core/announce/pagerduty.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { mailText } from '../../core/announce/text.ts';
import { type News, transitionKinds } from '../../core/announce/transitions.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Finding, Window } from '../../core/finding.ts';
import { at, finding, hour, window } from './case.ts';
import { detection, message } from './message.ts';

const of = (over: Partial<Finding>, windows: readonly Window[] = [window()], news: Partial<News> = {}): Message =>
  messageOf(
    finding(over),
    windows,
    { id: 'first', kind: 'first', transitions: [], covers: [], ...news },
    detection,
    exampleSettings,
  );

test('every kind of news has its own headline', () => {
  const headline = (kind: News['kind'], value: string) =>
    of({}, [window()], { kind, transitions: [{ id: kind, kind, value }] }).headline;
  expect(transitionKinds.map(kind => headline(kind, kind === 'repeats' ? '1000' : 'critical'))).toEqual([
    'New finding',
    'Reopened: it happened again after it was resolved',
    'Still unacknowledged',
    'Severity raised to critical',
    'Someone new takes part',
    'New source address',
    'Now in another region',
    'Another resource is involved',
    'It continues',
    'Seen 1,000 times',
    'Suppressed',
    'Acknowledged',
    'Resolved',
  ]);
});

describe('the evidence of a message', () => {
  const windows = [
    window({ bucket: at, severity: 'critical', eventIds: ['gravest'] }),
    window({ bucket: at + 2 * hour, severity: 'low', eventIds: ['newest'] }),
    window({ bucket: at + hour, severity: 'critical', eventIds: ['grave and later'] }),
  ];
  test('is of the newest window, of the gravest where the severity is the news', () => {
    expect(of({}, windows).evidence.eventIds).toEqual(['newest']);
    expect(of({}, windows, { kind: 'severity' }).evidence.eventIds).toEqual(['grave and later']);
    expect(of({}, []).evidence).toEqual({ eventIds: [], lines: [] });
    const many = Array.from({ length: 12 }, (_, n) => `e${n}`);
    expect(of({}, [window({ eventIds: many })]).evidence.eventIds).toEqual(many.slice(0, 10));
  });

  test('points to the event by what the record says of itself, else by what the finding knows', () => {
    const id = '11111111-2222-4333-8444-555555555556';
    const command = (evidence: Window['evidence'], over: Partial<Finding> = {}) =>
      of(over, [window({ evidence, eventIds: [id] })]).commands[0]?.command;
    expect(command({ awsRegion: 'us-east-2', eventID: id.replace('6', '7') })).toContain('us-east-2');
    expect(command({ eventID: id.replace(/6$/, '7') }, { regions: ['us-east-1'] })).toMatch(/us-east-1 .*5557$/);
    expect(command(null, { regions: [] })).toMatch(/eu-west-1 .*5556$/);
  });

  test('of an audit event points to its own time, else to the newest', () => {
    const source = { source: 'kubernetes', cluster: 'prod', last: at + hour } as const;
    const from = (evidence: Window['evidence']) => of(source, [window({ evidence })]).commands[0]?.command;
    expect(from({ auditID: 'a', requestReceivedTimestamp: new Date(at).toISOString() })).toContain(
      `--start-time ${at / 1000 - 900}`,
    );
    expect(from({ auditID: 'a', requestReceivedTimestamp: 'x' })).toContain(`--start-time ${at / 1000 + 2700}`);
    expect(from({})).toBeUndefined();
  });
});

test('a message has what somebody did to the finding, and nothing where nobody did', () => {
  const captures = ['s3://evidence/findings/0123456789abcdef/first.json'];
  const worked = of({ assignee: 'bob', disposition: 'benign', captures, acts: 3, transitions: ['first'] });
  expect(worked.finding).toMatchObject({ assignee: 'bob', disposition: 'benign', captures });
  expect(worked.commands.map(({ label }) => label)).toEqual(['Fetch the event', 'Fetch what was kept of its machines']);
  expect(worked.transition.sequence).toBe(4);
  expect(of({ acts: 3, transitions: ['first'], dropped: 5 }).transition.sequence).toBe(9); // never smaller than it was
  for (const member of ['assignee', 'disposition', 'captures', 'seen'])
    expect(Object.keys(of({}, []).finding)).not.toContain(member);
});

test('a message of a stage says how its finding is shown and acknowledged there, first of all', () => {
  const news: News = { id: 'first', kind: 'first', transitions: [], covers: [] };
  const said = messageOf(finding(), [window()], news, detection, exampleSettings, 'production');
  expect(said.commands.map(({ command }) => command).slice(0, 2)).toEqual([
    'npx tripline findings show 0123456789abcdef --stage production',
    'npx tripline findings ack 0123456789abcdef --stage production',
  ]);
  expect(mailText(said)).toContain('\nLOOK FURTHER\nnpx tripline findings show 0123456789abcdef --stage production\n');
  expect(JSON.stringify(slackMessage(said))).toContain('npx tripline findings ack 0123456789abcdef --stage production');
  expect(JSON.stringify(pagerDutyEvent(said, 'key'))).toContain('npx tripline findings show 0123456789abcdef --stage');
});

test('a count is exact where the finding and all its windows are', () => {
  const shown = (over: Partial<Finding>, windows: readonly Window[] = [window()]) => countText(of(over, windows));
  expect(shown({})).toBe('1 event');
  expect(shown({ count: 2 })).toBe('2 events');
  expect(shown({ exact: false })).toBe('1+ events');
  expect(shown({ exact: true, count: 1_234 }, [window(), window({ exact: false })])).toBe('1,234+ events');
});

test('when is one time, or from and to', () => {
  const shown = (last: number) => whenText(of({ last }));
  expect(shown(at)).toBe('2026-09-01 10:00:00 UTC');
  expect(shown(at + hour)).toBe('2026-09-01 10:00:00 to 11:00:00 UTC');
  expect(shown(at + 24 * hour)).toBe('2026-09-01 10:00:00 to 2026-09-02 10:00:00 UTC');
});

test('a message that is too long loses the tails of its lists and texts, and never its identity', () => {
  const long = {
    resources: Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(600)}`),
    title: 'é'.repeat(400),
    count: 7,
  };
  const whole = of(long);
  const cut = bounded(whole);
  expect(announcementJson(whole).length).toBeLessThanOrEqual(longestJson);
  expect(cut).toMatchObject({ id: whole.id, headline: whole.headline, detection: whole.detection });
  expect(cut.finding).toMatchObject({ id: whole.finding.id, count: 7, exact: true });
  expect(cut.finding.resources).toEqual(long.resources.slice(0, 10).map(text => text.slice(0, 150)));
  expect(cut.finding.title).toBe('é'.repeat(150));
  expect(bounded(of({}))).toEqual(of({}));
  const padded = (length: number) => ({ ...of({}), headline: 'x'.repeat(length) });
  const room = longestJson - announcementJson(padded(0)).length;
  const list = { principals: Array.from({ length: 11 }, (_, n) => `p${n}`), key: {} };
  const full = { ...of(list), headline: '' };
  const left = longestJson - JSON.stringify(full).length;
  expect(room).toBeGreaterThan(0);
  expect(bounded({ ...full, headline: 'x'.repeat(left) }).finding.principals).toHaveLength(11);
  expect(bounded({ ...full, headline: 'x'.repeat(left + 1) }).finding.principals).toHaveLength(10);
});

test('an announcement of any status and verdict is read back', () => {
  for (const status of ['open', 'acknowledged', 'resolved', 'suppressed'] as const)
    for (const disposition of ['true-positive', 'benign', 'false-positive', 'mended', 'gone'] as const) {
      const said = of({ status, disposition, source: 'kubernetes' });
      expect(readAnnouncement(announcementJson(said))).toEqual(said);
    }
  expect(() =>
    readAnnouncement(JSON.stringify({ ...message(), finding: { ...message().finding, status: 'x' } })),
  ).toThrow('finding.status');
});

test.each<[string, readonly Part[]]>([
  ['', []],
  ['Look around.', [{ kind: 'prose', text: 'Look around.' }]],
  [
    'See `this`: aws x --a "b, c"; then kubectl get pods.',
    [
      { kind: 'prose', text: 'See ' },
      { kind: 'code', text: 'this' },
      { kind: 'prose', text: ': ' },
      { kind: 'code', text: 'aws x --a "b, c"' },
      { kind: 'prose', text: '; then ' },
      { kind: 'code', text: 'kubectl get pods' },
      { kind: 'prose', text: '.' },
    ],
  ],
  [
    'kubectl a.b: and aws c,d, or not',
    [
      { kind: 'code', text: 'kubectl a.b' },
      { kind: 'prose', text: ': and ' },
      { kind: 'code', text: 'aws c,d' },
      { kind: 'prose', text: ', or not' },
    ],
  ],
  [
    `aws x --a '{"b":"'$(date -u +%Y)'"}'; then`,
    [
      { kind: 'code', text: `aws x --a '{"b":"'$(date -u +%Y)'"}'` },
      { kind: 'prose', text: '; then' },
    ],
  ],
  ['my-aws x', [{ kind: 'prose', text: 'my-aws x' }]],
])('%s is prose and commands', (step, parts) => {
  expect(partsOf(step)).toEqual(parts);
});
