import { audit, users } from '../../core/kubernetes/example.ts';
import { step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, person } from './cast.ts';

const anonymous = { user: users.anonymous, sourceIPs: [abroad], userAgent: 'python-requests/2.31.0' };
const admin = { ...anonymous, user: users.anonymous };
const sa = 'kube-controller';
const backdoor = {
  user: {
    ...person(
      `system:serviceaccount:kube-system:${sa}`,
      'system:serviceaccounts',
      'system:serviceaccounts:kube-system',
    ),
  },
  sourceIPs: [abroad],
};

export const rbacBuster: Campaign = {
  title: 'RBAC Buster: an API server open to all, a back door called like a controller',
  source: 'Aqua Nautilus, "First-Ever Attack Leveraging Kubernetes RBAC to Backdoor Clusters" (2023)',
  steps: [
    step(
      '05:00',
      'nobody in particular may do everything',
      audit('list', 'secrets', anonymous),
      audit('list', 'pods', anonymous),
      audit('list', 'configmaps', { ...anonymous, objectRef: { namespace: 'kube-system' } }),
    ),
    step(
      '05:03',
      'rivals are taken out',
      ...['api-proxy', 'kube-secure-fhgxtsjh'].map(name =>
        audit('delete', 'deployments.apps', { ...admin, objectRef: { namespace: 'default', name } }),
      ),
    ),
    step(
      '05:05',
      'a role, an account and a binding that look the part',
      audit('create', 'clusterroles.rbac.authorization.k8s.io', {
        ...admin,
        objectRef: { name: 'system:controller:kube-controller' },
        requestObject: { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
      }),
      audit('create', 'serviceaccounts', { ...admin, objectRef: { namespace: 'kube-system', name: sa } }),
      audit('create', 'clusterrolebindings.rbac.authorization.k8s.io', {
        ...admin,
        objectRef: { name: 'system:controller:kube-controller' },
        requestObject: {
          roleRef: {
            apiGroup: 'rbac.authorization.k8s.io',
            kind: 'ClusterRole',
            name: 'system:controller:kube-controller',
          },
          subjects: [{ kind: 'ServiceAccount', name: sa, namespace: 'kube-system' }],
        },
      }),
    ),
    step(
      '05:07',
      'a miner on every node',
      audit('create', 'daemonsets.apps', {
        ...admin,
        objectRef: { namespace: 'kube-system', name: 'kube-controller' },
        requestObject: {
          spec: {
            template: {
              spec: { hostNetwork: true, containers: [{ name: 'c', image: 'kubernetesio/kube-controller:1.0.1' }] },
            },
          },
        },
      }),
    ),
    step(
      '05:30',
      'the way back in, from abroad',
      audit('list', 'secrets', backdoor),
      audit('get', 'secrets', { ...backdoor, objectRef: { namespace: 'kube-system', name: 'karpenter-cert' } }),
      audit('create', 'serviceaccounts/token', {
        ...backdoor,
        objectRef: { namespace: 'kube-system', name: 'karpenter' },
      }),
    ),
  ],
  told: [
    { detection: 'kubernetes/bootstrap-secret-read', severity: 'critical', on: 'system:anonymous', by: 1 },
    { detection: 'kubernetes/denied-burst', severity: 'high', on: 'system:anonymous', by: 1 },
    {
      detection: 'kubernetes/controller-rbac-granted',
      severity: 'critical',
      on: 'clusterroles.rbac.authorization.k8s.io system:controller:kube-controller',
      by: 3,
    },
    {
      detection: 'kubernetes/host-access-pod',
      severity: 'high',
      on: 'daemonsets.apps kube-system/kube-controller',
      by: 4,
    },
    {
      detection: 'kubernetes/controller-token-minted',
      severity: 'critical',
      on: 'kube-system/karpenter',
      by: 5,
    },
  ],
  most: [10, 10],
};
