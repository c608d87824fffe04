import type { CanaryCalls } from '../../adapters/canary-call.ts';
import type { FindingsTable } from '../../adapters/findings/table.ts';
import type { Kube } from '../../adapters/kube-api.ts';
import type { SlackApp } from '../../adapters/slack-app.ts';
import type { Suppressions } from '../../adapters/suppressions.ts';
import type { Threads } from '../../adapters/threads.ts';
import type { Versions } from '../../adapters/versions.ts';
import type { Channel as Outgoing } from '../../core/announce/announce.ts';
import type { Ledger } from '../../core/announce/deliver.ts';
import type { SlackMessage } from '../../core/announce/slack.ts';
import type { Matcher } from '../../core/compile.ts';
import type { AnyDetection } from '../../core/detection.ts';
import type { AnyEvent, Event } from '../../core/event.ts';
import { admitting } from '../../core/gate.ts';
import type { JsonObject } from '../../core/json.ts';
import { once } from '../../core/once.ts';
import type { Quarantine, Read } from '../../core/read/contract.ts';
import type { ObjectPointer } from '../../core/read/sqs.ts';
import type { Channel, Routing, Settings } from '../../core/settings.ts';
import type { Store } from '../../core/state/observation.ts';
import settings from '../../tripline.config.ts';
import { gate } from '../catalogue/gate.ts';
import { port } from './port.ts';
import { print } from './print.ts';

/**
 * Everything a handler needs; functions where making it costs something, so that an idle invocation makes nothing. What holds
 * an AWS client is a module that is loaded when it is first called: a function that writes nothing loads none.
 */
export interface Deps {
  readonly settings: Settings;
  /** The stage that this function is of; undefined: none was deployed. */
  readonly stage?: string | undefined;
  readonly detections: () => readonly AnyDetection[] | Promise<readonly AnyDetection[]>;
  /** Whether any rule may be about an event: where none is, the catalogue need not be loaded to know that nothing matches. */
  readonly concerns: (event: AnyEvent) => boolean;
  /** Compiled once a process. */
  readonly match: () => Matcher | Promise<Matcher>;
  readonly store: () => Store;
  readonly findings: () => FindingsTable;
  readonly suppressions: () => Pick<Suppressions, 'list' | 'announced'>;
  readonly ledger: () => Ledger;
  readonly quarantine: () => Quarantine;
  /** Asks the posture reader to look at what events wrote; undefined where there is no reader. */
  readonly askFor: ((events: readonly Event<'kubernetes'>[]) => Promise<void>) | undefined;
  /** Reads from clusters; absent: from EKS's, by clients that no other function is to carry. */
  readonly kube?: () => Kube;
  /** Where evidence is kept. */
  readonly evidenceBucket: () => string;
  /** Objects as the posture reader saw them before. */
  readonly versions: () => Versions;
  readonly object: (pointer: ObjectPointer) => AsyncIterable<readonly Read[]>;
  readonly channels: () => readonly Outgoing[] | Promise<readonly Outgoing[]>;
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
  /** What a canary calls; absent: AWS and clusters. Its clients are large, and no other function is to carry them. */
  readonly canary?: () => CanaryCalls;
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
  const readings = env['READINGS_QUEUE'];
  return {
    settings,
    stage: env['STAGE'],
    detections: async () => (await import('../catalogue/catalogue.ts')).detections,
    concerns: admitting(gate),
    match: once(async () => (await import('../catalogue/catalogue.ts')).matcher(settings)),
    store: once(() => {
      const table = variable('STATE_TABLE');
      return port(async () => (await import('./dynamodb.ts')).store(table));
    }),
    findings: once(() => {
      const table = variable('FINDINGS_TABLE');
      return port(async () => (await import('./dynamodb.ts')).findings(table));
    }),
    suppressions: once(() => {
      const table = variable('FINDINGS_TABLE');
      return port(async () => (await import('./dynamodb.ts')).suppressions(table));
    }),
    ledger: once(() => {
      const table = variable('STATE_TABLE');
      return port(async () => (await import('./dynamodb.ts')).ledger(table));
    }),
    quarantine: once(() => {
      const bucket = variable('QUARANTINE_BUCKET');
      return port(async () => (await import('./s3.ts')).quarantine(bucket));
    }),
    askFor: readings === undefined ? undefined : async events => (await import('./sqs.ts')).askFor(readings, events),
    evidenceBucket: () => variable('EVIDENCE_BUCKET'),
    versions: once(() => {
      const table = variable('STATE_TABLE');
      return port(async () => (await import('./dynamodb.ts')).versions(table));
    }),
    object: async function* (pointer) {
      yield* (await import('./s3.ts')).object(pointer, settings);
    },
    channels: once(() => outgoing(variable('TOPIC_ARN'), variable('BUS_NAME'))),
    slack: {
      name: env['SLACK_CHANNEL'] ?? 'slack',
      post: async message => {
        const { postToSlack } = await import('../../adapters/slack.ts');
        await postToSlack(variable('SLACK_WEBHOOK'), message, { timeout: 5000, patience: 5000 });
      },
    },
    routing: () => (env['CHANNEL'] === undefined ? {} : channel()),
    threads: once(() => {
      const table = variable('STATE_TABLE');
      return port(async () => (await import('./dynamodb.ts')).threads(table));
    }),
    slackApp: once(() => {
      const { channel: id, domain = 'slack.com', triage } = channelOf('slack-app');
      const token = variable('SLACK_TOKEN');
      const app = port(async () =>
        (await import('../../adapters/slack-app.ts')).slackApp({ token, domain, channel: id, timeout }),
      );
      return { name: named(), channel: id, hasTriage: triage !== undefined, app };
    }),
    triage: once(() => {
      const { triage } = channelOf('slack-app');
      if (triage === undefined)
        throw new Error('the channel has no triage: the stack makes this function only where it has');
      return { signing: variable('SLACK_SIGNING'), users: triage.users, team: triage.team };
    }),
    answer: async (address, message) =>
      (await import('../../adapters/slack-app.ts')).answerSlack(address, message, channelOf('slack-app').domain),
    pagerDuty: once(() => {
      const { region = 'us' } = channelOf('pagerduty');
      const routingKey = variable('PAGERDUTY_KEY');
      const send = async (event: JsonObject) =>
        (await import('../../adapters/pagerduty.ts')).sendToPagerDuty(event, { region, timeout });
      return { name: named(), routingKey, send };
    }),
    webhook: once(() => {
      const { address } = channelOf('webhook');
      const secret = variable('WEBHOOK_SECRET');
      const send = async (id: string, body: string) =>
        (await import('../../adapters/webhook.ts')).postSigned(id, body, { address, secret, now: Date.now(), timeout });
      return { name: named(), send };
    }),
    now: Date.now,
    escalateAfter: settings.announcing.escalateMinutes * 60_000,
    print,
  };
};

const outgoing = async (topicArn: string, busName: string): Promise<readonly Outgoing[]> => {
  const { topic, bus } = await import('./outgoing.ts');
  return [topic(topicArn), bus(busName)];
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
