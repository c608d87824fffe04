import { gunzipSync, gzipSync } from 'node:zlib';
import type { Matcher } from '../core/compile.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { memoryFindings } from '../core/findings/memory.ts';
import type { JsonObject } from '../core/json.ts';
import { type DetectDeps, detect } from '../core/pipeline.ts';
import { readLogs } from '../core/read/logs.ts';
import { readSqs } from '../core/read/sqs.ts';
import { memoryStore } from '../core/state/memory.ts';
import type { Log } from './logs.ts';

/** Log events to a payload: CloudWatch Logs gathers up to 1 MB of gzip; a busy cluster sends a few hundred. */
const perPayload = 200;

/** The audit events among logs as what a subscription hands to a function. */
export const payloadsOf = (logs: readonly Log[]): readonly string[] =>
  logs
    .filter(({ isLines }) => isLines)
    .flatMap(({ text }) => {
      const lines = text.toString().split('\n').filter(Boolean);
      return Array.from({ length: Math.ceil(lines.length / perPayload) }, (_, at) =>
        gzipSync(
          JSON.stringify({
            messageType: 'DATA_MESSAGE',
            owner: '111122223333',
            logGroup: '/aws/eks/prod/cluster',
            logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
            subscriptionFilters: ['tripline'],
            logEvents: lines
              .slice(at * perPayload, (at + 1) * perPayload)
              .map((message, id) => ({ id: String(id), timestamp: 1_788_256_800_000, message })),
          }),
        ).toString('base64'),
      );
    });

/** The floor: every payload's JSON, already unpacked, and every record in it. */
export const parsePayloads = (unpacked: readonly Buffer[]): number => {
  let records = 0;
  for (const bytes of unpacked) {
    const { logEvents } = JSON.parse(bytes.toString()) as { logEvents: readonly { message: string }[] };
    for (const { message } of logEvents) if (JSON.parse(message) !== null) records++;
  }
  return records;
};

/** Messages to a batch: the most that the queue hands over (`stacks/sources.ts`). */
const perBatch = 100;

/** The CloudTrail records among logs as EventBridge puts them into the queue: one envelope a message. */
export const messagesOf = (logs: readonly Log[]): readonly SQSBody[][] => {
  const bodies = logs
    .filter(({ isLines }) => !isLines)
    .flatMap(({ text }) => (JSON.parse(text.toString()) as { Records: readonly JsonObject[] }).Records)
    .map((detail, at) => ({ messageId: String(at), body: JSON.stringify(envelopeOf(detail)) }));
  return Array.from({ length: Math.ceil(bodies.length / perBatch) }, (_, at) =>
    bodies.slice(at * perBatch, (at + 1) * perBatch),
  );
};

interface SQSBody {
  readonly messageId: string;
  readonly body: string;
}

/** EventBridge User Guide, "Events from AWS services via CloudTrail". */
const envelopeOf = (detail: JsonObject): JsonObject => ({
  version: '0',
  id: detail['eventID'] ?? null,
  'detail-type': 'AWS API Call via CloudTrail',
  source: `aws.${String(detail['eventSource']).split('.')[0]}`,
  account: detail['recipientAccountId'] ?? null,
  time: detail['eventTime'] ?? null,
  region: detail['awsRegion'] ?? null,
  resources: [],
  detail,
});

/** The floor: every message's JSON. */
export const parseMessages = (batches: readonly (readonly SQSBody[])[]): number => {
  let records = 0;
  for (const batch of batches) for (const { body } of batch) if (JSON.parse(body) !== null) records++;
  return records;
};

/** Each batch as an invocation of its own, state and findings in memory. */
export const judgeMessages = async (batches: readonly (readonly SQSBody[])[], match: Matcher): Promise<void> => {
  const deps = depsOf(match);
  for (const Records of batches)
    await detect(
      readSqs({ Records }, exampleSettings).flatMap(({ reads }) => reads),
      deps,
    );
};

export const unpackedOf = (payloads: readonly string[]): readonly Buffer[] =>
  payloads.map(data => gunzipSync(Buffer.from(data, 'base64')));

/** Each payload as an invocation of its own, state and findings in memory. */
export const judgePayloads = async (payloads: readonly string[], match: Matcher): Promise<void> => {
  const deps = depsOf(match);
  for (const data of payloads) await detect(readLogs({ awslogs: { data } }, exampleSettings), deps);
};

const depsOf = (match: Matcher): DetectDeps => ({
  match,
  store: memoryStore(),
  findings: memoryFindings(),
  quarantine: { keep: async () => undefined },
});
