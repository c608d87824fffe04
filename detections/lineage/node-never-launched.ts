import { call } from '../../core/cloudtrail/example.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { kubernetes } from '../../core/detection.ts';
import { nodeJoined } from '../../core/kubernetes/example-node.ts';
import { nodeObject } from '../../core/kubernetes/node-join.ts';
import { confirm, lookAround, preserveNode } from '../../core/kubernetes/steps.ts';
import { daysHeard, sinceScopes, streamOf } from '../../core/state/heard.ts';
import { instanceScope, knownInstance } from '../../core/state/instance.ts';
import { recall } from '../../core/state/recall.ts';

const trail = (time: string) => call('ec2', 'DescribeVpcs', { eventTime: time });
const watched = trail('2026-07-20T08:00:00Z');
const lately = trail('2026-09-01T09:50:00Z');
const later = trail('2026-09-01T10:31:00Z');
const joined = nodeJoined();

export const detection = kubernetes({
  id: 'lineage/node-never-launched',
  title: 'The node {node} joined, and nobody was seen to launch its instance {instance}',
  severity: 'critical',
  when: {
    verb: 'create',
    objectRef: { resource: 'nodes' },
    fact: { 'call.outcome': 'succeeded' },
  },
  by: view => {
    const { name, instance } = nodeObject(view.record);
    return [{ node: name || 'unknown', instance: instance || 'unknown' }];
  },
  window: '24h',
  state: recall({
    kind: 'absence',
    doc: 'No launch of the node’s instance in the account, before or after, when the time for late records is over; judged only while CloudTrail was heard past the join and not silent around it. Silent while CloudTrail has been watched for less than a day; high, not critical, for 30 days: an older instance may register again.',
    scopes: ({ event }, { instance = 'unknown' }) =>
      instance === 'unknown'
        ? []
        : [
            instanceScope(event.account, instance),
            ...sinceScopes(streamOf('cloudtrail', event.account, ''), event.time),
          ],
    conclude: ({ event, again }, _key, [known, ...since]) => {
      if (known === undefined || again === undefined || knownInstance(known).launchSeen) return [];
      const days = daysHeard(since, event.time);
      if (days < 1) return [];
      if (days >= 30) return [{}];
      return [
        { severity: 'high', note: 'CloudTrail is watched for less than 30 days: the instance may be older than that' },
      ];
    },
    again: ({ event }, _key, [known]) =>
      known === undefined || knownInstance(known).launchSeen
        ? undefined
        : { after: event.time, streams: [streamOf('cloudtrail', event.account, '')] },
  }),
  attack: ['T1078.004', 'T1610'],
  why: 'A node that no launch of the account explains is a machine of somebody else’s, or stolen node credentials that registered one. The scheduler gives it pods, and with them their secrets and their roles.',
  references: [
    'EKS User Guide, "Cluster access for nodes" (access entries of type EC2_LINUX)',
    'Kubernetes documentation, "Nodes", self-registration; cloud provider AWS, providerID',
  ],
  runbook: [
    confirm("objectRef.resource = 'nodes' and verb = 'create' and objectRef.name = 'NODE'"),
    'Ask EC2: aws ec2 describe-instances --instance-ids INSTANCE --region REGION; in another account or not at all, it belongs to nobody',
    preserveNode,
    'Look at what it was given: kubectl get pods -A --field-selector spec.nodeName=NODE -o wide; rotate the secrets that those pods mount',
    lookAround,
  ],
  blind: [
    'Fargate and hybrid nodes, and nodes that state no instance, are not judged.',
    'A thief who registers under the instance id of a real launch is not found here (kubernetes/node-identity-off-node).',
    'Instances launched more than 90 days ago are forgotten: one that registers again is found.',
  ],
  examples: {
    matches: [
      {
        name: 'a node whose instance nobody launched',
        severity: 'critical',
        event: joined,
        after: [watched, lately],
        later: [later],
      },
      {
        name: 'another instance was launched',
        severity: 'critical',
        event: joined,
        after: [watched, lately, fleetRun({ instance: { instanceId: 'i-0eeeeffff00001111' } })],
        later: [later],
      },
      {
        name: 'a week after the watch began',
        severity: 'high',
        event: joined,
        after: [trail('2026-08-25T08:00:00Z'), lately],
        later: [later],
      },
    ],
    misses: [
      { name: 'a node that was launched', event: joined, after: [watched, fleetRun()], later: [later] },
      {
        name: 'the record of its launch comes ten minutes late',
        event: joined,
        after: [watched, lately],
        later: [fleetRun(), later],
      },
      { name: 'CloudTrail is silent since', event: joined, after: [watched, lately] },
      { name: 'CloudTrail was silent until after it joined', event: joined, after: [watched], later: [later] },
      {
        name: 'on the first day of the watch',
        event: joined,
        after: [trail('2026-09-01T08:00:00Z')],
        later: [later],
      },
      {
        name: 'the registration was refused',
        event: nodeJoined({ code: 403 }),
        after: [watched, lately],
        later: [later],
      },
      {
        name: 'a hybrid node',
        event: nodeJoined({ instance: 'mi-0123456789abcdef0', name: 'mi-0123456789abcdef0' }),
        after: [watched, lately],
        later: [later],
      },
      {
        name: 'a node that is there already says how it is',
        event: { ...joined, record: { ...joined.record, verb: 'update' } },
        after: [watched, lately],
        later: [later],
      },
      {
        name: 'another object that carries a providerID',
        event: {
          ...joined,
          record: { ...joined.record, objectRef: { ...joined.record.objectRef, resource: 'machines' } },
        },
        after: [watched, lately],
        later: [later],
      },
    ],
  },
});
