import { kubernetes } from '../../core/detection.ts';
import { audit, component, iamSession } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, insights, lookAround } from '../../core/kubernetes/steps.ts';

const inside = { cluster: 'fleet', sourceIPs: ['10.1.0.5'] };
const scheduler = { ...inside, user: component('kube-scheduler') };
const manager = { ...inside, user: component('kube-controller-manager') };
const secret = { objectRef: { namespace: 'team-a', name: 'db' } };
const binding = 'clusterrolebindings.rbac.authorization.k8s.io';

export const detection = kubernetes({
  id: 'kubernetes/component-identity-misused',
  title: 'The control plane identity {user} was misused at {address}',
  severity: 'critical',
  when: { fact: { 'component.anomalies': ['outside-address', 'beyond-role'] } },
  by: view => [{ user: said(view, 'principal.id'), address: said(view, 'source.last') }],
  resources: view => [said(view, 'object.path')],
  attack: ['T1649', 'T1550', 'T1078'],
  why: 'Whoever holds the key of a cluster’s authority can sign a certificate in the name of any of its components, and no request for it is ever made. Components call from the control plane, and the scheduler and kube-proxy have short roles: anything else is a forged certificate or a stolen one.',
  references: [
    'kubernetes/kubernetes, plugin/pkg/auth/authorizer/rbac/bootstrappolicy (system:kube-scheduler, system:volume-scheduler, system:node-proxier)',
    'Kubernetes documentation, PKI certificates and requirements',
    'kubernetes/apiserver, sourceIPs (only the last is the server’s own)',
  ],
  runbook: [
    confirm("user.username = 'USER'"),
    `Find what else it did from there: ${insights("user.username = 'USER' and sourceIPs.0 = 'ADDRESS'")}`,
    'Treat the authority’s key as compromised: rotate it (kubeadm: certs and the CA of each control plane; Cluster API: the secret NAMESPACE/CLUSTER-ca), for a certificate cannot be revoked',
    'See who read the key: kubernetes/bootstrap-secret-read and kubernetes/controller-secret-touched of the days before',
    lookAround,
  ],
  blind: [
    'EKS’s own components call from addresses of AWS’s: on EKS only what the scheduler and kube-proxy never do is judged, and their authority’s key is nobody’s but AWS’s.',
    'A forged kube-controller-manager that calls from the control plane’s network looks like the real one, whose role is wide.',
    'A control plane that is hosted elsewhere, or whose components reach the API server through a public load balancer, calls from there: give its ranges in `network.ranges` and NAT gateways in `network.egress`, or every such call is reported. kubeadm’s and RKE2’s components speak to the server on their own machine.',
    'Addresses are judged on clusters that the settings name as other than EKS’s, where they give ranges.',
    'No forged call was recorded: roles are taken from the code, and what real components call from an ordinary log.',
  ],
  examples: {
    matches: [
      {
        name: 'the scheduler binds cluster-admin',
        event: audit('create', binding, { ...scheduler, objectRef: { name: 'tool' } }),
      },
      { name: 'the scheduler is refused a secret', event: audit('get', 'secrets', { ...scheduler, ...secret }) },
      {
        name: 'kube-proxy of an EKS cluster opens a shell',
        event: audit('create', 'pods/exec', {
          user: component('kube-proxy'),
          objectRef: { namespace: 'a', name: 'b' },
        }),
      },
      {
        name: 'the controller manager reads a secret from outside',
        event: audit('get', 'secrets', { ...manager, ...secret, sourceIPs: ['192.0.2.77'] }),
      },
      {
        name: 'one of its controllers’ accounts does',
        event: audit('get', 'secrets', {
          ...inside,
          ...secret,
          user: { username: 'system:serviceaccount:kube-system:generic-garbage-collector' },
          sourceIPs: ['192.0.2.77'],
        }),
      },
    ],
    misses: [
      { name: 'the controller manager reads one at home', event: audit('get', 'secrets', { ...manager, ...secret }) },
      {
        name: 'the API server does, from itself',
        event: audit('list', 'secrets', { ...inside, user: component('apiserver'), sourceIPs: ['::1'] }),
      },
      {
        name: 'EKS’s, from an address of AWS’s',
        event: audit('get', 'secrets', {
          ...secret,
          user: component('kube-controller-manager'),
          sourceIPs: ['192.0.2.9'],
        }),
      },
      {
        name: 'the scheduler binds a pod to a node',
        event: audit('create', 'pods/binding', { ...scheduler, objectRef: { namespace: 'team-a', name: 'app' } }),
      },
      {
        name: 'the scheduler makes room',
        event: audit('delete', 'pods', { ...scheduler, objectRef: { namespace: 'team-a', name: 'app' } }),
      },
      {
        name: 'the scheduler reads how it signs in others',
        event: audit('get', 'configmaps', {
          ...scheduler,
          objectRef: { namespace: 'kube-system', name: 'extension-apiserver-authentication' },
        }),
      },
      {
        name: 'a leader is elected from outside',
        event: audit('update', 'leases.coordination.k8s.io', { ...manager, sourceIPs: ['192.0.2.77'] }),
      },
      {
        name: 'a role that aws-auth calls so (a person’s)',
        event: audit('get', 'secrets', {
          ...secret,
          user: { ...iamSession('developer', 'alice'), username: 'system:kube-scheduler' },
        }),
      },
    ],
  },
});
