import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { text } from '../../core/json.ts';
import { addressScope } from '../../core/state/node.ts';
import type { Item } from '../../core/state/observation.ts';
import { recall } from '../../core/state/recall.ts';

const addressOf = ({ record }: View<'cloudtrail'>): string =>
  text(record, 'requestParameters', 'privateIpAddress') ?? 'unknown';

/** The node that was the last to be launched with the address before then, of `TIME INSTANCE`. */
const nodeAt = (item: Item, time: number): string | undefined =>
  (item['instance'] ?? [])
    .filter(one => Date.parse(one.slice(0, 24)) <= time)
    .toSorted()
    .at(-1)
    ?.slice(25);

const address = '10.0.12.34';
const tunnel = (over = {}) =>
  call('ec2-instance-connect', 'OpenTunnel', {
    requestParameters: {
      instanceConnectEndpointId: 'eice-0aaaabbbbccccdddd',
      maxTunnelDuration: '3600',
      remotePort: '22',
      privateIpAddress: address,
    },
    ...over,
  });
/** A node that had the address before, or comes to have it. */
const at = (eventTime: string, instanceId: string) =>
  fleetRun({ instance: { instanceId, privateIpAddress: address }, record: { eventTime } });
const before = at('2026-08-31T10:00:00Z', 'i-0eeeeffff00001111');
const now = at('2026-09-01T09:00:00Z', 'i-0aaaabbbbccccdddd');

export const detection = cloudtrail({
  id: 'cloudtrail/node-tunnelled',
  title: '{principal} opened a tunnel to the node {instance|address}',
  severity: 'high',
  when: {
    eventSource: 'ec2-instance-connect.amazonaws.com',
    eventName: 'OpenTunnel',
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.kind': ['platform', 'service'] } }],
  by: view => [{ principal: said(view, 'principal.id'), address: addressOf(view) }],
  state: recall({
    kind: 'recall-address',
    doc: 'Only where a node was launched with the address that the tunnel leads to; of several, the last before it. Where none is known, it is judged again when the record of the launch must have come.',
    scopes: view => [addressScope(view.event.account, addressOf(view))],
    conclude: (view, key, [item = {}]) => {
      const instance = nodeAt(item, view.event.time);
      return instance === undefined ? [] : [{ key: { ...key, instance }, note: `by its address ${addressOf(view)}` }];
    },
    again: ({ event }, _key, [item = {}]) =>
      nodeAt(item, event.time) === undefined ? { after: event.time } : undefined,
  }),
  attack: ['T1021.008', 'T1021.004'],
  why: 'An Instance Connect endpoint leads to SSH on an instance that has no public address, for whoever may open a tunnel and has a key: one on the image, or one that was written by a command. No key is sent for it then, so that the tunnel is all that AWS records.',
  references: [
    'EC2 User Guide, "Log connections established over EC2 Instance Connect Endpoint" (an OpenTunnel event)',
    'AWS CLI reference, ec2-instance-connect open-tunnel',
  ],
  runbook: [
    confirmCall,
    'End it: aws ec2 describe-instance-connect-endpoints --region REGION; where nobody needs the endpoint that the record names, aws ec2 delete-instance-connect-endpoint --region REGION --instance-connect-endpoint-id ENDPOINT, which closes its tunnels; else take port 22 from its security group to the nodes',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'A node is known by the private IPv4 address that it was launched with: one whose launch was not seen, or a later address of it, is not.',
    'Addresses are used again: the tunnel may lead to what has the address of a node that is gone, or to the same address in another VPC of the account.',
    'The tunnel, not what goes through it: whether somebody signed in is in the log of the node.',
    'SSH from within the VPC, and by a bastion, makes no CloudTrail record.',
    'The event is the one that the EC2 User Guide shows; what a refused one holds was not seen, and it is not judged.',
  ],
  examples: {
    matches: [
      { name: 'to a node of Karpenter’s', event: tunnel(), after: [now] },
      { name: 'to a node whose launch is recorded late', event: tunnel(), later: [now] },
      { name: 'to a node that has the address of one that is gone', event: tunnel(), after: [before, now] },
      {
        name: 'from a node, with its role',
        event: tunnel({ userIdentity: nodeSession('i-0eeeeffff00001111') }),
        after: [now],
      },
    ],
    misses: [
      { name: 'to an instance that is no node', event: tunnel(), after: [runInstances()] },
      { name: 'to an address of which nothing is known', event: tunnel() },
      {
        name: 'before a node had the address',
        event: tunnel(),
        after: [at('2026-09-01T11:00:00Z', 'i-0aaaabbbbccccdddd')],
      },
      { name: 'by the platform', event: tunnel({ userIdentity: platform }), after: [now] },
      { name: 'it is refused', event: tunnel({ errorCode: 'AccessDeniedException' }), after: [now] },
      {
        name: 'a key is pushed, which another detection is about',
        event: call('ec2-instance-connect', 'SendSSHPublicKey', {
          requestParameters: { instanceId: 'i-0aaaabbbbccccdddd', privateIpAddress: address },
        }),
        after: [now],
      },
      {
        name: 'another service has a call of that name',
        event: call('iotsecuredtunneling', 'OpenTunnel', { requestParameters: { privateIpAddress: address } }),
        after: [now],
      },
    ],
  },
});
