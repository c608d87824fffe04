import { gzipSync } from 'node:zlib';
import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { show } from '../../cli/findings/show.ts';
import { announcementJson } from '../../core/announce/json.ts';
import { digestOf } from '../../core/announce/notice.ts';
import { noticeSlack, noticeText } from '../../core/announce/notice-text.ts';
import { pagerDutyEvent } from '../../core/announce/pagerduty.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { mailText, subject, terminal as terminalText } from '../../core/announce/text.ts';
import { compile } from '../../core/compile.ts';
import { cloudtrail, kubernetes } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json } from '../../core/json.ts';
import { ocsf } from '../../core/ocsf.ts';
import { reportHtml } from '../../core/report/html.ts';
import { reportOf } from '../../core/report/report.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { handler as auditDeployed } from '../../functions/audit.ts';
import { handler as trailDeployed } from '../../functions/cloudtrail.ts';
import { terminal } from '../cli/terminal.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { context, setUp } from './setup.ts';

const announce = policed('announce', announceDeployed);
const audit = policed('audit', auditDeployed);
const trail = policed('cloudtrail', trailDeployed);

const world = setUp();

/** In every secret that is planted, in the clear or encoded. */
const canary = 'CANARYcanary0CANARYcanary1';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const jwt = `${base64('{"alg":"RS256"}').replaceAll('=', '')}.${base64(`{"sub":"${canary}"}`).replaceAll('=', '')}.${canary}`;
const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYxKEY';
const pem = `-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA${canary}\n-----END PRIVATE KEY-----`;
const userData = `#!/bin/bash\n/etc/eks/bootstrap.sh prod --token ${canary}\nkubeadm join --token abcdef.0123456789abcdef\n`;

/** What may be seen nowhere, in any encoding it was planted in. */
const planted = [
  canary,
  base64(canary).slice(0, 28),
  base64(`"${canary}"`).slice(2, 28),
  base64(userData).slice(0, 40),
  base64(`{"sub":"${canary}"}`).slice(0, 30),
  secretKey,
  encodeURIComponent(secretKey),
  '0123456789abcdef.secret',
  'MIIEpAIBAAKCAQEA',
];

/** Text fields in which a sender may put anything: titles, keys and participants are made of them. */
const texts: readonly string[] = [
  `curl/8 Authorization: Bearer ${jwt}`,
  `x token=${canary}`,
  `https://bucket.s3.amazonaws.com/k?X-Amz-Signature=${canary}&X-Amz-Security-Token=${canary}`,
  `https://admin:${canary}@git.example.com/repo`,
  `AWS_SECRET_ACCESS_KEY=${secretKey}`,
  `password: ${canary}`,
  pem,
];

const auditBodies: readonly { readonly [member: string]: Json }[] = [
  { requestObject: { kind: 'Secret', data: { k: base64(canary) }, stringData: { k: canary } } },
  { responseObject: { kind: 'SecretList', items: [{ kind: 'Secret', data: { k: base64(canary) } }] } },
  { requestObject: { kind: 'ConfigMap', data: { kubeconfig: `users:\n- user:\n    token: ${canary}\n` } } },
  {
    requestObject: {
      metadata: {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"stringData":{"k":"${canary}"}}` },
      },
    },
  },
  { responseObject: { kind: 'TokenRequest', status: { token: jwt } } },
  { requestObject: [{ op: 'replace', path: '/data/k', value: base64(canary) }] },
  { requestObject: { spec: { userData: base64(userData) } } },
];
const trailBodies: readonly { readonly [member: string]: Json }[] = [
  {
    responseElements: {
      credentials: { accessKeyId: 'ASIAEXAMPLEKEY000001', secretAccessKey: secretKey, sessionToken: canary },
    },
  },
  { responseElements: { accessKey: { accessKeyId: 'AKIAEXAMPLEKEY000001', secretAccessKey: secretKey } } },
  { requestParameters: { userData: base64(userData) } },
  { requestParameters: { launchTemplateData: { userData: base64(userData) } } },
  { requestParameters: { policyDocument: JSON.stringify({ Statement: [{ Sid: `SecretAccessKey=${secretKey}` }] }) } },
  { requestParameters: { policyDocument: encodeURIComponent(JSON.stringify({ key: `password=${canary}` })) } },
  { requestParameters: { masterUserPassword: canary, secretString: canary } },
];

const id = (n: number) => `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`;
const time = () => new Date(world.now - 4000).toISOString();
const record = (n: number, text: string, body: object) => ({
  eventVersion: '1.11',
  eventTime: time(),
  eventSource: 'ec2.amazonaws.com',
  eventName: n % 2 === 0 ? 'RunInstances' : 'CreateLaunchTemplate',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.23',
  userAgent: text,
  errorMessage: text,
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::111122223333:assumed-role/developer/${text}`,
    sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/developer' } },
  },
  eventID: id(n),
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  managementEvent: true,
  recipientAccountId: '111122223333',
  ...body,
});
const auditEvent = (n: number, text: string, body: object) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: id(n),
  stage: 'ResponseComplete',
  requestURI: `/api/v1/namespaces/kube-system/secrets/db?access_token=${jwt}&x=${encodeURIComponent(text)}`,
  verb: 'get',
  user: { username: text, groups: ['system:authenticated'], extra: { token: [jwt] } },
  sourceIPs: ['198.51.100.23'],
  userAgent: text,
  objectRef: { resource: 'secrets', namespace: 'kube-system', name: text, apiVersion: 'v1' },
  responseStatus: { code: 200, message: text },
  requestReceivedTimestamp: time(),
  stageTimestamp: time(),
  annotations: {
    'patch.webhook.admission.k8s.io/round_0_index_0': `{"patch":[{"path":"/data/k","value":"${canary}"}]}`,
  },
  ...body,
});

const prose = {
  severity: 'high' as const,
  attack: ['T1078'],
  why: 'It holds for every event. It is for this test.',
  references: ['none'],
  runbook: ['Look at NAME of USER.', 'Think of SESSION.', 'aws x --user USER --name NAME --session SESSION'],
  blind: ['It sees nothing else.'],
};
const examples = { matches: ['one', 'two'], misses: ['three', 'four'] };
const named = <E>(event: E) => ({
  matches: examples.matches.map(name => ({ name, event })),
  misses: examples.misses.map(name => ({ name, event })),
});
const nothing = { id: '', time: 0, account: '', region: '', cluster: '' };
/** Rules that put what a sender wrote into title, key, principals and resources; one throws with it. */
const calls = cloudtrail({
  ...prose,
  id: 'cloudtrail/anything-called',
  title: '{agent} called',
  when: { eventID: [{ exists: true }] },
  by: ({ record: one }) => [{ agent: one.userAgent ?? '' }],
  principals: ({ record: one }) => [one.userIdentity?.arn ?? ''],
  resources: ({ record: one }) => [JSON.stringify(one.requestParameters ?? {})],
  examples: named({ ...nothing, source: 'cloudtrail', record: record(0, 'x', {}) } as never),
});
const reads = kubernetes({
  ...prose,
  id: 'kubernetes/anything-read',
  title: '{user} read',
  when: { auditID: [{ exists: true }] },
  by: ({ record: one }) => [{ user: one.user?.username ?? '' }],
  resources: ({ record: one }) => [one.requestURI ?? '', one.objectRef?.name ?? ''],
  examples: named({ ...nothing, source: 'kubernetes', record: auditEvent(0, 'x', {}) } as never),
});
const throwing = cloudtrail({
  ...prose,
  id: 'cloudtrail/rule-threw',
  title: 'x',
  when: { eventID: [{ exists: true }] },
  by: ({ record: one }) => {
    throw new Error(`could not read ${one.userAgent}`);
  },
  examples: named({ ...nothing, source: 'cloudtrail', record: record(0, 'x', {}) } as never),
});

const scan = async (table: string): Promise<string> => {
  const found: string[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await world.tables.local.client.send(
      new ScanCommand({ TableName: table, ...(from === undefined ? {} : { ExclusiveStartKey: from }) }),
    );
    found.push(JSON.stringify(page.Items));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found.join('\n');
};

/** No planted secret is in a text, nor behind a base64 word of it. */
const expectClean = (where: string, text: string): void => {
  const decoded = (text.match(/[A-Za-z0-9+/_-]{24,}={0,2}/g) ?? []).map(word => Buffer.from(word, 'base64').toString());
  for (const secret of planted)
    for (const shown of [text, ...decoded])
      if (shown.includes(secret))
        expect.fail(
          `${where} shows ${secret}: ${text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret) + 60)}`,
        );
};

describe('law 6: a secret in an event', () => {
  test('is in no item, message, log line, report, screen or error', async () => {
    const rules = [...detections, calls, reads, throwing];
    const match = compile(rules, knowledge, exampleSettings);
    world.with({ match: () => match, detections: () => rules });
    const pairs = <B>(bodies: readonly B[]) =>
      texts.flatMap((text, at) => bodies.map((body, b) => [at * 100 + b, text, body] as const));
    const trails = pairs(trailBodies).map(([n, text, body]) => record(n, text, body));
    const audits = pairs(auditBodies).map(([n, text, body]) => auditEvent(n, text, body));
    const queue = {
      Records: [
        ...trails.map((detail, n) => ({
          messageId: `m${n}`,
          body: JSON.stringify({
            version: '0',
            id: id(n),
            'detail-type': 'AWS API Call via CloudTrail',
            source: 'aws.ec2',
            account: '111122223333',
            time: time(),
            region: 'eu-west-1',
            resources: [],
            detail,
          }),
        })),
        { messageId: 'broken', body: `{"detail": {"password": "${canary}"` },
        { messageId: 'other', body: JSON.stringify({ Authorization: `Bearer ${canary}` }) },
      ],
    } as Parameters<typeof trail>[0]; // as far as it reads
    await trail(queue, context());
    const data = gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: '/aws/eks/prod/cluster',
        logStream: 'kube-apiserver-audit-1',
        subscriptionFilters: ['x'],
        logEvents: [...audits.map(one => JSON.stringify(one)), `{"token": "${canary}`].map((message, n) => ({
          id: String(n),
          timestamp: world.now,
          message,
        })),
      }),
    ).toString('base64');
    await audit({ awslogs: { data } }, context());
    await announce({ Records: woken(world.tables.local.stream()) }, context());

    const messages = world.heard.map(({ message }) => message);
    expect(new Set(messages.map(({ finding }) => finding.detection)).size).toBeGreaterThanOrEqual(3);
    expect(messages.map(({ finding }) => finding.detection)).toContain('pipeline/rule-failed');
    for (const message of messages)
      for (const [where, shown] of Object.entries({
        'a mail': mailText(message),
        'a subject': subject(message),
        JSON: announcementJson(message),
        Slack: JSON.stringify(slackMessage(message)),
        OCSF: JSON.stringify(ocsf(message)),
        PagerDuty: JSON.stringify(pagerDutyEvent(message, 'key')),
        'a terminal': terminalText(message, false),
      }))
        expectClean(where, shown);
    for (const [name, table] of Object.entries(world.tables.local.tables))
      expectClean(`the table ${name}`, await scan(table));
    expectClean('the log', world.lines.join('\n'));

    const findings = (await world.tables.findings.list({}, { limit: 500 })).items;
    expect(findings.length).toBeGreaterThan(10);
    const digest = digestOf(findings, false, world.now);
    expectClean('the digest', noticeText(digest) + JSON.stringify(noticeSlack(digest)));
    expectClean('the report', reportHtml(reportOf(findings, [], world.now - 86_400_000, world.now)));
    const { io, written } = terminal();
    const database = {
      findings: world.tables.findings,
      suppressions: suppressionsTable(world.tables.local.client, world.tables.local.tables.findings),
    };
    for (const one of findings)
      await show(database as Parameters<typeof show>[0], one.id, { json: false, settings: exampleSettings }, io); // it reads findings only
    expectClean('tripline findings show', written.out + written.err);
    expect(written.out).toContain('why it matters');
  });
});
