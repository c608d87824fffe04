import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { busChannel } from '../adapters/bus.ts';
import { type FindingsTable, findingsTable } from '../adapters/findings-table.ts';
import { ledgerTable } from '../adapters/ledger.ts';
import { readS3 } from '../adapters/objects.ts';
import { sendToPagerDuty } from '../adapters/pagerduty.ts';
import { bucketQuarantine } from '../adapters/quarantine.ts';
import { postToSlack } from '../adapters/slack.ts';
import { answerSlack, type SlackApp, slackApp } from '../adapters/slack-app.ts';
import { snsChannel } from '../adapters/sns.ts';
import { dynamoStore } from '../adapters/state-table.ts';
import { type Suppressions, suppressionsTable } from '../adapters/suppressions.ts';
import { type Threads, threadsTable } from '../adapters/threads.ts';
import { postSigned } from '../adapters/webhook.ts';
import type { AnnounceDeps, Channel as Outgoing } from '../core/announce/announce.ts';
import type { Ledger } from '../core/announce/deliver.ts';
import type { SlackMessage } from '../core/announce/slack.ts';
import { stormOf } from '../core/announce/storm.ts';
import { compile, type Matcher } from '../core/compile.ts';
import type { AnyDetection } from '../core/detection.ts';
import type { JsonObject } from '../core/json.ts';
import type { Quarantine, Read } from '../core/read/contract.ts';
import type { ObjectPointer } from '../core/read/sqs.ts';
import type { Channel, Routing, Settings } from '../core/settings.ts';
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
  readonly suppressions: () => Pick<Suppressions, 'list' | 'announced'>;
  readonly ledger: () => Ledger;
  readonly quarantine: () => Quarantine;
  readonly object: (pointer: ObjectPointer) => AsyncIterable<readonly Read[]>;
  readonly channels: () => readonly Outgoing[];
  /** Posts to this function's Slack channel, whose name keeps its ledger rows apart. */
  readonly slack: { readonly name: string; readonly post: (message: SlackMessage) => Promise<void> };
  /** What this function's channel hears. */
  readonly routing: () => Routing;
  /** Which Slack message each finding's thread hangs on. */
  readonly threads: () => Threads;
  /** This function's Slack app channel. */
  readonly slackApp: () => {
    readonly name: string;
    readonly channel: string;
    readonly hasTriage: boolean;
    readonly app: SlackApp;
  };
  /** Whose presses of buttons count, and how Slack signs them. */
  readonly triage: () => { readonly signing: string; readonly users: readonly string[]; readonly team: string };
  /** Answers whoever pressed a button. */
  readonly answer: (address: string, message: JsonObject) => Promise<void>;
  readonly pagerDuty: () => {
    readonly name: string;
    readonly routingKey: string;
    readonly send: (event: JsonObject) => Promise<void>;
  };
  readonly webhook: () => { readonly name: string; readonly send: (id: string, body: string) => Promise<void> };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds after which a critical finding that nobody took up is said again. */
  readonly escalateAfter: number;
  /** Writes one line of log or metrics. */
  readonly print: (line: string) => void;
}

/** Milliseconds that a channel's service may take to answer. */
const timeout = 5000;

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
  /** The channel this function is for: its place in the settings' list. */
  const channel = (): Channel => {
    const found = settings.channels[Number(variable('CHANNEL'))];
    if (found === undefined) throw new Error('the environment variable CHANNEL names no channel of tripline.config.ts');
    return found;
  };
  const channelOf = <K extends Channel['kind']>(kind: K): Extract<Channel, { kind: K }> => {
    const found = channel();
    if (found.kind !== kind)
      throw new Error(`CHANNEL is a channel of kind ${found.kind}, and this function is for ${kind}`);
    return found as Extract<Channel, { kind: K }>; // just compared
  };
  const named = (): string => env['CHANNEL'] ?? '';
  const dynamodb = lazy(() => new DynamoDBClient({}));
  const s3 = lazy(() => new S3Client({}));
  const sns = lazy(() => new SNSClient({}));
  const events = lazy(() => new EventBridgeClient({}));
  return {
    settings,
    detections,
    match: lazy(() => compile(detections, knowledge, settings)),
    store: lazy(() => remembering(dynamoStore(dynamodb(), variable('STATE_TABLE')), Date.now)),
    findings: lazy(() => findingsTable(dynamodb(), variable('FINDINGS_TABLE'))),
    suppressions: lazy(() => suppressionsTable(dynamodb(), variable('FINDINGS_TABLE'))),
    ledger: lazy(() => ledgerTable(dynamodb(), variable('STATE_TABLE'))),
    quarantine: lazy(() => bucketQuarantine(s3(), { bucket: variable('QUARANTINE_BUCKET') }, Date.now)),
    object: pointer => readS3(s3(), pointer, settings),
    channels: lazy(() => [snsChannel(sns, variable('TOPIC_ARN')), busChannel(events, variable('BUS_NAME'))]),
    slack: {
      name: env['SLACK_CHANNEL'] ?? 'slack',
      post: async message => postToSlack(variable('SLACK_WEBHOOK'), message, { timeout: 5000, patience: 5000 }),
    },
    routing: () => (env['CHANNEL'] === undefined ? {} : channel()),
    threads: lazy(() => threadsTable(dynamodb(), variable('STATE_TABLE'))),
    slackApp: lazy(() => {
      const { channel: id, triage } = channelOf('slack-app');
      const app = slackApp({ token: variable('SLACK_TOKEN'), channel: id, timeout });
      return { name: named(), channel: id, hasTriage: triage !== undefined, app };
    }),
    triage: lazy(() => {
      const { triage } = channelOf('slack-app');
      if (triage === undefined)
        throw new Error('the channel has no triage: the stack makes this function only where it has');
      return { signing: variable('SLACK_SIGNING'), users: triage.users, team: triage.team };
    }),
    answer: answerSlack,
    pagerDuty: lazy(() => {
      const { region = 'us' } = channelOf('pagerduty');
      const routingKey = variable('PAGERDUTY_KEY');
      return { name: named(), routingKey, send: event => sendToPagerDuty(event, { region, timeout }) };
    }),
    webhook: lazy(() => {
      const { address } = channelOf('webhook');
      const secret = variable('WEBHOOK_SECRET');
      return { name: named(), send: (id, body) => postSigned(id, body, { address, secret, now: Date.now(), timeout }) };
    }),
    now: Date.now,
    escalateAfter: settings.announcing.escalateMinutes * 60_000,
    print: line => void process.stdout.write(`${line}\n`),
  };
};

const deployed = fromEnvironment(process.env);
let current: () => Deps = () => deployed;

/** What the handlers use now. */
export const deps = (): Deps => current();

/** Gives the handlers other deps: the local run's tables and terminal, a test's. */
export const use = (next: Deps): void => {
  current = () => next;
};

/** Asks at every use which deps they are: those of the process that is at it, where many are simulated in one. */
export const useEach = (next: () => Deps): void => {
  current = next;
};

/** What announcing needs of them. */
export const announceDeps = (): AnnounceDeps => {
  const { findings, ledger, channels, detections, settings, now, escalateAfter, store } = deps();
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
