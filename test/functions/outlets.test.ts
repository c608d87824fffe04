import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { sendToPagerDuty } from '../../adapters/pagerduty.ts';
import { slackApp } from '../../adapters/slack-app.ts';
import { threadsTable } from '../../adapters/threads.ts';
import { postSigned } from '../../adapters/webhook.ts';
import { announcementJson } from '../../core/announce/json.ts';
import { digestOf } from '../../core/announce/notice.ts';
import { filterPolicy, hears } from '../../core/announce/route.ts';
import type { Finding } from '../../core/finding.ts';
import { handler as pagerDutyDeployed } from '../../functions/pagerduty.ts';
import { handler as appDeployed } from '../../functions/slack-app.ts';
import { handler as webhookDeployed } from '../../functions/webhook.ts';
import { at, finding, hour } from '../announce/case.ts';
import { hostile } from '../announce/hostile.ts';
import { later, message, poisoned } from '../announce/message.ts';
import { type Asked, standIn } from '../announce/stand-in.ts';
import { policed } from '../policed.ts';
import { context, logged, setUp } from './setup.ts';

const pagerDuty = policed('pagerduty', pagerDutyDeployed);
const app = policed('slack-app', appDeployed);
const webhook = policed('webhook', webhookDeployed);

const world = setUp();
let findings = 0;
const nextId = () => (0xdef000 + findings++).toString(16).padStart(16, '0');
const queued = (...bodies: readonly string[]) =>
  ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) }) as Parameters<typeof app>[0]; // as far as it reads
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const service = async (reply?: Parameters<typeof standIn>[0]) => {
  const made = await standIn(reply);
  stops.push(made.stop);
  return made;
};
const worked = (status: 'acknowledged' | 'resolved' | 'suppressed', over: Partial<Finding> = {}) =>
  later({
    ...over,
    status,
    worked: { status, who: 'alice', at: at + hour },
    ...(status === 'resolved' ? { resolvedAt: at + hour } : {}),
    due: at + hour,
  });
const none = { batchItemFailures: [] };

describe('a Slack app', () => {
  const slack = async (
    reply: Parameters<typeof standIn>[0] = (_, n) => ({ body: JSON.stringify({ ok: true, ts: `17.${n}` }) }),
    hasTriage = true,
  ) => {
    const made = await service(reply);
    world.with({
      threads: () => threadsTable(world.tables.local.client, world.tables.local.tables.state),
      slackApp: () => ({
        name: '0',
        channel: 'C0123456789',
        hasTriage,
        app: slackApp({ token: 'xoxb-secret', channel: 'C0123456789', timeout: 1000, api: made.address }),
      }),
    });
    return made;
  };
  const calls = (asked: readonly Asked[]) => asked.map(({ path, body }) => ({ path, ...JSON.parse(body) }));

  test('begins a thread for a finding, replies in it, and keeps its first message current', async () => {
    const id = nextId();
    const { asked } = await slack();
    expect(await app(queued(announcementJson(message({ id }))), context())).toEqual(none);
    expect(await app(queued(announcementJson(worked('acknowledged', { id }))), context())).toEqual(none);
    expect(await app(queued(announcementJson(worked('resolved', { id }))), context())).toEqual(none);
    expect(calls(asked).map(({ path, thread_ts, ts, channel }) => [path, thread_ts, ts, channel])).toEqual([
      ['/chat.postMessage', undefined, undefined, 'C0123456789'],
      ['/chat.postMessage', '17.0', undefined, 'C0123456789'],
      ['/chat.update', undefined, '17.0', 'C0123456789'],
      ['/chat.postMessage', '17.0', undefined, 'C0123456789'],
      ['/chat.update', undefined, '17.0', 'C0123456789'],
    ]);
    expect(asked[0]?.headers['authorization']).toBe('Bearer xoxb-secret');
    const acts = (n: number) => JSON.stringify(calls(asked)[n]).match(/"action_id":"\w+"/g) ?? [];
    expect(acts(0)).toEqual(['"action_id":"acknowledge"', '"action_id":"resolve"', '"action_id":"suppress"']);
    expect([acts(1), acts(2), acts(4)]).toEqual([[], ['"action_id":"resolve"'], []]);
  });

  test('offers no suppression of what is critical or protects the watch, and no buttons without triage', async () => {
    const { asked } = await slack();
    await app(
      queued(
        announcementJson(message({ id: nextId(), severity: 'critical' })),
        announcementJson(message({ id: nextId(), detection: 'pipeline/limit-reached' })),
        announcementJson(message({ id: nextId(), detection: 'cloudtrail/detection-disabled' })),
      ),
      context(),
    );
    for (const { body } of asked) {
      expect(body).toContain('"action_id":"acknowledge"');
      expect(body).not.toContain('"action_id":"suppress"');
    }
    const plain = await slack(undefined, false);
    await app(queued(announcementJson(message({ id: nextId() }))), context());
    expect(plain.asked[0]?.body).not.toContain('action_id');
  });

  test('that can’t edit the first message has said the reply all the same', async () => {
    const id = nextId();
    const { asked } = await slack(({ path }) => ({
      body: JSON.stringify(
        path === '/chat.update' ? { ok: false, error: 'cant_update_message' } : { ok: true, ts: '1.1' },
      ),
    }));
    await app(queued(announcementJson(message({ id }))), context());
    expect(await app(queued(announcementJson(worked('resolved', { id }))), context())).toEqual(none);
    expect(asked).toHaveLength(3);
  });

  test('that refuses, in Slack’s way with status 200, is an error without the token', async () => {
    await slack(() => ({ body: JSON.stringify({ ok: false, error: 'not_in_channel' }) }));
    const result = await app(queued(announcementJson(message({ id: nextId() }))), context());
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(logged(world)[0]).toMatchObject({
      error: 'PostError',
      message: 'Slack: chat.postMessage refused: not_in_channel',
    });
    expect(JSON.stringify(world.lines)).not.toContain('xoxb');
  });

  test('says a notice as a message of its own', async () => {
    const { asked } = await slack();
    const digest = digestOf([finding()], false, at + (findings++ + 1) * 24 * hour);
    await app(queued(JSON.stringify(digest), JSON.stringify({ Message: JSON.stringify(digest) })), context());
    expect(calls(asked).map(({ path, text }) => [path, text.includes('Daily digest')])).toEqual([
      ['/chat.postMessage', true],
    ]);
  });
});

describe('PagerDuty', () => {
  const pager = async (reply?: Parameters<typeof standIn>[0]) => {
    const made = await service(reply ?? (() => ({ status: 202, body: '{"status":"success"}' })));
    world.with({
      pagerDuty: () => ({
        name: '1',
        routingKey: 'R0UT1NGKEY',
        send: event => sendToPagerDuty(event, { address: `${made.address}/v2/enqueue`, timeout: 500 }),
      }),
    });
    return made;
  };

  test('is triggered, acknowledged and resolved with the finding’s key', async () => {
    const id = nextId();
    const { asked } = await pager();
    for (const said of [
      message({ id }),
      worked('acknowledged', { id }),
      worked('resolved', { id }),
      worked('suppressed', { id }),
    ])
      expect(await pagerDuty(queued(announcementJson(said)), context())).toEqual(none);
    const events = asked.map(({ body }) => JSON.parse(body));
    expect(events.map(one => [one.event_action, one.dedup_key])).toEqual(
      ['trigger', 'acknowledge', 'resolve', 'resolve'].map(action => [action, id]),
    );
    expect(events[0].payload).toMatchObject({
      severity: 'error',
      source: 'i-0aaaabbbbccccdddd',
      class: 'cloudtrail/disallowed-instance-family-launched',
    });
    expect(events[0].payload.summary).toMatch(/^New finding: developer launched/);
  });

  test.each(hostile)('gets %j as plain text within its limits', async text => {
    const { asked } = await pager();
    const said = { ...poisoned(text), id: nextId() };
    expect(await pagerDuty(queued(announcementJson(said)), context())).toEqual(none);
    const { payload } = JSON.parse(asked[0]?.body ?? '');
    expect(payload.summary.length).toBeLessThanOrEqual(1024);
    expect(payload.summary).not.toMatch(/[\u0000-\u001f\u202a-\u202e]|:\/\//);
    expect(payload.source).not.toBe('');
  });

  test.each([
    ['is slow', { never: true }, /no answer within 500 ms/],
    ['is away', { status: 503 }, /answered 503/],
    ['refuses', { status: 400 }, /answered 400/],
    ['sends elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }, /the connection failed/],
  ])('that %s leaves the message in its queue, and says nothing secret', async (_, reply, problem) => {
    await pager(() => reply);
    expect(await pagerDuty(queued(announcementJson(message({ id: nextId() }))), context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(logged(world)[0].message).toMatch(problem);
    expect(JSON.stringify(world.lines)).not.toContain('R0UT1NGKEY');
  });

  test('is not woken by the digest', async () => {
    const { asked } = await pager();
    const digest = digestOf([finding()], false, at + (findings++ + 1) * 24 * hour);
    expect(await pagerDuty(queued(JSON.stringify(digest)), context())).toEqual(none);
    expect(asked).toEqual([]);
  });
});

describe('a signed webhook', () => {
  const secret = 'a-long-random-secret-of-the-webhook';
  const hook = async (reply?: Parameters<typeof standIn>[0]) => {
    const made = await service(reply);
    world.with({
      webhook: () => ({
        name: '2',
        send: (id, body) => postSigned(id, body, { address: made.address, secret, now: world.now, timeout: 500 }),
      }),
    });
    return made;
  };

  test('can be verified by whoever has the secret: its bytes, its time', async () => {
    const { asked } = await hook();
    const said = message({ id: nextId() });
    expect(await webhook(queued(announcementJson(said)), context())).toEqual(none);
    const { headers = {}, body = '' }: Partial<Asked> = asked[0] ?? {};
    expect(JSON.parse(body)).toMatchObject({ schema: 'tripline/announcement/1', id: said.id });
    expect(headers['tripline-timestamp']).toBe(String(Math.floor(world.now / 1000)));
    expect(decodeURIComponent(String(headers['tripline-id']))).toBe(said.id);
    const sign = (text: string) =>
      `v1=${createHmac('sha256', secret).update(`${headers['tripline-timestamp']}.${text}`).digest('hex')}`;
    expect(headers['tripline-signature']).toBe(sign(body));
    expect(sign(`${body} `)).not.toBe(headers['tripline-signature']);
  });

  test('is sent once, and not at all without TLS or with a short secret', async () => {
    const { asked } = await hook();
    const body = announcementJson(message({ id: nextId() }));
    await webhook(queued(body, body), context());
    expect(asked).toHaveLength(1);
    const options = { secret, now: at, timeout: 500 };
    await expect(postSigned('x', '{}', { ...options, address: 'http://example.com/' })).rejects.toThrow(
      /no https address/,
    );
    await expect(
      postSigned('x', '{}', { ...options, secret: 'short', address: 'https://example.com/' }),
    ).rejects.toThrow(/shorter than 16/);
  });
});

describe('routing', () => {
  const rows: readonly (readonly [string, Parameters<typeof hears>[0], Partial<Finding>, boolean])[] = [
    ['no routing', {}, {}, true],
    ['its severity', { minimum: 'high' }, {}, true],
    ['a lower severity', { minimum: 'critical' }, {}, false],
    ['its account', { accounts: ['111122223333'] }, {}, true],
    ['another account', { accounts: ['444455556666'] }, {}, false],
    ['its cluster', { clusters: ['prod-*'] }, { cluster: 'prod-1' }, true],
    ['no cluster', { clusters: ['prod-*'] }, {}, false],
    ['its detection', { detections: ['cloudtrail/*'] }, {}, true],
    ['another detection', { detections: ['kubernetes/*', 'pipeline/*'] }, {}, false],
    ['no routing, where a canary came back', {}, { detection: 'pipeline/canary-returned', severity: 'low' }, false],
    [
      'what is about the pipeline, likewise',
      { detections: ['pipeline/*'] },
      { detection: 'pipeline/canary-returned' },
      false,
    ],
    [
      'the canaries of clusters, likewise',
      { detections: ['*'] },
      { detection: 'pipeline/audit-canary-returned' },
      false,
    ],
    ['its name', { detections: ['pipeline/canary-returned'] }, { detection: 'pipeline/canary-returned' }, true],
    ['no routing, where one did not', {}, { detection: 'pipeline/canary-lost' }, true],
    ['all but one', { minimum: 'low', accounts: ['111122223333'], detections: ['*-terminated'] }, {}, false],
  ];
  test.each(rows)('by %s', (_, routing, over, heard) => {
    expect(hears(routing, message(over))).toBe(heard);
  });

  test('keeps a message from a channel, without a failure', async () => {
    const made = await service();
    world.with({
      routing: () => ({ minimum: 'critical' }),
      webhook: () => ({
        name: '3',
        send: (id, body) =>
          postSigned(id, body, { address: made.address, secret: 'a-long-random-secret', now: at, timeout: 500 }),
      }),
    });
    expect(await webhook(queued(announcementJson(message({ id: nextId() }))), context())).toEqual(none);
    expect(made.asked).toEqual([]);
  });

  test('has a filter policy that admits whatever the channel hears', () => {
    expect(filterPolicy({})).toEqual({ canary: [{ exists: false }] });
    expect(filterPolicy({ detections: ['pipeline/canary-returned', 'cloudtrail/*'] })).toEqual({
      detection: ['pipeline/canary-returned', { prefix: 'cloudtrail/' }],
    });
    expect(
      filterPolicy({
        minimum: 'high',
        accounts: ['111122223333'],
        clusters: ['*-x'],
        detections: ['cloudtrail/*', 'pipeline/rule-failed'],
      }),
    ).toEqual({
      severity: ['high', 'critical'],
      account: ['111122223333'],
      detection: [{ prefix: 'cloudtrail/' }, 'pipeline/rule-failed'],
      canary: [{ exists: false }],
    });
  });
});
