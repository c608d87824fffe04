import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { busChannel } from '../../adapters/bus.ts';
import { findingsTable } from '../../adapters/findings/table.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import { sendToPagerDuty } from '../../adapters/pagerduty.ts';
import { memoryQuarantine } from '../../adapters/quarantine-local.ts';
import { postToSlack } from '../../adapters/slack.ts';
import { snsChannel } from '../../adapters/sns.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { postSigned } from '../../adapters/webhook.ts';
import type { AnyDetection } from '../../core/detection.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { remembering } from '../../core/state/remembering.ts';
import { type Deps, fromEnvironment } from '../../functions/deps/deps.ts';
import { routingKey, type Services } from '../faults/services.ts';

/** What a stage is deployed with; a new deployment brings new ones. */
export interface Deployed {
  readonly settings: Settings;
  readonly detections: readonly AnyDetection[];
}

/** Where the stage is. */
export const account = '111122223333';
/** Milliseconds that a service on loopback may take on a busy machine. */
const timeout = 60_000;

/** What lies outside of a stage, on loopback: the topic, the bus, and what channels post to. */
export const outsideOf = ({ address }: Services) => {
  const at = (service: string) => ({
    endpoint: `${address}/${service}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const [sns, bus] = [new SNSClient(at('sns')), new EventBridgeClient(at('bus'))];
  const outlets = (now: () => number): Pick<Deps, 'channels' | 'slack' | 'pagerDuty' | 'webhook'> => ({
    channels: () => [
      snsChannel(() => sns, `arn:aws:sns:eu-west-1:${account}:tripline`),
      busChannel(() => bus, 'tripline'),
    ],
    slack: {
      name: '0',
      post: message =>
        postToSlack(`${address}/slack/month/`, message, { timeout, patience: 5_000, wait: async () => undefined }),
    },
    pagerDuty: () => ({
      name: '1',
      routingKey,
      send: event => sendToPagerDuty(event, { address: `${address}/pagerduty/month/`, timeout }),
    }),
    webhook: () => ({
      name: '2',
      send: (id, body) => {
        const secret = 'a-long-random-secret-of-the-webhook';
        return postSigned(id, body, { address: `${address}/webhook/month/`, secret, now: now(), timeout });
      },
    }),
  });
  return {
    outlets,
    stop: (): void => {
      sns.destroy();
      bus.destroy();
    },
  };
};

/** What a process of a function begins with: nothing of any other's but the compiled rules, which never change. */
export const processOf = ({
  client,
  deployed,
  match,
  outside,
  print,
  now,
  onFold,
}: {
  readonly client: DynamoDBClient;
  readonly deployed: Deployed;
  readonly outside: ReturnType<typeof outsideOf>;
  /** Told of what was folded. */
  readonly onFold: (matches: readonly Match[]) => void;
} & Pick<Deps, 'match' | 'print' | 'now'>): Deps => {
  const { settings, detections } = deployed;
  const store = remembering(dynamoStore(client, 'state'), now);
  const findings = findingsTable(client, 'findings');
  return {
    ...fromEnvironment({}),
    ...outside.outlets(now),
    ...{ settings, match, print, now, stage: 'month' },
    detections: () => detections,
    store: () => store,
    findings: () => ({
      ...findings,
      fold: async (matches, at) => {
        await findings.fold(matches, at);
        onFold(matches);
      },
    }),
    suppressions: () => suppressionsTable(client, 'findings'),
    ledger: () => ledgerTable(client, 'state'),
    quarantine: () => memoryQuarantine(),
    escalateAfter: settings.announcing.escalateMinutes * 60_000,
  };
};
