import { mapping, queue, target } from '../kinds.ts';
import { full } from '../synthesis.ts';
import { changed, type Fault, plus, without } from './planting.ts';

/** What comes to nothing on its way. */
export const delivery: readonly Fault[] = [
  ['every hop has a dead-letter queue', 'a rule’s target', () => changed(target, without('deadLetterConfig'))],
  ['every hop has a dead-letter queue', 'a queue', () => changed(queue, without('redrivePolicy'), 'EventsQueue')],
  [
    'every hop has a dead-letter queue',
    'the stream',
    () => changed(mapping, without('destinationConfig'), 'AnnounceStream'),
  ],
  [
    'every hop has a dead-letter queue',
    'a subscription',
    () => changed('aws:sns/topicSubscription:TopicSubscription', without('redrivePolicy')),
  ],
  [
    'every hop has a dead-letter queue',
    'a schedule',
    () => changed('aws:scheduler/schedule:Schedule', inputs => ({ ...inputs, target: {} })),
  ],
  [
    'every hop has a dead-letter queue',
    'asynchronous invocations',
    () => full.resources.filter(({ name }) => name !== 'AuditInvocations'),
  ],
  [
    'every dead-letter queue accepts whoever is told to use it',
    'its policy',
    () => full.resources.filter(({ type, name }) => !(type.includes('queuePolicy') && name.includes('Forward'))),
  ],
  [
    "every queue hides a message for six times its function's time-out",
    'a queue',
    () => changed(queue, plus({ visibilityTimeoutSeconds: 719 }), 'EventsQueue'),
  ],
  ['every mapping reports partial failures', 'a mapping', () => changed(mapping, without('functionResponseTypes'))],
  [
    'streams start at the beginning, bisect, and give up',
    'LATEST',
    () => changed(mapping, plus({ startingPosition: 'LATEST' }), 'AnnounceStream'),
  ],
  [
    'streams start at the beginning, bisect, and give up',
    'endless retries',
    () => changed(mapping, without('maximumRetryAttempts'), 'AnnounceStream'),
  ],
];
