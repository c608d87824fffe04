/**
 * Writes CloudTrail of an ordinary account as one log: the kinds of `bench/ordinary.ts` in their shares, with all members that a record
 * has, each event with an id of its own, from fifty nodes, oldest first. For how fast `scan` is where little is about nodes:
 *
 *     node bench/ordinary-log.ts PATH EVENTS   then   npm run tripline -- scan PATH --json
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { JsonObject } from '../core/json.ts';
import { random as randomOf } from '../test/faults/random.ts';
import { ordinary } from './ordinary.ts';

const [path = '', events = '200000'] = process.argv.slice(2);
const account = '111122223333';
const start = Date.parse('2026-01-05T00:00:00Z');
const random = randomOf(1);
const rows = ordinary.find(({ name }) => name === 'CloudTrail')?.rows ?? [];
const all = rows.reduce((sum, { count }) => sum + count, 0);
/** Milliseconds from one event to the next. */
const step = 86_400_000 / all;

const one = (): JsonObject => {
  let left = random() * all;
  for (const row of rows) {
    left -= row.count;
    if (left < 0) return row.record;
  }
  return {};
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

const record = (at: number): string => {
  const { userIdentity, ...rest } = one();
  const node = Math.floor(random() * 50);
  const time = start + at * step;
  const text = JSON.stringify({
    eventVersion: '1.11',
    userIdentity: {
      arn: `arn:aws:sts::${account}:assumed-role/role-${node}/i-0123456789abcdef0`,
      accountId: account,
      accessKeyId: `ASIA${hex(Math.floor(time / 3_600_000), 8).toUpperCase()}${hex(node, 8).toUpperCase()}`,
      ...(userIdentity as JsonObject), // as each row has it
    },
    eventTime: new Date(time).toISOString().replace(/\.\d+/, ''),
    awsRegion: 'eu-west-1',
    sourceIPAddress: `10.0.${node}.17`,
    userAgent: 'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/ec2#1.173.0 m/E,G',
    requestParameters: null,
    responseElements: null,
    requestID: `${hex(node, 8)}-0000-4000-8000-${hex(at, 12)}`,
    eventID: `00000000-0000-4000-8000-${hex(at, 12)}`,
    readOnly: /^(Describe|Get|List)/.test(String(rest.eventName)),
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'ec2.eu-west-1.amazonaws.com',
    },
    ...rest,
  });
  return `${text.replaceAll('i-0123456789abcdef0', `i-0123456789abc${hex(node, 4)}`)}\n`;
};

function* lines(): Generator<string> {
  for (let at = 0; at < Number(events); at++) yield record(at);
}

await pipeline(Readable.from(lines()), createGzip(), createWriteStream(path));
