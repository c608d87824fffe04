import { karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, said } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { nodeJoined } from '../../core/kubernetes/example-node.ts';
import { absence } from '../../core/state/absence.ts';
import { streamOf } from '../../core/state/heard.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { joinedScope } from '../../core/state/node.ts';

const minute = 60_000;
const later = audit('list', 'pods', { time: '2026-09-01T10:31:00Z' });
const launched = fleetRun();

export const detection = cloudtrail({
  id: 'lineage/instance-never-joined',
  title: 'The instance {instance} was launched for {cluster} and never became a node',
  severity: 'medium',
  when: {
    eventName: 'RunInstances',
    fact: { 'launch.nodes': ['karpenter', 'cluster-api'], 'call.outcome': 'succeeded' },
  },
  by: view =>
    listed(view, 'launch.instances').map(one => ({
      instance: text(one, 'id') ?? 'unknown',
      cluster: said(view, 'launch.cluster'),
    })),
  window: '24h',
  resources: view => listed(view, 'launch.instances').flatMap(one => text(one, 'id') ?? []),
  state: absence({
    doc: 'No Node with the instance’s providerID within 15 minutes of the launch. Judged when the time for late records is over, and only while the cluster’s audit log was heard past the 15 minutes and not silent around them. An instance that was terminated before then is none.',
    within: 15 * minute,
    scope: ({ event }, { instance, cluster }) =>
      instance === undefined || instance === 'unknown' || cluster === 'unknown'
        ? undefined
        : joinedScope(event.account, instance),
    set: 'joined',
    excuse: {
      scope: ({ event }, { instance = 'unknown' }) => instanceScope(event.account, instance),
      holds: (item, deadline) => (item['terminated'] ?? []).some(one => Date.parse(one) <= deadline),
    },
    streams: ({ event }, { cluster = '' }) => [streamOf('kubernetes', event.account, cluster)],
    note: 'no node within 15 minutes',
  }),
  attack: ['T1578.002', 'T1496.001'],
  why: 'A machine that carries the cluster’s tags and role but never joins is a failed registration at best. At worst its boot was taken over: it has a node’s credentials and a place in the network, and no kubelet that says what it runs.',
  references: [
    'Karpenter documentation, "NodeClaims" (registration times out after 15 minutes)',
    'Kubernetes documentation, "Nodes", self-registration; cloud provider AWS, providerID',
  ],
  runbook: [
    'Confirm: kubectl get nodeclaims -o wide | grep INSTANCE (Cluster API: kubectl get machines -A -o wide | grep INSTANCE), and aws ec2 get-console-output --region INSTANCE_REGION --instance-id INSTANCE --latest --output text | tail -100',
    'See what it does instead: aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=INSTANCE --region REGION, and its flow logs',
    preserveNode,
    revokeSessions,
    lookAround,
  ],
  blind: [
    'Only clusters whose audit log is read are judged, by the name in the launch’s tags: tags that name another cluster, or none, hide it.',
    'An instance that another one impersonates at the API server counts as joined (kubernetes/node-identity-off-node).',
    'A machine that does its work in less than 15 minutes and is terminated is not found.',
  ],
  examples: {
    matches: [
      { name: 'a fleet’s instance, and the audit log goes on without it', event: launched, later: [later] },
      {
        name: 'its node comes after 16 minutes',
        event: launched,
        later: [nodeJoined({ time: '2026-09-01T10:16:00Z' }), later],
      },
      {
        name: 'another instance joins',
        event: launched,
        later: [
          nodeJoined({ instance: 'i-0eeeeffff00001111', name: 'ip-10-0-12-99.eu-west-1.compute.internal' }),
          later,
        ],
      },
      {
        name: 'a machine of Cluster API whose tags name the cluster',
        event: runInstances({
          by: clusterApi,
          tags: {
            'sigs.k8s.io/cluster-api-provider-aws/cluster/fleet': 'owned',
            'kubernetes.io/cluster/fleet': 'owned',
          },
        }),
        later: [audit('list', 'pods', { cluster: 'fleet', time: '2026-09-01T10:31:00Z' })],
      },
      {
        name: 'its registration was refused',
        event: launched,
        later: [nodeJoined({ code: 403 }), later],
      },
    ],
    misses: [
      { name: 'its node comes after a minute', event: launched, later: [nodeJoined(), later] },
      {
        name: 'the record of its node was read before that of its launch',
        event: launched,
        after: [nodeJoined()],
        later: [later],
      },
      { name: 'the audit log is silent', event: launched },
      {
        name: 'the audit log was silent for hours around it',
        event: launched,
        after: ['2026-09-01T09:30:00Z', '2026-09-01T09:45:00Z'].map(time => audit('list', 'pods', { time })),
        later: [audit('list', 'pods', { time: '2026-09-01T13:00:00Z' })],
      },
      {
        name: 'only another cluster is heard',
        event: launched,
        later: [audit('list', 'pods', { cluster: 'fleet', time: '2026-09-01T10:31:00Z' })],
      },
      {
        name: 'it is terminated after five minutes',
        event: launched,
        later: [
          ec2(
            'TerminateInstances',
            { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } },
            { by: karpenter, record: { eventTime: '2026-09-01T10:05:00Z' } },
          ),
          later,
        ],
      },
      { name: 'an instance that is for no cluster', event: runInstances(), later: [later] },
      {
        name: 'a refused launch that the service answered all the same',
        event: fleetRun({
          record: {
            errorCode: 'Client.UnauthorizedOperation',
            responseElements: launched.record.responseElements ?? null,
          },
        }),
        later: [later],
      },
      { name: 'the record of its fleet, which says it too', event: createFleet(), later: [later] },
    ],
  },
});
