import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { busChannel } from '../adapters/bus.ts';
import { type FindingsTable, findingsTable } from '../adapters/findings-table.ts';
import { ledgerTable } from '../adapters/ledger.ts';
import { readS3 } from '../adapters/objects.ts';
import { bucketQuarantine } from '../adapters/quarantine.ts';
import { postToSlack } from '../adapters/slack.ts';
import { snsChannel } from '../adapters/sns.ts';
import { dynamoStore } from '../adapters/state-table.ts';
import type { AnnounceDeps, Channel } from '../core/announce/announce.ts';
import type { Ledger } from '../core/announce/deliver.ts';
import type { SlackMessage } from '../core/announce/slack.ts';
import { stormOf } from '../core/announce/storm.ts';
import { compile, type Matcher } from '../core/compile.ts';
import type { AnyDetection } from '../core/detection.ts';
import type { Quarantine, Read } from '../core/read/contract.ts';
import type { ObjectPointer } from '../core/read/sqs.ts';
import type { Settings } from '../core/settings.ts';
import type { Store } from '../core/state/observation.ts';
import { remembering } from '../core/state/remembering.ts';
import { detections, knowledge } from '../detections/index.ts';
import settings from '../tripline.config.ts';

/** Everything a handler needs; functions where making it costs something, so that an idle invocation makes nothing. */
export interface Deps {
  readonly settings: Settings;
  readonly detections: readonly AnyDetection[];
  /** Compiled once a process. */
  readonly match: () => Matcher;
  readonly store: () => Store;
  readonly findings: () => FindingsTable;
  readonly ledger: () => Ledger;
  readonly quarantine: () => Quarantine;
  readonly object: (pointer: ObjectPointer) => AsyncIterable<readonly Read[]>;
  readonly channels: () => readonly Channel[];
  /** Posts to this function's Slack channel, whose name keeps its ledger rows apart. */
  readonly slack: { readonly name: string; readonly post: (message: SlackMessage) => Promise<void> };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds after which a critical finding that nobody took up is said again. */
  readonly escalateAfter: number;
  /** Writes one line of log or metrics. */
  readonly print: (line: string) => void;
}

const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/**
 * The deps of a deployed function, from the variables that the stack sets; the SDK itself honours `AWS_ENDPOINT_URL`.
 * A variable is asked for when what it names is first used.
 */
export const fromEnvironment = (env: { readonly [name: string]: string | undefined }): Deps => {
  const variable = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '')
      throw new Error(`the environment variable ${name} is not set: the stack sets it on every function that needs it`);
    return value;
  };
  const dynamodb = lazy(() => new DynamoDBClient({}));
  const s3 = lazy(() => new S3Client({}));
  const sns = lazy(() => new SNSClient({}));
  const events = lazy(() => new EventBridgeClient({}));
  return {
    settings,
    detections,
    match: lazy(() => compile(detections, knowledge, settings)),
    store: lazy(() => remembering(dynamoStore(dynamodb(), variable('STATE_TABLE')))),
    findings: lazy(() => findingsTable(dynamodb(), variable('FINDINGS_TABLE'))),
    ledger: lazy(() => ledgerTable(dynamodb(), variable('STATE_TABLE'))),
    quarantine: lazy(() => bucketQuarantine(s3(), { bucket: variable('QUARANTINE_BUCKET') }, Date.now)),
    object: pointer => readS3(s3(), pointer, settings),
    channels: lazy(() => [snsChannel(sns, variable('TOPIC_ARN')), busChannel(events, variable('BUS_NAME'))]),
    slack: {
      name: env['SLACK_CHANNEL'] ?? 'slack',
      post: async message => postToSlack(variable('SLACK_WEBHOOK'), message, { timeout: 5000, patience: 5000 }),
    },
    now: Date.now,
    escalateAfter: settings.announcing.escalateMinutes * 60_000,
    print: line => void process.stdout.write(`${line}\n`),
  };
};

let current: Deps = fromEnvironment(process.env);

/** What the handlers use now. */
export const deps = (): Deps => current;

/** Gives the handlers other deps: the local run's tables and terminal, a test's. */
export const use = (next: Deps): void => {
  current = next;
};

/** What announcing needs of them. */
export const announceDeps = (): AnnounceDeps => {
  const { findings, ledger, channels, detections, settings, now, escalateAfter, store } = current;
  return {
    cases: findings(),
    ledger: ledger(),
    channels: channels(),
    detections,
    settings,
    now,
    escalateAfter,
    storm: finding => stormOf(store(), finding, settings.announcing.stormFindings),
  };
};
