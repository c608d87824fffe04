import { audit, joiner, serviceAccount } from '../../core/kubernetes/example.ts';
import { nodeAsked } from '../../core/kubernetes/example-node.ts';
import { step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, person } from './cast.ts';

const cluster = 'fleet';
const away = { cluster, sourceIPs: [abroad], userAgent: 'kubectl/v1.31.0 (linux/amd64) kubernetes/9edcffc' };
const ghost = 'ip-10-1-66-6.eu-west-1.compute.internal';
const victim = 'ip-10-1-3-9.eu-west-1.compute.internal';
const asked = (name: string) => {
  const event = nodeAsked({ name });
  return { ...event, record: { ...event.record, sourceIPs: [abroad] } };
};
const approver = { ...serviceAccount('kube-system', 'certificate-controller'), extra: {} };
const approved = (name: string) =>
  audit('update', 'certificatesigningrequests.certificates.k8s.io/approval', {
    cluster,
    user: approver,
    sourceIPs: ['10.1.0.10'],
    objectRef: { name: `csr-${name}` },
  });
const node = (name: string) => person(`system:node:${name}`, 'system:nodes');
const manager = serviceAccount('capi-system', 'capi-manager');

export const bootstrapToken: Campaign = {
  title: 'Kubelet’s bootstrap: a token of user data, a node of nobody’s',
  source:
    '4ARMED, "Hacking Kubelet on Google Kubernetes Engine" (2018); Mandiant, "Escalating Privileges in Azure Kubernetes Services" (2024): the same on kubeadm’s machines',
  steps: [
    step(
      '11:02',
      'the token looks around from abroad',
      audit('create', 'selfsubjectaccessreviews.authorization.k8s.io', { ...away, user: joiner('abc123') }),
      audit('list', 'secrets', {
        ...away,
        user: joiner('abc123'),
        objectRef: { namespace: 'kube-system' },
        responseStatus: { code: 403 },
      }),
      audit('get', 'configmaps', {
        ...away,
        user: joiner('abc123'),
        objectRef: { namespace: 'kube-system', name: 'kubeadm-config' },
      }),
    ),
    step('11:05', 'a certificate for a node that is none', asked(ghost), approved(ghost)),
    step(
      '11:08',
      'that node lists pods, and may read no secret',
      audit('list', 'pods', { ...away, user: node(ghost) }),
      ...['team-a', 'team-b', 'payments', 'capa-system'].map(namespace =>
        audit('list', 'secrets', {
          ...away,
          user: node(ghost),
          objectRef: { namespace },
          responseStatus: { code: 403 },
        }),
      ),
    ),
    step('11:15', 'a certificate for a node that is one', asked(victim), approved(victim)),
    step(
      '11:18',
      'that node reads its pods’ secrets and takes their tokens',
      audit('get', 'secrets', {
        ...away,
        user: node(victim),
        objectRef: { namespace: 'capi-system', name: 'capi-webhook-service-cert' },
      }),
      audit('create', 'serviceaccounts/token', {
        ...away,
        user: node(victim),
        objectRef: { namespace: 'capi-system', name: 'capi-manager' },
        requestObject: { spec: { boundObjectRef: { kind: 'Pod', name: 'capi-manager-5d4f8c7b9d-x2x7z' } } },
      }),
    ),
    step(
      '11:25',
      'Cluster API’s account reads every kubeconfig',
      audit('list', 'secrets', { ...away, user: manager }),
      audit('get', 'secrets', {
        ...away,
        user: manager,
        objectRef: { namespace: 'fleet-a', name: 'fleet-a-kubeconfig' },
      }),
    ),
  ],
  told: [
    { detection: 'kubernetes/bootstrap-token-off-cluster', severity: 'critical', on: 'abc123', by: 1 },
    { detection: 'kubernetes/bootstrap-token-reused', severity: 'critical', on: 'abc123', by: 4 },
    { detection: 'kubernetes/node-identity-off-node', severity: 'critical', on: victim, by: 5 },
    {
      detection: 'kubernetes/service-account-off-cluster',
      severity: 'critical',
      on: 'system:serviceaccount:capi-system:capi-manager',
      by: 6,
    },
  ],
  most: [7, 3],
};
