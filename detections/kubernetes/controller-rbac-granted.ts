import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { objectOf, texts } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const group = 'rbac.authorization.k8s.io';
const role = (...rules: readonly JsonObject[]) => ({
  objectRef: { name: 'helper' },
  requestObject: { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name: 'helper' }, rules },
});
const rule = (apiGroup: string, resource: string, ...verbs: readonly string[]) => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs,
});
const binding = (name: string) => ({
  objectRef: { name: 'helper' },
  requestObject: {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'helper' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', apiGroup: group, name: 'mallory' }],
  },
});

export const detection = kubernetes({
  id: 'kubernetes/controller-rbac-granted',
  title: '{principal} granted {rbac.grants} by {binding}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['critical', { fact: { 'rbac.grants': ['cluster-admin', 'everything', 'impersonate', 'escalate', 'bind'] } }],
    'high',
  ],
  when: {
    fact: {
      'rbac.grants': [
        'cluster-admin',
        'everything',
        'impersonate',
        'escalate',
        'bind',
        'admin',
        'edit',
        'mint-tokens',
        'run-pods',
        'enter-pods',
        'approve-certificates',
        'write-provisioning',
        'write-cluster-api',
        'read-secrets',
      ],
      'call.outcome': 'succeeded',
    },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'platform', 'gitops', 'service'] } }],
  by: view => [{ binding: objectOf(view) }],
  resources: view => texts(view, 'rbac.grants'),
  attack: ['T1098.006', 'T1078.004'],
  why: 'A binding is how a foothold becomes lasting: rights over NodePools or Machines are rights over every node, and impersonate, escalate or bind are every right. The built-in `admin`, bound cluster-wide, includes NodePools since Karpenter’s chart aggregates into it.',
  references: [
    'Kubernetes documentation, Using RBAC Authorization (privilege escalation prevention; aggregated roles)',
    'karpenter-provider-aws, charts/karpenter, aggregate-clusterrole.yaml',
  ],
  runbook: [
    confirm("objectRef.apiGroup = 'rbac.authorization.k8s.io' and objectRef.name = 'NAME'"),
    'See who has it: kubectl get GRANTED -o yaml, and kubectl auth can-i --list --as=SUBJECT',
    'Contain: kubectl get GRANTED -o yaml > evidence.yaml && kubectl delete GRANTED',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A binding to a role of one’s own name is judged when the role is written, not when it is bound; one that gathers others (aggregationRule) by whether it gathers the API server’s own.',
    '`get` on nodes/proxy opens a shell by websockets: monitoring is given it by the dozen, and it is not distinguished from that (kubernetes/controller-pod-entered sees the shell). What cluster-wide roles say of pods is not judged.',
    'Access entries and aws-auth grant through groups that are bound already (cloudtrail/eks-access-granted, kubernetes/aws-auth-changed).',
    'A patch that adds a rule is judged by what it adds; one that only changes subjects, or a part of a rule, by the response, where that is logged.',
  ],
  examples: {
    matches: [
      {
        name: 'cluster-admin for a user',
        event: audit('create', `clusterrolebindings.${group}`, binding('cluster-admin')),
      },
      {
        name: 'the built-in admin, cluster-wide',
        event: audit('create', `clusterrolebindings.${group}`, binding('admin')),
      },
      {
        name: 'the built-in edit, cluster-wide',
        event: audit('create', `clusterrolebindings.${group}`, binding('edit')),
      },
      {
        name: 'a role of the control plane itself',
        event: audit('create', `clusterrolebindings.${group}`, binding('system:kube-controller-manager')),
      },
      {
        name: 'Karpenter’s own role',
        event: audit('create', `clusterrolebindings.${group}`, binding('karpenter-core')),
      },
      {
        name: 'the built-in admin, in the namespace that Karpenter is in',
        event: audit('create', `rolebindings.${group}`, {
          ...binding('admin'),
          objectRef: { namespace: 'kube-system', name: 'helper' },
        }),
      },
      {
        name: 'tokens of all service accounts',
        event: audit('create', `clusterroles.${group}`, role(rule('', 'serviceaccounts/token', 'create'))),
      },
      {
        name: 'approval of client certificates',
        event: audit('create', `clusterroles.${group}`, role(rule('certificates.k8s.io', 'signers', 'approve'))),
      },
      { name: 'everything', event: audit('create', `clusterroles.${group}`, role(rule('*', '*', '*'))) },
      {
        name: 'impersonation',
        event: audit('update', `clusterroles.${group}`, role(rule('', 'users', 'impersonate'))),
      },
      {
        name: 'NodePools',
        event: audit('create', `clusterroles.${group}`, role(rule('karpenter.sh', 'nodepools', 'patch'))),
      },
      {
        name: 'Machines',
        event: audit('create', `clusterroles.${group}`, role(rule('cluster.x-k8s.io', '*', 'create'))),
      },
      { name: 'all secrets', event: audit('create', `clusterroles.${group}`, role(rule('', 'secrets', 'list'))) },
      {
        name: 'a JSON Patch adds a rule',
        event: audit('patch', `clusterroles.${group}`, {
          objectRef: { name: 'helper' },
          requestObject: [{ op: 'add', path: '/rules/-', value: rule(group, 'clusterroles', 'escalate') }],
        }),
      },
      {
        name: 'secrets of kube-system alone',
        event: audit('create', `roles.${group}`, {
          ...role(rule('', 'secrets', 'get')),
          objectRef: { namespace: 'kube-system', name: 'helper' },
        }),
      },
      {
        name: 'a role that gathers every role of the API server, cluster-admin with them',
        event: audit('create', `clusterroles.${group}`, {
          objectRef: { name: 'helper' },
          requestObject: {
            aggregationRule: {
              clusterRoleSelectors: [{ matchLabels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } }],
            },
            rules: null,
          },
        }),
        severity: 'critical',
      },
      {
        name: 'the nodes’ own role, which mints tokens',
        event: audit('create', `clusterrolebindings.${group}`, binding('system:node')),
      },
      {
        name: 'the kubelet’s role, which enters every pod',
        event: audit('create', `clusterrolebindings.${group}`, binding('system:kubelet-api-admin')),
      },
      {
        name: 'Cluster API’s own role, in a namespace of Clusters',
        event: audit('create', `rolebindings.${group}`, {
          ...binding('capi-manager-role'),
          cluster: 'fleet',
          objectRef: { namespace: 'fleet-eu', name: 'helper' },
        }),
      },
      {
        name: 'a Role of the API server that reads secrets of kube-system',
        event: audit('create', `rolebindings.${group}`, {
          objectRef: { namespace: 'kube-system', name: 'helper' },
          requestObject: {
            roleRef: { apiGroup: group, kind: 'Role', name: 'system:controller:token-cleaner' },
            subjects: [{ kind: 'User', apiGroup: group, name: 'mallory' }],
          },
        }),
      },
      {
        name: 'workloads beside Karpenter',
        event: audit('create', `roles.${group}`, {
          ...role(rule('apps', 'deployments', 'patch')),
          objectRef: { namespace: 'kube-system', name: 'helper' },
        }),
      },
      {
        name: 'somebody is added to a binding, by a path that only the API server takes for one',
        event: audit('patch', `clusterrolebindings.${group}`, {
          objectRef: { name: 'cluster-admins' },
          requestObject: [{ op: 'add', path: 'x/subjects/-', value: { kind: 'User', name: 'mallory' } }],
          responseObject: binding('cluster-admin').requestObject,
        }),
      },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: audit('create', `clusterroles.${group}`, {
          ...role(rule('karpenter.sh', '*', '*')),
          user: users.karpenter,
        }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      {
        name: 'the platform',
        event: audit('create', `clusterrolebindings.${group}`, { ...binding('cluster-admin'), user: users.platform }),
      },
      {
        name: 'the aggregation controller',
        event: audit('update', `clusterroles.${group}`, {
          ...role(rule('karpenter.sh', '*', '*')),
          user: serviceAccount('kube-system', 'clusterrole-aggregation-controller'),
        }),
      },
      {
        name: 'the built-in admin, in the namespace of a team',
        event: audit('create', `rolebindings.${group}`, {
          ...binding('admin'),
          objectRef: { namespace: 'team-a', name: 'helper' },
        }),
      },
      {
        name: 'tokens of one account that is no controller’s',
        event: audit('create', `clusterroles.${group}`, {
          ...role({ ...rule('', 'serviceaccounts/token', 'create'), resourceNames: ['vault-auth'] }),
        }),
      },
      {
        name: 'approval of certificates of servers',
        event: audit('create', `clusterroles.${group}`, {
          ...role({
            ...rule('certificates.k8s.io', 'signers', 'approve'),
            resourceNames: ['kubernetes.io/kubelet-serving'],
          }),
        }),
      },
      {
        name: 'a role that gathers an add-on’s own',
        event: audit('create', `clusterroles.${group}`, {
          objectRef: { name: 'knative-serving-admin' },
          requestObject: {
            aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'serving.knative.dev/controller': 'true' } }] },
            rules: [],
          },
        }),
      },
      {
        name: 'workloads of a team',
        event: audit('create', `roles.${group}`, {
          ...role(rule('apps', 'deployments', 'patch')),
          objectRef: { namespace: 'team-a', name: 'helper' },
        }),
      },
      {
        name: 'monitoring may read through the kubelet',
        event: audit('create', `clusterroles.${group}`, role(rule('', 'nodes/proxy', 'get', 'list', 'watch'))),
      },
      {
        name: 'kube-proxy’s role',
        event: audit('create', `clusterrolebindings.${group}`, binding('system:node-proxier')),
      },
      { name: 'the built-in view', event: audit('create', `clusterrolebindings.${group}`, binding('view')) },
      {
        name: 'reading NodePools',
        event: audit(
          'create',
          `clusterroles.${group}`,
          role(rule('karpenter.sh', 'nodepools', 'get', 'list', 'watch')),
        ),
      },
      {
        name: 'secrets of an ordinary namespace',
        event: audit('create', `roles.${group}`, {
          ...role(rule('', 'secrets', 'get')),
          objectRef: { namespace: 'team-a', name: 'helper' },
        }),
      },
      {
        name: 'the API server refuses escalation',
        event: audit('create', `clusterrolebindings.${group}`, {
          ...binding('cluster-admin'),
          responseStatus: { code: 403 },
        }),
      },
      {
        name: 'a label of such a role is patched',
        event: audit('patch', `clusterroles.${group}`, {
          objectRef: { name: 'helper' },
          requestObject: { metadata: { labels: { team: 'a' } } },
          responseObject: role(rule('*', '*', '*')).requestObject,
        }),
      },
    ],
  },
});
