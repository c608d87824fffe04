import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { writes } from '../../core/kubernetes/groups.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, insightsSince, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const fleet = { cluster: 'fleet', user: users.admin } as const;
const token = { namespace: 'kube-system', name: 'bootstrap-token-abc123' };
const data = { namespace: 'fleet-eu', name: 'workers-x7k2p' };

const kubelets = { namespace: 'kube-system', name: 'kubelet-config' };

export const detection = kubernetes({
  id: 'kubernetes/bootstrap-secret-written',
  title: '{principal} changed what nodes join by: {event}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['high', { objectRef: { resource: 'configmaps' } }],
    'critical',
  ],
  when: {
    verb: [...writes],
    $or: [
      { fact: { 'secret.kind': ['bootstrap-token', 'cluster-credential', 'bootstrap-data', 'all-in-namespace'] } },
      // What kubeadm tells a machine that joins: how its kubelet is to run, and whose API server it is to believe.
      {
        objectRef: { resource: 'configmaps', namespace: 'kube-system', name: ['kubelet-config', 'kubeadm-config'] },
        fact: { 'principal.standing': [{ 'anything-but': ['platform', 'gitops'] }] },
      },
      {
        objectRef: { resource: 'configmaps', namespace: 'kube-public', name: 'cluster-info' },
        fact: { 'principal.standing': [{ 'anything-but': ['platform', 'gitops'] }] },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'service'] } }],
  by: view => [{ user: said(view, 'principal.id'), secret: said(view, 'object.path') }],
  attack: ['T1098', 'T1565.001'],
  why: 'Writing bootstrap data decides what the next machine runs as root; writing a token or a certificate authority decides who may join. Controllers write these secrets, people do not.',
  references: [
    'Kubernetes documentation, Authenticating with Bootstrap Tokens',
    'cluster-api book, "Bootstrap secret" and "Certificate Management"',
  ],
  runbook: [
    confirm("objectRef.resource = 'secrets' and objectRef.name = 'NAME'"),
    'Contain: kubectl -n NAMESPACE delete secret NAME, for a token; for bootstrap data kubectl -n NAMESPACE patch cluster WORKLOAD_CLUSTER --type merge -p \'{"spec":{"paused":true}}\', before any machine boots from it',
    `Find machines that booted since: kubectl get machines -A --sort-by=.metadata.creationTimestamp, and ${insightsSince("user.username like 'system:bootstrap:'")}`,
    removeAccess,
    lookAround,
  ],
  blind: [
    'An upgrade with kubeadm, or of a workload cluster by Cluster API, writes the config maps as an administrator of the cluster: name that user among the platform’s.',
    'Contents are in no audit event at Metadata level: that a secret was changed is seen, not what to.',
    'A secret outside the namespaces in `clusterApiNamespaces` is known by no name, except bootstrap tokens in kube-system.',
  ],
  examples: {
    matches: [
      { name: 'a person creates a bootstrap token', event: audit('create', 'secrets', { objectRef: token }) },
      { name: 'a person patches bootstrap data', event: audit('patch', 'secrets', { ...fleet, objectRef: data }) },
      {
        name: 'a person deletes all secrets of a fleet namespace',
        event: audit('deletecollection', 'secrets', { ...fleet, objectRef: { namespace: 'fleet-eu' } }),
      },
      {
        name: 'a service account called like Cluster API’s, while the settings name none',
        event: audit('update', 'secrets', { ...fleet, user: users.bootstrapProvider, objectRef: data }),
        settings: { controllers: [] },
      },
      {
        name: 'a person changes how the kubelets of machines that join are to run',
        event: audit('patch', 'configmaps', { ...fleet, objectRef: kubelets }),
        severity: 'high',
      },
      {
        name: 'a person changes whose API server machines that join believe',
        event: audit('update', 'configmaps', {
          ...fleet,
          objectRef: { namespace: 'kube-public', name: 'cluster-info' },
        }),
        severity: 'high',
      },
    ],
    misses: [
      {
        name: 'the platform upgrades with kubeadm',
        event: audit('patch', 'configmaps', { cluster: 'fleet', user: users.platform, objectRef: kubelets }),
      },
      {
        name: 'the platform renews what machines believe',
        event: audit('update', 'configmaps', {
          cluster: 'fleet',
          user: users.platform,
          objectRef: { namespace: 'kube-public', name: 'cluster-info' },
        }),
      },
      {
        name: 'a person changes another config map of kube-system',
        event: audit('patch', 'configmaps', { ...fleet, objectRef: { ...kubelets, name: 'coredns' } }),
      },
      {
        name: 'a person changes a config map of that name elsewhere',
        event: audit('patch', 'configmaps', { ...fleet, objectRef: { ...kubelets, namespace: 'team-a' } }),
      },
      {
        name: 'a person changes another resource of that name',
        event: audit('patch', 'services', { ...fleet, objectRef: kubelets }),
      },
      {
        name: 'a person changes another config map of kube-public',
        event: audit('update', 'configmaps', { ...fleet, objectRef: { namespace: 'kube-public', name: 'motd' } }),
      },
      {
        name: 'a person changes one of that name elsewhere',
        event: audit('update', 'configmaps', { ...fleet, objectRef: { namespace: 'team-a', name: 'cluster-info' } }),
      },
      {
        name: 'a person changes another resource of that name in kube-public',
        event: audit('update', 'services', { ...fleet, objectRef: { namespace: 'kube-public', name: 'cluster-info' } }),
      },
      {
        name: 'Cluster API renews its token',
        event: audit('update', 'secrets', { ...fleet, user: users.bootstrapProvider, objectRef: data }),
      },
      {
        name: 'the token cleaner removes what has expired',
        event: audit('delete', 'secrets', { user: serviceAccount('kube-system', 'token-cleaner'), objectRef: token }),
      },
      { name: 'a person reads it (bootstrap-secret-read)', event: audit('get', 'secrets', { objectRef: token }) },
      {
        name: 'a person changes another secret of kube-system',
        event: audit('patch', 'secrets', { objectRef: { ...token, name: 'registry' } }),
      },
      {
        name: 'a person is refused',
        event: audit('patch', 'secrets', { objectRef: token, responseStatus: { code: 403 } }),
      },
      {
        name: 'a person tries it dry',
        event: audit('patch', 'secrets', {
          objectRef: token,
          requestURI: '/api/v1/namespaces/kube-system/secrets/bootstrap-token-abc123?dryRun=All',
        }),
      },
    ],
  },
});
