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
  eventName: [...queueCalls, 'PutTargets'],
});

/** Queues by address (`https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`; SQS Developer Guide, "Example log file entries"), targets by ARN. */
const named = (record: Record): readonly string[] => {
  const { eventSource, eventName, requestParameters: request } = record;
  if (eventSource === queues && queueCalls.includes(eventName)) {
    const url = text(request, 'queueUrl');
    return url === undefined ? [] : [lastSegment(url)];
  }
  if (eventSource !== rules || eventName !== 'PutTargets') return [];
  const arns = list(request, 'targets').map(target => text(target, 'arn') ?? '');
  return arns.filter(arn => arn.split(':')[2] === 'sqs').map(arn => arn.slice(arn.lastIndexOf(':') + 1));
};

const queuesOf = (record: Record, settings: Settings): readonly string[] => {
  const clusters = settings.clusters.map(cluster => cluster.name);
  const ours = (name: string): boolean => clusters.includes(name) || matchesAny(settings.interruptionQueues, name);
  return [...new Set(named(record))].filter(ours).sort();
};

/**
 * Whether a call lets somebody else send to a queue: its policy is written, a permission added, or a rule sends to it. Other services
 * have calls of these names, too: topics and functions are given permissions.
 */
const opens = ({ eventSource, eventName, requestParameters }: Record): boolean => {
  if (eventSource === rules) return eventName === 'PutTargets';
  if (eventSource !== queues) return false;
  return (
    eventName === 'AddPermission' ||
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
    doc: 'Whether such a call may let somebody send to the queue: its policy is set, a permission added, or an EventBridge rule sends to it.',
    needs,
    read: event => opens(event.record),
  },
};
