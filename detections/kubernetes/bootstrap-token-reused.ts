import { kubernetes } from '../../core/detection.ts';
import { tokenIdOf } from '../../core/kubernetes/bootstrap-token.ts';
import { audit, joiner, users } from '../../core/kubernetes/example.ts';
import { texts } from '../../core/kubernetes/said.ts';
import { confirm, endJoin, insights, preserveNode } from '../../core/kubernetes/steps.ts';
import { tokenReuse } from '../../core/kubernetes/token-reuse.ts';

const id = 'kubernetes/bootstrap-token-reused';
const target = 'certificatesigningrequests.certificates.k8s.io';
const join = (
  node: string,
  time: string,
  over: { readonly user?: ReturnType<typeof joiner>; readonly code?: number } = {},
) => {
  const inner = Buffer.from(`system:nodes\u0013system:node:${node}`, 'latin1').toString('base64');
  const request = Buffer.from(
    `-----BEGIN CERTIFICATE REQUEST-----\n${inner}\n-----END CERTIFICATE REQUEST-----\n`,
  ).toString('base64');
  return audit('create', target, {
    cluster: 'fleet',
    user: over.user ?? joiner('abc123'),
    time,
    objectRef: { name: `csr-${node}` },
    requestObject: { spec: { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', request } },
    responseStatus: { code: over.code ?? 201 },
  });
};
const written = (verb: string, time: string) =>
  audit(verb, 'secrets', {
    cluster: 'fleet',
    user: users.bootstrapProvider,
    time,
    objectRef: { namespace: 'kube-system', name: 'bootstrap-token-abc123' },
  });
const first = join('ip-10-1-0-1', '2026-09-01T10:00:00Z');

export const detection = kubernetes({
  id,
  title: 'The bootstrap token {token} was used again',
  severity: 'critical',
  when: {
    verb: 'create',
    objectRef: { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests' },
    user: { username: [{ prefix: 'system:bootstrap:' }] },
    fact: { 'call.outcome': 'succeeded' },
  },
  by: view => [{ token: tokenIdOf(view.record.user?.username ?? '') || 'unknown' }],
  window: '24h',
  resources: view => texts(view, 'csr.node'),
  state: tokenReuse(id),
  attack: ['T1078', 'T1550'],
  why: 'Cluster API makes a token for one machine and lets it die when the machine has joined. The same token for a second name, or long after, is a machine that nobody ordered.',
  references: [
    'Kubernetes documentation, TLS bootstrapping and Bootstrap tokens',
    'cluster-api, kubeadm bootstrap manager (--bootstrap-token-ttl; renewed until the node joins)',
  ],
  runbook: [
    confirm("user.username = 'system:bootstrap:TOKEN'"),
    `Contain: ${endJoin}`,
    'Compare nodes and Machines: kubectl get nodes -o custom-columns=N:.metadata.name,P:.spec.providerID, and on the management cluster kubectl get machines -A -o custom-columns=N:.status.nodeRef.name,P:.spec.providerID',
    `A node without a Machine: ${preserveNode}`,
    `Find who read the token: ${insights("objectRef.name = 'bootstrap-token-TOKEN'")}`,
  ],
  blind: [
    'A thief who joins before the machine does, under its name, is that machine.',
    'Machines of one MachinePool share a token by design: exempt their token’s user, or join them by instance identity.',
    'Node names stand in the request’s body; where that is not logged only the time is judged.',
  ],
  examples: {
    matches: [
      { name: 'a second node name', event: join('ip-10-1-0-2', '2026-09-01T10:05:00Z'), after: [first] },
      {
        name: 'twenty minutes after it was made',
        event: join('ip-10-1-0-1', '2026-09-01T10:20:00Z'),
        after: [written('create', '2026-09-01T10:00:00Z')],
      },
    ],
    misses: [
      { name: 'the first node', event: first },
      { name: 'the same node again', event: join('ip-10-1-0-1', '2026-09-01T10:05:00Z'), after: [first] },
      {
        name: 'twenty minutes after it was made, ten after it was renewed',
        event: join('ip-10-1-0-1', '2026-09-01T10:20:00Z'),
        after: [written('create', '2026-09-01T10:00:00Z'), written('update', '2026-09-01T10:10:00Z')],
      },
      {
        name: 'another token',
        event: join('ip-10-1-0-2', '2026-09-01T10:05:00Z', { user: joiner('def456') }),
        after: [first],
      },
      {
        name: 'the request is refused',
        event: join('ip-10-1-0-2', '2026-09-01T10:05:00Z', { code: 403 }),
        after: [first],
      },
      {
        name: 'the request is watched',
        event: audit('watch', target, {
          cluster: 'fleet',
          user: joiner('abc123'),
          time: '2026-09-01T10:20:00Z',
          objectRef: { name: 'csr-x' },
        }),
        after: [written('create', '2026-09-01T10:00:00Z')],
      },
      {
        name: 'a review of what it may do',
        event: audit('create', 'selfsubjectaccessreviews.authorization.k8s.io', {
          cluster: 'fleet',
          user: joiner('abc123'),
          time: '2026-09-01T10:20:00Z',
        }),
        after: [written('create', '2026-09-01T10:00:00Z')],
      },
      {
        name: 'another resource of the group',
        event: audit('create', 'clustertrustbundles.certificates.k8s.io', {
          cluster: 'fleet',
          user: joiner('abc123'),
          time: '2026-09-01T10:20:00Z',
        }),
        after: [written('create', '2026-09-01T10:00:00Z')],
      },
      {
        name: 'a resource of that name in another group',
        event: audit('create', 'certificatesigningrequests.example.com', {
          cluster: 'fleet',
          user: joiner('abc123'),
          time: '2026-09-01T10:20:00Z',
        }),
        after: [written('create', '2026-09-01T10:00:00Z')],
      },
      {
        name: 'a person asks for two nodes (client-certificate-requested)',
        event: join('ip-10-1-0-2', '2026-09-01T10:05:00Z', { user: users.admin }),
        after: [join('ip-10-1-0-1', '2026-09-01T10:00:00Z', { user: users.admin })],
      },
    ],
  },
});
