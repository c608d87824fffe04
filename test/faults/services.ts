import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { noticeSlack } from '../../core/announce/notice-text.ts';
import { pagerDutyEvent, pagerDutyNotice } from '../../core/announce/pagerduty.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { dig } from '../../core/cloudtrail/ec2.ts';
import { idOf, type Said, saidIn } from '../../functions/channel/said.ts';
import type { Fault } from './schedule.ts';
import { trailBucket } from './traffic.ts';

/** What stands at the end of a channel's queue on the topic. */
export const outlets = ['slack', 'pagerduty', 'webhook'] as const;
export type OutletName = (typeof outlets)[number];
/** Everything that hears announcements. */
export const channels = ['sns', 'bus', ...outlets] as const;
export type ChannelName = (typeof channels)[number];

export const routingKey = 'R0UT1NGKEY';

/** What a channel took: whose announcement, and in which call of ours. */
export interface Receipt {
  readonly channel: ChannelName;
  readonly id: string;
  readonly said?: Said;
}

/** What the services of one schedule have taken. */
export interface Taken {
  readonly receipts: Receipt[];
  /** Receipts by the call that brought them. */
  readonly byCall: Map<string, string[]>;
  /** What was published to the topic, as its queues get it. */
  readonly published: string[];
  /** Log files by key. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Objects in the quarantine by name. */
  readonly kept: Map<string, Buffer>;
  /** What the posture reader is asked. */
  readonly asked: string[];
  /** Told when an announcement is taken by the topic. */
  readonly onPublish: (said: Said) => void;
  /** Told of what is taken in a call that met a fault: whoever made it can't know. */
  readonly onDoubt: (said: string) => void;
}

export interface Services {
  readonly address: string;
  /** Whose the services are from here on. */
  serve(taken: Taken): void;
  stop(): Promise<void>;
}

const digest = (body: string): string => createHash('sha256').update(body).digest('hex');

/**
 * The services behind the channels and the quarantine, on loopback: SNS, EventBridge and S3 as far as our clients speak to them,
 * an incoming webhook of Slack, PagerDuty's Events API, a signed webhook. Each request says in a header or its path which fault it
 * is to meet: the connection breaks before or after the request is taken, or in the middle of a log file; it is never answered,
 * or answered with 429 or 500.
 */
export const startServices = async (): Promise<Services> => {
  let taken: Taken | undefined;
  /** Bodies that Slack and PagerDuty should get, and of which announcement. */
  let bodies = new Map<string, Set<string>>();
  /** Every call so far, and whether it met a fault. */
  let calls = new Map<string, boolean>();

  const expect = (name: string, body: object | undefined, id: string): void => {
    if (body === undefined) return;
    const key = `${name} ${digest(JSON.stringify(body))}`;
    bodies.set(key, (bodies.get(key) ?? new Set()).add(id));
  };
  const publish = (json: string): Receipt => {
    const said = saidIn(json);
    const id = idOf(said);
    expect('slack', said.kind === 'finding' ? slackMessage(said.message) : noticeSlack(said.notice), id);
    const alert =
      said.kind === 'finding' ? pagerDutyEvent(said.message, routingKey) : pagerDutyNotice(said.notice, routingKey);
    expect('pagerduty', alert, id);
    taken?.published.push(json);
    taken?.onPublish(said);
    return { channel: 'sns', id, said };
  };
  /** Which announcement a rendering is of: of several that look the same, the one that was heard least. */
  const recognised = (channel: OutletName, body: string): Receipt => {
    const times = (id: string) => taken?.receipts.filter(one => one.channel === channel && one.id === id).length ?? 0;
    const [id = 'something that was never published'] = [...(bodies.get(`${channel} ${digest(body)}`) ?? [])].toSorted(
      (a, b) => times(a) - times(b),
    );
    return { channel, id };
  };

  const takers: {
    readonly [service: string]: (request: IncomingMessage, body: string, bytes: Buffer) => Receipt | undefined;
  } = {
    sns: (_, body) => publish(String(dig(JSON.parse(new URLSearchParams(body).get('Message') ?? '{}'), 'default'))),
    bus: (_, body) => {
      const detail = JSON.parse(String(dig(JSON.parse(body).Entries[0], 'Detail')));
      return { channel: 'bus', id: String(dig(detail, 'metadata', 'uid') ?? dig(detail, 'id')) };
    },
    s3: (request, _, bytes) => {
      taken?.kept.set((request.url ?? '').replace(/^\/s3\/quarantine\/|\?.*$/g, ''), bytes);
      return undefined;
    },
    sqs: () => undefined,
    slack: (_, body) => recognised('slack', body),
    pagerduty: (_, body) => recognised('pagerduty', body),
    webhook: request => ({ channel: 'webhook', id: decodeURIComponent(String(request.headers['tripline-id'])) }),
  };

  const serve = (request: IncomingMessage, response: ServerResponse, bytes: Buffer): void => {
    const [, service = '', callInPath, faultInPath] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    const isPost = service in yes && callInPath !== undefined && !aws.has(service);
    const call = isPost ? callInPath : String(request.headers['x-call']);
    // A client that tries again within one call meets the fault once.
    const asked = isPost ? faultInPath : request.headers['x-fault'];
    const fault = calls.has(call) || !asked ? undefined : (asked as Fault); // as our own clients wrote it
    const isDoubtful = fault !== undefined || calls.get(call) === true;
    calls.set(call, isDoubtful);
    const take = (): void => {
      const receipt = takers[service]?.(request, bytes.toString(), bytes);
      if (receipt === undefined) return;
      taken?.receipts.push(receipt);
      const said = `${receipt.channel}#${receipt.id}`;
      taken?.byCall.set(call, [...(taken.byCall.get(call) ?? []), said]);
      if (isDoubtful) taken?.onDoubt(said);
    };
    const reply = (status: number, body: string): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'retry-after': '0' }).end(body);
    };
    const cut = (): void => void request.socket.destroy();
    const file = request.method === 'GET' ? taken?.files.get(keyIn(request)) : undefined;
    if (file !== undefined && (fault === undefined || fault === 'lost' || fault === 'fail-after')) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': file.length });
      if (fault === undefined) response.end(file);
      else response.write(file.subarray(0, file.length * 0.7), cut);
      return;
    }
    const send = (most: number): string => {
      const entries: readonly { Id: string; MessageBody: string }[] = JSON.parse(bytes.toString()).Entries;
      taken?.asked.push(...entries.slice(0, most).map(({ MessageBody }) => MessageBody));
      return sent(entries.map(({ Id, MessageBody }, at) => ({ Id, MessageBody, isTaken: at < most })));
    };
    const accept = (): void =>
      reply(service === 'pagerduty' ? 202 : 200, service === 'sqs' ? send(10) : (yes[service] ?? ''));
    const untaken: { readonly [F in Fault]?: () => void } = {
      reset: cut,
      throttle: () => reply(aws.has(service) ? 400 : 429, refusal(service, 'Throttling')),
      fail: () => reply(500, refusal(service, 'InternalFailure')),
      refused: () =>
        reply(200, service === 'sqs' ? send(0) : '{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}'),
    };
    const unanswered = (): void => void (service === 'sqs' && send(10));
    const afterwards: { readonly [F in Fault]?: () => void } = {
      lost: () => {
        unanswered();
        cut();
      },
      never: () => undefined,
      'fail-after': () => {
        unanswered();
        reply(500, refusal(service, 'InternalFailure'));
      },
    };
    const early = fault && untaken[fault];
    if (early === undefined) take();
    (early ?? (fault && afterwards[fault]) ?? accept)();
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => serve(request, response, Buffer.concat(chunks)));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    address: `http://127.0.0.1:${port}`,
    serve: next => {
      taken = next;
      bodies = new Map();
      calls = new Map();
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise(done => server.close(() => done()));
    },
  };
};

const keyIn = ({ url = '' }: IncomingMessage): string =>
  decodeURIComponent(url.replace(`/s3/${trailBucket}/`, '').replace(/\?.*$/, ''));

const aws: ReadonlySet<string> = new Set(['sns', 'bus', 's3', 'sqs']);

/** Amazon SNS API Reference, Publish; EventBridge API Reference, PutEvents; Slack, "Sending messages using incoming webhooks". */
const yes: { readonly [service: string]: string } = {
  sns: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></PublishResponse>',
  bus: '{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}',
  s3: '',
  slack: 'ok',
  pagerduty: '{"status":"success"}',
  webhook: '',
};

/** Amazon SQS API Reference, SendMessageBatch; the SDK compares the digest. */
const sent = (entries: readonly { readonly Id: string; readonly MessageBody: string; readonly isTaken: boolean }[]) =>
  JSON.stringify({
    Successful: entries.flatMap(({ Id, MessageBody, isTaken }) =>
      isTaken ? [{ Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') }] : [],
    ),
    Failed: entries.flatMap(({ Id, isTaken }) =>
      isTaken ? [] : [{ Id, Code: 'InternalError', Message: 'no', SenderFault: false }],
    ),
  });

const refusal = (service: string, code: string): string => {
  if (service === 'sns')
    return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
  if (service === 's3') return `<Error><Code>${code}</Code><Message>no</Message></Error>`;
  return JSON.stringify({ __type: code, message: 'no' });
};
