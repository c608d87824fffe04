import { kubernetes } from '../../core/detection.ts';
import { tokenIdOf } from '../../core/kubernetes/bootstrap-token.ts';
import { audit, joiner, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, endJoin, insightsSince, lookAround } from '../../core/kubernetes/steps.ts';

const target = 'certificatesigningrequests.certificates.k8s.io';
const outside = {
  cluster: 'fleet',
  user: joiner('abc123'),
  sourceIPs: ['192.0.2.77'],
  objectRef: { name: 'csr-x7k2p' },
};

export const detection = kubernetes({
  id: 'kubernetes/bootstrap-token-off-cluster',
  title: 'The bootstrap token {token} was used at {address}',
  severity: 'critical',
  when: {
    $or: [
      { verb: 'create', objectRef: { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests' } },
      { objectRef: { resource: 'configmaps' } },
    ],
    user: { username: [{ prefix: 'system:bootstrap:' }] },
    fact: { 'source.place': 'outside' },
  },
  by: view => [{ token: tokenIdOf(view.record.user?.username ?? '') || 'unknown', address: said(view, 'source.last') }],
  requires: ['ranges'],
  attack: ['T1078', 'T1550'],
  why: 'A bootstrap token is made for a machine that starts in the cluster’s network. From anywhere else it was read out of user data or a secret, and whoever brings it gets a certificate as a node, or reads what kubeadm tells machines.',
  references: [
    'Kubernetes documentation, Authenticating with Bootstrap Tokens; TLS bootstrapping',
    'kubernetes/apiserver, sourceIPs (only the last is the server’s own)',
  ],
  runbook: [
    confirm("user.username = 'system:bootstrap:TOKEN'"),
    `Contain: ${endJoin}; a node that joined with it: kubectl cordon NODE, and once you saved what it was given kubectl delete node NODE`,
    `See what its certificate did since: ${insightsSince("sourceIPs.0 = 'ADDRESS'")}`,
    'See who read the token: npx tripline findings --detection kubernetes/bootstrap-secret-read --since DAY_BEFORE, and npx tripline findings --detection cloudtrail/bootstrap-data-read --since DAY_BEFORE',
    lookAround,
  ],
  blind: [
    'Machines that join from networks that the settings do not give are outside, each a finding: give secondary and IPv6 ranges in `vpcRanges`, peered VPCs in `network.ranges`, private lines in `network.onPrem`, and in `network.egress` the NAT gateways and proxies through which they reach a public endpoint whose load balancer keeps addresses.',
    'What else a token asks for (nodes, its own rights) is not looked at: a join begins with one of these.',
    'From within the VPC, or through our own NAT gateway, a stolen token looks right: kubernetes/bootstrap-token-reused is about those.',
  ],
  examples: {
    matches: [
      { name: 'a certificate is asked for from outside', event: audit('create', target, outside) },
      {
        name: 'what kubeadm tells machines is read',
        event: audit('get', 'configmaps', {
          ...outside,
          objectRef: { namespace: 'kube-system', name: 'kubeadm-config' },
        }),
      },
      {
        name: 'it is refused that, for the token has no group',
        event: audit('get', 'configmaps', {
          ...outside,
          objectRef: { namespace: 'kube-system', name: 'kubeadm-config' },
          responseStatus: { code: 403 },
        }),
      },
      {
        name: 'it is refused, for the token has ended since',
        event: audit('create', target, { ...outside, responseStatus: { code: 403 } }),
      },
    ],
    misses: [
      { name: 'its certificate is fetched', event: audit('get', target, outside) },
      {
        name: 'another certificate manager’s request',
        event: audit('create', 'certificatesigningrequests.example.com', outside),
      },
      {
        name: 'another object of that group',
        event: audit('create', 'clustertrustbundles.certificates.k8s.io', outside),
      },
      {
        name: 'a machine joins through our NAT gateway, at a public load balancer',
        event: audit('create', target, { ...outside, sourceIPs: ['203.0.113.10'] }),
      },
      {
        name: 'a machine of an IPv6 VPC joins',
        event: audit('create', target, { ...outside, sourceIPs: ['2001:db8:1::17'] }),
        settings: { network: { egress: [], onPrem: [], endpoints: {}, ranges: ['2001:db8:1::/56'] } },
      },
      { name: 'a machine of the VPC joins', event: audit('create', target, { ...outside, sourceIPs: ['10.1.3.4'] }) },
      { name: 'somebody else asks from outside', event: audit('create', target, { ...outside, user: users.admin }) },
    ],
  },
});
