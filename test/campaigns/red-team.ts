import { audit, iamSession } from '../../core/kubernetes/example.ts';
import { step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad } from './cast.ts';

const theirs = {
  user: iamSession('developer', 'mallory'),
  sourceIPs: [abroad],
  userAgent: 'stratus-red-team_00000000-0000-4000-8000-000000000000',
};
const in_ = (namespace: string, name: string) => ({ ...theirs, objectRef: { namespace, name } });
const pem = Buffer.from(
  '-----BEGIN CERTIFICATE REQUEST-----\nsystem:kube-controller-manager\n-----END CERTIFICATE REQUEST-----\n',
).toString('base64');
const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];

export const redTeam: Campaign = {
  title: 'Stratus Red Team: its Kubernetes techniques, one after the other',
  source: 'DataDog, Stratus Red Team, its attack techniques for Kubernetes and EKS',
  steps: [
    step(
      '16:00',
      'k8s.credential-access.dump-secrets',
      audit('list', 'secrets', { ...theirs, requestURI: '/api/v1/secrets?limit=500' }),
    ),
    step(
      '16:05',
      'k8s.credential-access.steal-serviceaccount-token',
      audit('create', 'pods/exec', {
        ...in_('stratus-red-team', 'stratus-red-team-sample-pod'),
        requestURI:
          '/api/v1/namespaces/stratus-red-team/pods/stratus-red-team-sample-pod/exec?command=cat&command=%2Fvar%2Frun%2Fsecrets%2Fkubernetes.io%2Fserviceaccount%2Ftoken',
      }),
    ),
    step(
      '16:10',
      'k8s.persistence.create-admin-clusterrole',
      audit('create', 'clusterroles.rbac.authorization.k8s.io', {
        ...theirs,
        objectRef: { name: 'stratus-red-team-clusterrole' },
        requestObject: { rules },
      }),
      audit('create', 'serviceaccounts', in_('kube-system', 'stratus-red-team-serviceaccount')),
      audit('create', 'clusterrolebindings.rbac.authorization.k8s.io', {
        ...theirs,
        objectRef: { name: 'stratus-red-team-crb' },
        requestObject: {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'stratus-red-team-clusterrole' },
          subjects: [{ kind: 'ServiceAccount', name: 'stratus-red-team-serviceaccount', namespace: 'kube-system' }],
        },
      }),
      audit('create', 'serviceaccounts/token', in_('kube-system', 'stratus-red-team-serviceaccount')),
    ),
    step(
      '16:15',
      'k8s.persistence.create-client-certificate',
      audit('create', 'certificatesigningrequests.certificates.k8s.io', {
        ...theirs,
        objectRef: { name: 'stratus-red-team-csr' },
        requestObject: {
          spec: { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], request: pem },
        },
      }),
      audit('update', 'certificatesigningrequests.certificates.k8s.io/approval', {
        ...theirs,
        objectRef: { name: 'stratus-red-team-csr' },
        requestObject: { spec: { signerName: 'kubernetes.io/kube-apiserver-client', request: pem } },
      }),
    ),
    step(
      '16:20',
      'k8s.persistence.create-token',
      audit('create', 'serviceaccounts/token', in_('kube-system', 'clusterrole-aggregation-controller')),
    ),
    step(
      '16:25',
      'k8s.privilege-escalation.hostpath-volume',
      audit('create', 'pods', {
        ...in_('stratus-red-team', 'hostpath'),
        requestObject: {
          spec: {
            volumes: [{ name: 'host', hostPath: { path: '/' } }],
            containers: [{ name: 'c', image: 'busybox:stable' }],
          },
        },
      }),
    ),
    step(
      '16:30',
      'k8s.privilege-escalation.nodes-proxy',
      audit('get', 'nodes/proxy', {
        ...theirs,
        objectRef: { name: 'ip-10-0-1-17.eu-west-1.compute.internal' },
        requestURI: '/api/v1/nodes/ip-10-0-1-17.eu-west-1.compute.internal/proxy/runningpods/',
      }),
    ),
    step(
      '16:35',
      'k8s.privilege-escalation.privileged-pod',
      audit('create', 'pods', {
        ...in_('stratus-red-team', 'privileged'),
        requestObject: {
          spec: { containers: [{ name: 'c', image: 'busybox:stable', securityContext: { privileged: true } }] },
        },
      }),
    ),
    step(
      '16:40',
      'eks.persistence.backdoor-aws-auth-configmap',
      audit('update', 'configmaps', {
        ...in_('kube-system', 'aws-auth'),
        requestObject: {
          data: {
            mapRoles:
              '- rolearn: arn:aws:iam::111122223333:role/stratus-red-team\n  username: admin\n  groups: [system:masters]\n',
          },
        },
      }),
    ),
  ],
  told: [
    {
      detection: 'kubernetes/bootstrap-secret-read',
      severity: 'high',
      on: 'arn:aws:sts::111122223333:assumed-role/developer/mallory',
      by: 1,
    },
    {
      detection: 'kubernetes/node-sought-from-pod',
      severity: 'medium',
      on: 'stratus-red-team/stratus-red-team-sample-pod',
      by: 2,
    },
    {
      detection: 'kubernetes/controller-rbac-granted',
      severity: 'critical',
      on: 'clusterroles.rbac.authorization.k8s.io stratus-red-team-clusterrole',
      by: 3,
    },
    {
      detection: 'kubernetes/client-certificate-requested',
      severity: 'high',
      on: 'arn:aws:sts::111122223333:assumed-role/developer/mallory',
      by: 4,
    },
    {
      detection: 'kubernetes/controller-token-minted',
      severity: 'critical',
      on: 'kube-system/clusterrole-aggregation-controller',
      by: 5,
    },
    { detection: 'kubernetes/host-access-pod', severity: 'high', on: 'pods stratus-red-team/hostpath', by: 6 },
    { detection: 'kubernetes/aws-auth-changed', severity: 'critical', on: 'kube-system/aws-auth', by: 9 },
  ],
  most: [9, 9],
};
