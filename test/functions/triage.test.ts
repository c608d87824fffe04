import { createHmac } from 'node:crypto';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerSlack } from '../../adapters/slack-app.ts';
import { findingId } from '../../core/findings/identity.ts';
import { slackPatience } from '../../core/slack-request.ts';
import { handler as deployed } from '../../functions/triage.ts';
import { standIn } from '../announce/stand-in.ts';
import { match } from '../announce/tables.ts';
import { policed } from '../policed.ts';
import { context, measured, setUp } from './setup.ts';

const handler = policed('triage', deployed);

const world = setUp();
const signing = 'an-app-signing-secret';
let slack: Awaited<ReturnType<typeof standIn>>;
let next = 0;
beforeAll(async () => {
  slack = await standIn();
});
afterAll(() => slack.stop());
beforeEach(() => {
  slack.asked.length = 0;
  world.with({
    triage: () => ({ signing, users: ['U0ALICE000'], team: 'T0OURS0000' }),
    answer: answerSlack,
  });
});

/** A finding that is stored, and its id. */
const stored = async (over = {}) => {
  const one = match(0, over, `triage-${next++}`);
  await world.tables.findings.fold([one], world.now);
  return findingId(one);
};
const read = async (id: string) => (await world.tables.findings.cases([id]))[0];
const payload = (finding: string, over: object = {}, action: object = {}) =>
  `payload=${encodeURIComponent(
    JSON.stringify({
      type: 'block_actions',
      user: { id: 'U0ALICE000', username: 'alice' },
      team: { id: 'T0OURS0000' },
      response_url: `${slack.address}/answer`,
      actions: [{ action_id: 'acknowledge', value: finding, ...action }],
      ...over,
    }),
  )}`;
const sign = (body: string, at: number, secret = signing) =>
  `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
const request = (body: string, over: { at?: number; signature?: string; base64?: boolean } = {}) => {
  const at = over.at ?? Math.floor(world.now / 1000);
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': String(at),
      'x-slack-signature': over.signature ?? sign(body, at),
    },
    body: over.base64 === true ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded: over.base64 === true,
  } as unknown as LambdaFunctionURLEvent; // what the handler reads of it
};
const press = (event: LambdaFunctionURLEvent) => handler(event, context());
const refusals = () => measured(world).reduce((sum, line) => sum + Number(line['TriageRefused'] ?? 0), 0);
const answers = () => slack.asked.map(({ body }) => JSON.parse(body).text);

describe('a button', () => {
  test('silences only what is as grave as its message said', async () => {
    const id = await stored({ severity: 'medium' });
    const silence = (seen: string) => request(payload(id, {}, { action_id: 'suppress', value: `${id}:${seen}` }));
    await press(silence('low'));
    expect(answers()).toEqual(['The finding is of severity medium by now, not low: look at its newest message.']);
    expect(await read(id)).toMatchObject({ status: 'open' });
    expect(await press(silence('grave'))).toMatchObject({ statusCode: 401 });
    await press(silence('medium'));
    expect(await read(id)).toMatchObject({ status: 'suppressed' });
  });

  test.each([
    ['acknowledge', { status: 'acknowledged' }, /^Acknowledged by <@U0ALICE000>/],
    ['resolve', { status: 'resolved' }, /^Resolved by/],
    ['suppress', { status: 'suppressed', suppressedUntil: expect.any(Number) }, /^Suppressed for 24 hours by/],
  ])('that says %s does it, in the Slack user’s name, in under three seconds', async (act, expected, said) => {
    const id = await stored();
    const started = performance.now();
    expect(await press(request(payload(id, {}, { action_id: act })))).toEqual({ statusCode: 200, body: '' });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(await read(id)).toMatchObject({
      ...expected,
      worked: { who: 'slack:U0ALICE000', at: world.now },
      trail: [{ act }],
    });
    expect(answers()).toEqual([expect.stringMatching(said)]);
    expect((await read(id))?.due).toBe(world.now); // so that the thread and the message are updated
  });

  test('is heard in base64 too, as a function URL may deliver it', async () => {
    const id = await stored();
    await press(request(payload(id), { base64: true }));
    expect((await read(id))?.status).toBe('acknowledged');
  });

  test.each([
    ['critical', { severity: 'critical' }],
    ['of the watch itself', { detection: 'pipeline/limit-reached' }],
    ['about a detection that was switched off', { detection: 'cloudtrail/detection-disabled' }],
  ])('can’t suppress a finding that is %s, whatever a message offered', async (_, over) => {
    const id = await stored(over);
    expect(await press(request(payload(id, {}, { action_id: 'suppress' })))).toMatchObject({ statusCode: 200 });
    expect((await read(id))?.status).toBe('open');
    expect(answers()[0]).toMatch(/can’t be suppressed by a button/);
  });

  test('of a finding that is resolved or gone says so', async () => {
    const id = await stored();
    await press(request(payload(id, {}, { action_id: 'resolve' })));
    await press(request(payload(id)));
    await press(request(payload('feedfeedfeedfeed')));
    expect(answers().slice(1)).toEqual([
      'The finding is resolved already.',
      'There is no finding `feedfeedfeedfeed` any more.',
    ]);
    expect((await read(id))?.acts).toBe(1);
  });

  test('is heard from an organisation for all of which the app is installed, and from no other', async () => {
    const own = { signing, users: ['U0ALICE000'], team: 'E0OURS0000' };
    world.with({ triage: () => own, answer: answerSlack });
    const from = (id: string, team: string | null) =>
      payload(id, { team, enterprise: { id: 'E0OURS0000', name: 'x' } });
    const id = await stored();
    expect(await press(request(from(id, null)))).toMatchObject({ statusCode: 200 });
    expect((await read(id))?.status).toBe('acknowledged');
    world.with({ triage: () => ({ ...own, team: 'E0OTHER000' }), answer: answerSlack });
    expect(await press(request(from(await stored(), null)))).toMatchObject({ statusCode: 401 });
    const nowhere = payload(await stored(), { team: null, enterprise: null });
    expect(await press(request(nowhere))).toMatchObject({ statusCode: 401 });
  });

  test('counts where Slack takes no answer', async () => {
    const id = await stored();
    await press(request(payload(id, { response_url: 'https://evil.example/answer' })));
    expect((await read(id))?.status).toBe('acknowledged');
    expect(slack.asked).toEqual([]);
  });
});

describe('refused and counted is a request', () => {
  const rows: readonly (readonly [string, (id: string) => LambdaFunctionURLEvent])[] = [
    [
      'signed with another secret',
      id => request(payload(id), { signature: sign(payload(id), Math.floor(world.now / 1000), 'another') }),
    ],
    ['without a signature', id => ({ ...request(payload(id)), headers: {} })],
    ['with a signature of another form', id => request(payload(id), { signature: 'v0=é' })],
    ['altered after signing', id => ({ ...request(payload(id)), body: payload(id, {}, { action_id: 'resolve' }) })],
    [
      'signed for another time',
      id => ({
        ...request(payload(id)),
        headers: {
          ...request(payload(id)).headers,
          'x-slack-request-timestamp': String(Math.floor(world.now / 1000) - 1),
        },
      }),
    ],
    ['that is late', id => request(payload(id), { at: Math.floor(world.now / 1000) - slackPatience - 1 })],
    ['from the future', id => request(payload(id), { at: Math.floor(world.now / 1000) + slackPatience + 1 })],
    ['from another workspace', id => request(payload(id, { team: { id: 'T0OTHER000' } }))],
    ['of another kind', id => request(payload(id, { type: 'view_submission' }))],
    ['with a button of nobody’s', id => request(payload(id, {}, { action_id: 'delete' }))],
    ['with an id that is none', () => request(payload('../case'))],
    ['that is no payload', () => request('payload=%7B')],
    ['of more than any message', () => request(`payload=${'x'.repeat(300_000)}`)],
  ];
  test.each(rows)('%s', async (_, make) => {
    const id = await stored();
    expect(await press(make(id))).toEqual({ statusCode: 401, body: '' });
    expect(await read(id)).toMatchObject({ status: 'open' });
    expect(refusals()).toBe(1);
    expect(slack.asked).toEqual([]);
    expect(JSON.stringify(world.lines)).not.toContain(signing);
  });

  test('that was heard before', async () => {
    const id = await stored();
    const event = request(payload(id));
    expect(await press(event)).toMatchObject({ statusCode: 200 });
    expect(await press(event)).toMatchObject({ statusCode: 401 });
    expect(await Promise.all([1, 2, 3].map(() => press(event)))).toEqual(Array(3).fill({ statusCode: 401, body: '' }));
    expect((await read(id))?.acts).toBe(1);
    expect(refusals()).toBe(4);
  });

  test('of somebody who is not listed, who is told so', async () => {
    const id = await stored();
    await press(request(payload(id, { user: { id: 'U0MALLORY0' } })));
    expect((await read(id))?.status).toBe('open');
    expect([refusals(), answers()]).toEqual([1, [expect.stringMatching(/not among those who may act/)]]);
  });
});
