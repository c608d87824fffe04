import { filterPolicy } from '../core/announce/route.ts';
import type { Channel } from '../core/settings.ts';
import { rows } from '../core/tables.ts';
import { type Grant, type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical } from './names.ts';
import { home } from './place.ts';
import { accept, deadLetters, polls, type Queue, queue } from './queue.ts';
import { findingKeys, type Storage, says } from './storage.ts';

interface Around {
  readonly storage: Storage;
  readonly topic: aws.sns.Topic;
  readonly undelivered: Queue;
  readonly key: Key;
}

interface Made {
  readonly functions: readonly Lambda[];
  readonly dead: readonly Queue[];
  readonly urls: readonly $util.Output<string>[];
}

const timeout = 30;

/** Which message a finding's thread hangs on. */
const threads = ({ state }: Storage): Grant => ({
  actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  resources: [state.arn],
  keys: { like: [`${rows.thread}*`] },
});

/** One secret of SST's, however many channels name it. */
const secrets = new Map<string, sst.Secret>();
const secret = (name: string): $util.Output<string> => {
  const known = secrets.get(name) ?? new sst.Secret(name);
  secrets.set(name, known);
  return known.value;
};

/** The secret that a channel's function needs, and the variable it is looked for in (`functions/deps/deps.ts`). */
const secretOf = (channel: Exclude<Channel, { kind: 'email' }>): Record<string, $util.Output<string>> => {
  if (channel.kind === 'slack') return { SLACK_WEBHOOK: secret(channel.secret) };
  if (channel.kind === 'slack-app') return { SLACK_TOKEN: secret(channel.token) };
  if (channel.kind === 'pagerduty') return { PAGERDUTY_KEY: secret(channel.secret) };
  return { WEBHOOK_SECRET: secret(channel.secret) };
};

/**
 * A channel that is not mail: a queue of its own on the topic, so that a dead webhook blocks nobody else, and the function that
 * empties it. The topic's filter admits at least what the channel hears; the function decides.
 * @param index the channel's place in the settings' list, by which the function finds it
 */
export const channelFunction = (
  channel: Channel,
  index: number,
  { storage, topic, undelivered, key }: Around,
): Made => {
  if (channel.kind === 'email') return { functions: [], dead: [], urls: [] };
  const part = `${channel.kind}-${index + 1}`;
  const dead = deadLetters(part, home, key);
  const waiting = queue(part, timeout, dead, key);
  accept(`${part} queue`, waiting, { sns: [topic.arn] });
  const policy = filterPolicy(channel);
  new aws.sns.TopicSubscription(logical(`${part} subscription`), {
    topic: topic.arn,
    protocol: 'sqs',
    endpoint: waiting.arn,
    redrivePolicy: $jsonStringify({ deadLetterTargetArn: undelivered.arn }),
    ...(policy === undefined ? {} : { filterPolicy: JSON.stringify(policy) }),
  });
  const fn = lambda(part, {
    file: channel.kind,
    does: `Tells the channel ${part} what was announced`,
    timeout,
    memory: 256,
    key,
    // Services ask callers to wait: more at once would only be refused.
    reserved: 2,
    grants: [
      says(storage, `${channel.kind}-`),
      ...(channel.kind === 'slack-app' ? [threads(storage)] : []),
      polls(waiting),
    ],
    environment: {
      STATE_TABLE: storage.state.name,
      CHANNEL: String(index),
      SLACK_CHANNEL: part,
      ...secretOf(channel),
    },
  });
  new aws.lambda.EventSourceMapping(logical(`${part} mapping`), {
    eventSourceArn: waiting.arn,
    functionName: fn.fn.arn,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
  });
  const pressed = channel.kind === 'slack-app' && channel.triage !== undefined ? [channel.triage.signing] : [];
  const triages = pressed.map(signing => triage(index, signing, storage, key));
  return { functions: [fn, ...triages], dead: [dead], urls: triages.map(({ fn: one }) => one.url) };
};

/**
 * Takes buttons pressed in Slack. Its address asks for no AWS credentials, because Slack has none: the function believes nothing
 * that Slack did not sign. It may look a finding up and change its status, and runs five at once whoever calls it.
 */
const triage = (index: number, signing: string, storage: Storage, key: Key): Lambda =>
  lambda(`triage-${index + 1}`, {
    file: 'triage',
    does: 'Takes buttons pressed in Slack: believes only what Slack signed',
    timeout: 10,
    memory: 256,
    key,
    reserved: 5,
    isPublic: true,
    grants: [
      {
        actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
        resources: [storage.findings.arn],
        keys: findingKeys,
      },
      says(storage, 'triage#'),
    ],
    environment: {
      FINDINGS_TABLE: storage.findings.name,
      STATE_TABLE: storage.state.name,
      CHANNEL: String(index),
      SLACK_SIGNING: secret(signing),
    },
  });
