import { call } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { kubernetes } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { tokenIdOf } from '../../core/kubernetes/bootstrap-token.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { nodeAsked } from '../../core/kubernetes/example-node.ts';
import { said, texts } from '../../core/kubernetes/said.ts';
import { confirm, endJoin, lookAround, preserveNode } from '../../core/kubernetes/steps.ts';
import { bootstrapRead, tokenRead } from '../../core/lineage.ts';
import { streamOf } from '../../core/state/heard.ts';
import { addressInName, addressScope } from '../../core/state/node.ts';
import type { Item } from '../../core/state/observation.ts';
import { recall } from '../../core/state/recall.ts';
import { traceScopes, tracesIn, whoIn } from '../../core/state/trace.ts';

const within = tokenRead.within;
const tokenOf = ({ record }: View<'kubernetes'>): string => tokenIdOf(record.user?.username ?? '');

/** A machine that was launched within a day before it asks to join, by the address that its name holds. */
const isLaunched = (item: Item, time: number): boolean =>
  (item['instance'] ?? []).some(one => {
    const launched = Date.parse(one.slice(0, 24));
    return launched <= time && launched >= time - within;
  });

const admin = users.admin;
const read = (name: string, namespace: string, over = {}) =>
  audit('get', 'secrets', {
    cluster: 'fleet',
    user: admin,
    time: '2026-09-01T09:50:00Z',
    objectRef: { namespace, name },
    ...over,
  });
const token = read('bootstrap-token-abc123', 'kube-system');
const data = read('workers-x7k2p', 'fleet-eu');
const heard = call('ec2', 'DescribeVpcs', { eventTime: '2026-09-01T10:31:00Z' });
const machine = (ip: string) =>
  runInstances({
    by: clusterApi,
    tags: { 'sigs.k8s.io/cluster-api-provider-aws/cluster/fleet': 'owned' },
    instance: { privateIpAddress: ip },
    record: { eventTime: '2026-09-01T09:58:00Z' },
  });
const joined = nodeAsked({ name: 'ip-10-1-3-4.eu-west-1.compute.internal' });

export const detection = kubernetes({
  id: 'lineage/bootstrap-secret-read-then-join',
  title: 'The machine {node} asked to join after a join secret was read',
  severity: 'critical',
  when: {
    verb: 'create',
    user: { username: [{ prefix: 'system:bootstrap:' }] },
    fact: { 'csr.node': [{ 'anything-but': 'unknown' }], 'call.outcome': 'succeeded' },
  },
  by: view => [{ node: said(view, 'csr.node') }],
  window: '24h',
  resources: view => texts(view, 'csr.node'),
  state: recall({
    kind: 'sequence',
    doc: 'A bootstrap token read by an unexpected user, and within a day a certificate request by that token; or bootstrap data read, and a request for a machine whose address no launch of the account explains (judged when CloudTrail was heard past it). Judged again when late records have come.',
    scopes: view => {
      const { account, cluster, time } = view.event;
      return [
        ...traceScopes(tokenRead.name(account, cluster, tokenOf(view)), time, within),
        ...traceScopes(bootstrapRead.name(account), time, within),
        addressScope(account, addressInName(said(view, 'csr.node'))),
      ];
    },
    conclude: (view, key, items) => {
      const { time } = view.event;
      const readers = whoIn(tracesIn(items.slice(0, 2), time, within));
      const others =
        view.again === undefined || isLaunched(items[4] ?? {}, time) ? [] : tracesIn(items.slice(2, 4), time, within);
      return [
        ...readers.map(user => ({ key: { user, ...key }, note: `its bootstrap token was read by ${user}` })),
        ...whoIn(others)
          .filter(user => !readers.includes(user))
          .map(user => ({
            key: { user, ...key },
            note: `bootstrap data was read by ${user}, and no launch explains the machine`,
          })),
      ];
    },
    again: ({ event }) => ({ after: event.time, streams: [streamOf('cloudtrail', event.account, '')] }),
  }),
  attack: ['T1552.007', 'T1078', 'T1550'],
  why: 'A bootstrap token, or the bootstrap data that holds one, lets any machine become a node. A read by somebody who joins no machines, and then a machine that joins, is the whole way in.',
  references: [
    'Kubernetes documentation, "Authenticating with Bootstrap Tokens" and "TLS bootstrapping"',
    'cluster-api book, "Bootstrap secret"; kubeadm token create (--ttl 24h)',
  ],
  runbook: [
    confirm("user.username like 'system:bootstrap:'"),
    preserveNode,
    `End what it joined with: ${endJoin}; once you saved what it was given: kubectl delete node NODE`,
    `Contain who read it, as the finding of that read says (kubernetes/bootstrap-secret-read, cloudtrail/bootstrap-data-read): npx tripline entity USER; for others that joined compare nodes and Machines: kubectl get nodes -o custom-columns=N:.metadata.name,P:.spec.providerID, and on the management cluster kubectl get machines -A`,
    lookAround,
  ],
  blind: [
    'A token that lives longer than a day is joined with reads of the last day only.',
    'A machine is recognised by the address in its name: where nodes are named otherwise, only reads of the token itself count.',
    'Reads by controllers, nodes, the platform, GitOps and listed readers leave no trace.',
  ],
  examples: {
    matches: [
      { name: 'with the token that a person read', event: joined, after: [token, machine('10.1.3.4')], later: [heard] },
      { name: 'the read is recorded late', event: joined, later: [token, heard] },
      {
        name: 'after bootstrap data was read, a machine that nobody launched',
        event: joined,
        after: [data],
        later: [heard],
      },
      {
        name: 'after bootstrap data was read, while another machine was launched',
        event: joined,
        after: [data, machine('10.1.3.99')],
        later: [heard],
      },
    ],
    misses: [
      { name: 'nobody read anything', event: joined, later: [heard] },
      {
        name: 'another token was read',
        event: joined,
        after: [read('bootstrap-token-zzz999', 'kube-system')],
        later: [heard],
      },
      {
        name: 'the token of that name in another cluster was read',
        event: joined,
        after: [read('bootstrap-token-abc123', 'kube-system', { cluster: 'prod' })],
        later: [heard],
      },
      {
        name: 'its controller read the token',
        event: joined,
        after: [read('bootstrap-token-abc123', 'kube-system', { user: users.bootstrapProvider })],
        later: [heard],
      },
      {
        name: 'the token was read a day and an hour before',
        event: joined,
        after: [read('bootstrap-token-abc123', 'kube-system', { time: '2026-08-31T09:00:00Z' })],
        later: [heard],
      },
      {
        name: 'after bootstrap data was read, the machine that Cluster API launched',
        event: joined,
        after: [data, machine('10.1.3.4')],
        later: [heard],
      },
      {
        name: 'after bootstrap data was read, while CloudTrail is silent',
        event: joined,
        after: [data],
      },
      {
        name: 'the request was refused',
        event: nodeAsked({ name: 'ip-10-1-3-4.eu-west-1.compute.internal', code: 403 }),
        after: [token],
        later: [heard],
      },
      {
        name: 'the request is looked at',
        event: { ...joined, record: { ...joined.record, verb: 'update' } },
        after: [token],
        later: [heard],
      },
      {
        name: 'a request for no node',
        event: {
          ...joined,
          record: { ...joined.record, requestObject: { spec: { signerName: 'kubernetes.io/kube-apiserver-client' } } },
        },
        after: [token, data],
        later: [heard],
      },
      {
        name: 'a node renews its certificate',
        event: {
          ...joined,
          record: { ...joined.record, user: { username: 'system:node:ip-10-1-3-4.eu-west-1.compute.internal' } },
        },
        after: [data],
        later: [heard],
      },
    ],
  },
});
