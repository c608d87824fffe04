import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { at, list, member, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import { lastSegment } from '../roles.ts';

type Record = Event<'cloudtrail'>['record'];

const queues = 'sqs.amazonaws.com';
const rules = 'events.amazonaws.com';
const queueCalls = ['SetQueueAttributes', 'AddPermission', 'RemovePermission', 'DeleteQueue', 'PurgeQueue'];
const needs = () => ({
  eventSource: [queues, rules],
  eventName: [...queueCalls, 'CreateQueue', 'PutTargets'],
});

/** A queue's name, of its ARN; undefined where it is another thing's. */
const queueIn = (arn: string | undefined): string | undefined =>
  arn?.split(':')[2] === 'sqs' ? arn.slice(arn.lastIndexOf(':') + 1) : undefined;

/**
 * The queue to which another one hands what nobody takes from it: a JSON text. Nobody must be allowed to send for that, and any queue of
 * the account and region may, unless a RedriveAllowPolicy says otherwise (SQS Developer Guide, "Using dead-letter queues in Amazon SQS").
 */
const deadLettersTo = (request: unknown): string | undefined => {
  try {
    const policy: unknown = JSON.parse(text(request, 'attributes', 'RedrivePolicy') ?? 'null');
    return queueIn(text(policy, 'deadLetterTargetArn'));
  } catch {
    return undefined;
  }
};

/** What a rule's target sends to, and what it hands over that it could not deliver (EventBridge API Reference, Target). */
const targetsOf = (request: unknown): readonly (string | undefined)[] =>
  list(request, 'targets').flatMap(target => [
    queueIn(text(target, 'arn')),
    queueIn(text(target, 'deadLetterConfig', 'arn')),
  ]);

/** Queues by address (`https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`; SQS Developer Guide, "Example log file entries"), targets by ARN. */
const named = (record: Record): readonly string[] => {
  const { eventSource, eventName, requestParameters: request } = record;
  const url = eventSource === queues && queueCalls.includes(eventName) ? text(request, 'queueUrl') : undefined;
  return [url === undefined ? undefined : lastSegment(url), ...sendersTo(record)].filter(name => name !== undefined);
};

/** The queues that a call makes another queue, or a rule, send to. */
const sendersTo = ({ eventSource, eventName, requestParameters: request }: Record): readonly (string | undefined)[] => {
  if (eventSource === queues && ['SetQueueAttributes', 'CreateQueue'].includes(eventName))
    return [deadLettersTo(request)];
  return eventSource === rules && eventName === 'PutTargets' ? targetsOf(request) : [];
};

const isOurs =
  (settings: Settings) =>
  (name: string | undefined): name is string =>
    name !== undefined &&
    (settings.clusters.some(cluster => cluster.name === name) || matchesAny(settings.interruptionQueues, name));

const queuesOf = (record: Record, settings: Settings): readonly string[] =>
  [...new Set(named(record))].filter(isOurs(settings)).sort();

/**
 * Whether a call lets somebody else send to a queue: its policy is written, a permission added, or a rule or another queue sends to it.
 * Other services have calls of these names, too: topics and functions are given permissions.
 */
const opens = (record: Record, settings: Settings): boolean => {
  const { eventSource, eventName, requestParameters } = record;
  if (eventSource === rules) return eventName === 'PutTargets';
  if (eventSource !== queues) return false;
  return (
    eventName === 'AddPermission' ||
    sendersTo(record).some(isOurs(settings)) ||
    (eventName === 'SetQueueAttributes' && member(at(requestParameters, 'attributes'), 'Policy') !== undefined)
  );
};

/** The queue through which Karpenter hears that instances are going to end, and drains their nodes. */
export const interruptionFacts: Facts<'cloudtrail'> = {
  'interruption.queues': {
    doc: 'Names of the queues of Karpenter that a call changes or sends events to: those that the setting `interruptionQueues` lists, and those named as a cluster.',
    needs,
    read: (event, settings) => queuesOf(event.record, settings),
  },
  'interruption.opened': {
    doc: 'Whether such a call may let somebody send to the queue: its policy is set, a permission added, or an EventBridge rule or another queue, as whose dead letters, sends to it.',
    needs,
    read: (event, settings) => opens(event.record, settings),
  },
};
