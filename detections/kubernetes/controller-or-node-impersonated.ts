import { kubernetes } from '../../core/detection.ts';
import { audit, iamSession, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

/** As the API server of Kubernetes 1.35 and later says which verb let an agent be its node. */
const asNode = (verb: string) =>
  audit('list', 'pods', {
    user: serviceAccount('monitoring', 'node-agent'),
    impersonatedUser: node(),
    authenticationMetadata: { impersonationConstraint: verb },
  });
const eks = iamSession('AWSServiceRoleForAmazonEKS', 'EKS');

export const detection = kubernetes({
  id: 'kubernetes/controller-or-node-impersonated',
  title: '{user} impersonated {target} ({impersonation.target})',
  severity: 'critical',
  when: { fact: { 'impersonation.target': ['controller', 'node', 'masters', 'system'] } },
  unless: [
    // An access proxy (Teleport, Tailscale) or an administrator’s “sudo” takes a person’s name and the administrators’ group.
    {
      impersonatedUser: { username: [{ 'anything-but': { prefix: 'system:' } }] },
      fact: { 'principal.kind': ['platform'], 'impersonation.target': ['masters'] },
    },
    // EKS takes names of its own (elastic/detection-rules leaves them out as ordinary).
    { impersonatedUser: { username: [{ prefix: 'eks:' }] }, fact: { 'principal.kind': ['service'] } },
    // A node's agent as the node that its own token is bound to, which the API server has compared.
    { authenticationMetadata: { impersonationConstraint: 'impersonate:associated-node' } },
  ],
  by: view => [{ user: said(view, 'principal.id'), target: said(view, 'impersonation.name') }],
  attack: ['T1134', 'T1078'],
  why: 'Impersonation takes every right of its target, and logs that look only at the effective user take it for the target. Nobody needs to be a controller or a node.',
  references: [
    'Kubernetes documentation, User impersonation (constrained: authenticationMetadata.impersonationConstraint)',
    'kubernetes/apiserver, filters/impersonation (the audit event keeps both users)',
    'elastic/detection-rules, privilege_escalation_kubernetes_api_request_impersonating_privileged_identity (what is ordinary)',
    'gravitational/teleport issue 61357 (recorded on EKS: a person’s name with system:masters, by the proxy)',
    'Tailscale documentation, Configure Kubernetes RBAC for the API server proxy',
  ],
  runbook: [
    confirm("impersonatedUser.username = 'TARGET'"),
    'Find who grants it: kubectl get clusterroles,roles -A -o json | jq -r \'.items[] | select(any(.rules[]?.verbs[]?; startswith("impersonate"))) | .metadata.name\'',
    removeAccess,
    'Undo what was done under the other name: read the same query for verbs create, update, patch and delete',
    lookAround,
  ],
  blind: [
    'A refused impersonation is recorded as a forbidden call of the real user, without its target (kubernetes/denied-burst).',
    'The platform of the settings may take a person’s name and the group system:masters: name an access proxy’s service account there. Whatever is then done is judged as done by nobody who is exempt.',
    'An agent as its own node, where it was let by impersonate:associated-node: whoever has its token has the rights of that node that its role names (kubernetes/controller-rbac-granted tells who grants them).',
    'Impersonating a person or an ordinary service account is not this finding; exemptions elsewhere still need both users.',
  ],
  examples: {
    matches: [
      {
        name: 'a developer as Karpenter',
        event: audit('delete', 'nodeclaims.karpenter.sh', {
          impersonatedUser: users.karpenter,
          objectRef: { name: 'default-x7k2p' },
        }),
      },
      {
        name: 'a developer as a node',
        event: audit('get', 'secrets', { impersonatedUser: node(), objectRef: { namespace: 'team-a', name: 'db' } }),
      },
      {
        name: 'a developer with the group system:masters',
        event: audit('list', 'pods', { impersonatedUser: { username: 'alice', groups: ['system:masters'] } }),
      },
      {
        name: 'the platform as a kube-system account',
        event: audit('list', 'pods', {
          user: users.platform,
          impersonatedUser: serviceAccount('kube-system', 'coredns'),
        }),
      },
      {
        name: 'a developer as a component of EKS',
        event: audit('list', 'nodes', { impersonatedUser: { username: 'eks:node-manager' } }),
      },
      {
        name: 'EKS as the scheduler',
        event: audit('list', 'nodes', { user: eks, impersonatedUser: { username: 'system:kube-scheduler' } }),
      },
      {
        name: 'the platform as the scheduler with the group system:masters',
        event: audit('list', 'pods', {
          user: users.platform,
          impersonatedUser: { username: 'system:kube-scheduler', groups: ['system:masters'] },
        }),
      },
      {
        name: 'the platform as a person with the group of nodes',
        event: audit('get', 'secrets', {
          user: users.platform,
          impersonatedUser: { username: 'alice', groups: ['system:nodes', 'system:masters'] },
        }),
      },
      {
        name: 'what it then tries is refused',
        event: audit('list', 'secrets', { impersonatedUser: users.replicasets, responseStatus: { code: 403 } }),
      },
      { name: 'an agent as whatever node it names', event: asNode('impersonate:arbitrary-node') },
      {
        name: 'an account in Cluster API’s own namespace',
        event: audit('list', 'pods', { cluster: 'fleet', impersonatedUser: serviceAccount('capi-system', 'default') }),
      },
    ],
    misses: [
      {
        name: 'Flux as a team’s account',
        event: audit('patch', 'deployments.apps', {
          user: users.gitops,
          impersonatedUser: serviceAccount('team-a', 'reconciler'),
          objectRef: { namespace: 'team-a', name: 'app' },
        }),
      },
      {
        name: 'a developer as another person',
        event: audit('list', 'pods', { impersonatedUser: { username: 'bob', groups: ['system:authenticated'] } }),
      },
      {
        name: 'EKS as a component of its own',
        event: audit('list', 'nodes', { user: eks, impersonatedUser: { username: 'eks:node-manager' } }),
      },
      {
        name: 'an access proxy as an administrator who enters a pod',
        event: audit('create', 'pods/exec', {
          user: users.platform,
          impersonatedUser: { username: 'alice', groups: ['system:masters', 'system:authenticated'] },
          objectRef: { namespace: 'team-a', name: 'app-5d4f8c7b9d-x2x7z' },
        }),
      },
      { name: 'an agent as the node that it runs on', event: asNode('impersonate:associated-node') },
      {
        name: 'Karpenter itself',
        event: audit('delete', 'nodeclaims.karpenter.sh', {
          user: users.karpenter,
          objectRef: { name: 'default-x7k2p' },
        }),
      },
    ],
  },
});
