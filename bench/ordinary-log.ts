/**
 * Logs of an ordinary account (`ordinary-account.ts`), with all members that a record has. As a command: its CloudTrail as one log,
 * oldest first, for how fast `scan` is where little is about nodes:
 *
 *     node bench/ordinary-log.ts PATH EVENTS   then   npm run tripline -- scan PATH --json
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UsageError } from '../cli/io.ts';
import { overlay } from '../core/cloudtrail/example.ts';
import type { CloudTrailRecord, UserIdentity } from '../core/cloudtrail/record.ts';
import { type JsonObject, text } from '../core/json.ts';
import type { AuditUser } from '../core/kubernetes/record.ts';
import { AuditLog } from '../examples/day/audit.ts';
import { account, egress, region, roleSession, Trail } from '../examples/day/aws.ts';
import { midnight, Random, seconds } from '../examples/day/random.ts';
import { asked, atMost, whole } from './asked.ts';
import { auditRows, nodes, type Row, trailRows } from './ordinary-account.ts';

const day = 86_400_000;

/** Rows as often as they happen. */
const drawn = (rows: readonly Row[], random: Random): (() => Row) => {
  const ends: number[] = [];
  let sum = 0;
  for (const { count } of rows) {
    sum += count;
    ends.push(sum);
  }
  return () => {
    const at = random.next() * sum;
    return rows[ends.findIndex(end => at < end)] as Row; // `at` is less than the last end
  };
};

/** One of the account's nodes. */
const nodeOf = (random: Random): { readonly id: string; readonly address: string } => {
  const number = random.below(nodes);
  return {
    id: `i-0${(number + 1).toString(16).padStart(8, '0')}abcdef01`,
    address: `10.0.${number % 8}.${10 + number}`,
  };
};

/** The whole identity of a row's, which says only what rules ask of. */
const identityOf = (said: JsonObject, instance: string): JsonObject => {
  const issuer = text(said, 'sessionContext', 'sessionIssuer', 'arn');
  if (issuer === undefined) return said;
  const name = text(said, 'principalId')?.split(':')[1] ?? 'session';
  const isNode = text(said, 'sessionContext', 'ec2RoleDelivery') !== undefined;
  const whole = roleSession(issuer.replace(/^.*role\//, '').replace(/^.*\//, ''), isNode ? instance : name);
  const { principalId: _, ...rest } = said;
  const scope = {
    inScopeOf: {
      issuerType: 'AWS::EC2::Instance',
      credentialsIssuedTo: `arn:aws:ec2:${region}:${account}:instance/${instance}`,
    },
  };
  return overlay(overlay(whole as unknown as JsonObject, rest), isNode ? scope : {});
};

/** What calls that are made most ask for and get, as CloudTrail writes it. */
const bodies: { readonly [call: string]: (random: Random) => JsonObject } = {
  Decrypt: random => ({
    requestParameters: {
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::shop-orders/2026/${random.hex(8)}` },
    },
    resources: [
      { accountId: account, type: 'AWS::KMS::Key', ARN: `arn:aws:kms:${region}:${account}:key/${random.guid()}` },
    ],
  }),
  DescribeDBInstances: () => ({ requestParameters: { maxRecords: 100 } }),
  DescribeTargetHealth: random => ({
    requestParameters: {
      targetGroupArn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/k8s-shop-${random.hex(10)}/${random.hex(16)}`,
    },
  }),
  DescribeVolumes: () => ({ requestParameters: { volumeSet: {}, filterSet: {}, maxResults: 500 } }),
  DescribeNetworkInterfaces: random => ({
    requestParameters: {
      networkInterfaceIdSet: { items: [{ networkInterfaceId: `eni-0${random.hex(16)}` }] },
      filterSet: {},
    },
  }),
  DescribeInstances: () => ({
    requestParameters: {
      instancesSet: {},
      filterSet: { items: [{ name: 'instance-state-name', valueSet: { items: [{ value: 'running' }] } }] },
    },
  }),
  CreateLogStream: random => ({
    requestParameters: {
      logGroupName: '/aws/lambda/shop-worker',
      logStreamName: `2026/09/01/[$LATEST]${random.hex(32)}`,
    },
  }),
  UpdateInstanceInformation: () => ({
    requestParameters: {
      agentVersion: '3.3.2299.0',
      agentStatus: 'Active',
      platformType: 'Linux',
      platformName: 'Bottlerocket',
    },
  }),
  GetRole: () => ({ requestParameters: { roleName: 'shop-api' } }),
};

/** Each session has a key of its own. */
const issued = (said: JsonObject, random: Random): JsonObject =>
  text(said, 'responseElements', 'credentials', 'accessKeyId') === undefined
    ? {}
    : { responseElements: { credentials: { accessKeyId: `ASIA${random.hex(16).toUpperCase()}` } } };

/** So many CloudTrail records of the account over a day, oldest first. @param seed another day of it */
export const ordinaryTrail = (count: number, seed = 7): readonly CloudTrailRecord[] => {
  const random = new Random(seed);
  const trail = new Trail(random);
  const draw = drawn(trailRows, random);
  for (let at = 0; at < count; at++) {
    const { record } = draw();
    const { eventSource, eventName, userIdentity, ...said } = record;
    const name = `${eventName}`;
    const { id, address } = nodeOf(random);
    const identity = identityOf(userIdentity as JsonObject, id); // every row of calls has one
    const isNode = text(identity, 'sessionContext', 'ec2RoleDelivery') !== undefined;
    const service = text(identity, 'invokedBy');
    trail.add(
      midnight + (at * day) / count,
      `${eventSource}`.replace('.amazonaws.com', ''),
      name,
      identity as unknown as UserIdentity, // roleSession's, with members of the row
      overlay(
        {
          sourceIPAddress: service ?? (isNode ? address : egress),
          ...(service === undefined ? {} : { userAgent: service }),
        },
        overlay(overlay(bodies[name]?.(random) ?? {}, said), issued(said, random)),
      ) as Partial<CloudTrailRecord>,
    );
  }
  return trail.records;
};

/** So many audit events of its cluster over a day, oldest first. */
export const ordinaryAudit = (count: number): readonly JsonObject[] => {
  const random = new Random(8);
  const log = new AuditLog(random);
  const draw = drawn(auditRows, random);
  for (let at = 0; at < count; at++) {
    const { record } = draw();
    const { id, address } = nodeOf(random);
    const username = text(record, 'user', 'username') ?? '';
    const isNode = username.startsWith('system:node:');
    const group = text(record, 'objectRef', 'apiGroup') ?? '';
    const subresource = text(record, 'objectRef', 'subresource');
    log.add({
      time: midnight + (at * day) / count,
      user: userOf(isNode ? `system:node:ip-${address.replaceAll('.', '-')}.${region}.compute.internal` : username),
      verb: text(record, 'verb') ?? '',
      what: [group, text(record, 'objectRef', 'resource'), ...(subresource === undefined ? [] : [subresource])].join(
        '/',
      ),
      namespace: 'shop',
      name: `shop-${id.slice(-4)}-${random.word(5)}`,
      from: isNode ? address : '10.0.0.5',
      agent: isNode
        ? 'kubelet/v1.34.1 (linux/amd64) kubernetes/0000000'
        : 'controller/v2.1.0 (linux/amd64) client-go/v0.34.1',
      over: { stage: text(record, 'stage') ?? '' },
    });
  }
  return log.records as unknown as readonly JsonObject[]; // JSON by type
};

const userOf = (username: string): AuditUser => ({
  username,
  uid: '00000000-0000-4000-8000-0000000000aa',
  groups: username.startsWith('system:node:')
    ? ['system:nodes', 'system:authenticated']
    : ['system:serviceaccounts', 'system:authenticated'],
});

/** Days of so many events each, until there are enough. */
function* lines(events: number): Generator<string> {
  const aDay = 20_000;
  for (let from = 0; from < events; from += aDay)
    for (const record of ordinaryTrail(Math.min(aDay, events - from), 7 + from)) {
      const eventTime = seconds(Date.parse(record.eventTime) + (from / aDay) * day);
      yield `${JSON.stringify({ ...record, eventTime })}\n`;
    }
}

if (import.meta.main) {
  const { path, events } = asked('usage: node bench/ordinary-log.ts FILE [EVENTS]', {}, ({ positionals }) => {
    const [path, count = '200000'] = atMost(2, positionals);
    if (path === undefined) throw new UsageError('say which file is to be written');
    return { path, events: whole('EVENTS', count) };
  });
  await pipeline(Readable.from(lines(events)), createGzip(), createWriteStream(path));
}
