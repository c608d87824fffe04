import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, insights, lookAround } from '../../core/kubernetes/steps.ts';

const by = { user: users.karpenter };

export const detection = kubernetes({
  id: 'kubernetes/karpenter-identity-misused',
  title: "Karpenter's service account did what Karpenter does not do: {verb} {resource}",
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'critical'],
  when: {
    fact: { 'karpenter.act': 'beyond', 'call.outcome': ['succeeded', 'denied', 'dry-run', 'failed'] },
  },
  by: view => {
    const { resource = 'unknown', apiGroup, subresource } = view.record.objectRef ?? {};
    return [
      {
        verb: view.record.verb,
        resource: `${resource}${apiGroup ? `.${apiGroup}` : ''}${subresource ? `/${subresource}` : ''}`,
      },
    ];
  },
  resources: view => [said(view, 'object.path')],
  attack: ['T1528', 'T1078.004'],
  why: 'Karpenter asks for a short, fixed list of things. Anything else under its name is its token in other hands, and that token may create nodes and evict every pod.',
  references: [
    'karpenter-provider-aws, charts/karpenter, clusterrole-core.yaml, clusterrole.yaml, role.yaml',
    'Kubernetes documentation, Managing Service Accounts (bound tokens)',
  ],
  runbook: [
    confirm("user.username = 'USER' and objectRef.resource = 'RESOURCE'"),
    'Check whether the chart was given more: kubectl get clusterrole,clusterrolebinding,role,rolebinding -A -o wide | grep -i karpenter (additionalClusterRoleRules)',
    'Contain: kubectl -n kube-system delete pod -l app.kubernetes.io/name=karpenter, which ends the bound tokens; a token made for it by hand (kubectl create token) must belong to nobody: see kubernetes/controller-token-minted',
    `Find where the token was used: ${insights("user.username = 'USER'")}, and compare the source addresses with the pods’`,
    lookAround,
  ],
  blind: [
    'What the chart allows is not seen: a thief who only deletes NodeClaims or evicts pods acts like Karpenter (kubernetes/service-account-off-cluster sees from where).',
    'Rules that an installation adds to the chart are beyond its baseline: exempt them by resource.',
    'A new version of Karpenter may read a new resource; the baseline is that of 1.14.',
  ],
  examples: {
    matches: [
      {
        name: 'reads a secret',
        event: audit('get', 'secrets', { ...by, objectRef: { namespace: 'kube-system', name: 'registry' } }),
      },
      {
        name: 'creates a NodePool',
        event: audit('create', 'nodepools.karpenter.sh', { ...by, objectRef: { name: 'x' } }),
      },
      { name: 'asks what it may do', event: audit('create', 'selfsubjectrulesreviews.authorization.k8s.io', by) },
      {
        name: 'is refused a shell',
        event: audit('create', 'pods/exec', {
          ...by,
          objectRef: { namespace: 'team-a', name: 'app' },
          responseStatus: { code: 403 },
        }),
      },
      {
        name: 'by its usual name, while the settings name no controller',
        event: audit('get', 'secrets', { ...by, objectRef: { namespace: 'kube-system', name: 'registry' } }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      {
        name: 'creates a NodeClaim',
        event: audit('create', 'nodeclaims.karpenter.sh', { ...by, objectRef: { name: 'default-x7k2p' } }),
      },
      {
        name: 'changes a NodePool’s status',
        event: audit('patch', 'nodepools.karpenter.sh/status', { ...by, objectRef: { name: 'default' } }),
      },
      {
        name: 'evicts a pod',
        event: audit('create', 'pods/eviction', { ...by, objectRef: { namespace: 'team-a', name: 'app' } }),
      },
      { name: 'lists nodes', event: audit('list', 'nodes', by) },
      {
        name: 'renews its lease',
        event: audit('update', 'leases.coordination.k8s.io', {
          ...by,
          objectRef: { namespace: 'kube-system', name: 'karpenter-leader-election' },
        }),
      },
      {
        name: 'the stage before there is an answer',
        event: audit('create', 'serviceaccounts/token', {
          ...by,
          objectRef: { namespace: 'team-a', name: 'app' },
          stage: 'RequestReceived',
        }),
      },
      {
        name: 'a person creates a NodePool',
        event: audit('create', 'nodepools.karpenter.sh', { objectRef: { name: 'x' } }),
      },
    ],
  },
});
