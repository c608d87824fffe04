import { kubernetes } from '../../core/detection.ts';
import { audit, component, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { reads } from '../../core/kubernetes/groups.ts';
import { newReader } from '../../core/kubernetes/reader.ts';
import { said } from '../../core/kubernetes/said.ts';
import { insights, insightsSince, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const id = 'kubernetes/bootstrap-secret-read';
const fleet = { cluster: 'fleet', user: users.admin } as const;
const data = { namespace: 'fleet-eu', name: 'workers-x7k2p' };
const token = { namespace: 'kube-system', name: 'bootstrap-token-abc123' };
const denied = { responseStatus: { code: 403, status: 'Failure', reason: 'Forbidden' } };
const sync = serviceAccount('secret-sync', 'external-secrets');
const week = audit('watch', 'secrets', { ...fleet, user: sync, time: '2026-08-20T10:00:00Z' });

export const detection = kubernetes({
  id,
  title: '{attempt}{principal} read secrets that join nodes ({secret.kind}) in {namespace}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['low', { fact: { 'call.outcome': 'denied', 'secret.kind': 'likely-cluster-credential' } }],
    ['medium', { fact: { 'call.outcome': 'denied' } }],
    ['critical', { user: { username: 'system:anonymous' } }],
    ['critical', { fact: { 'secret.kind': 'cluster-credential' } }],
    ['medium', { fact: { 'secret.kind': 'likely-cluster-credential' } }],
    'high',
  ],
  when: {
    verb: [...reads],
    fact: {
      'secret.kind': [
        'bootstrap-token',
        'cluster-credential',
        'likely-cluster-credential',
        'bootstrap-data',
        'all-in-namespace',
        'all-in-cluster',
      ],
      'call.outcome': ['succeeded', 'denied'],
    },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'service'] } }, { fact: { 'principal.reader': 'listed' } }],
  by: view => [{ user: said(view, 'principal.id'), namespace: said(view, 'object.namespace') }],
  resources: view => [said(view, 'object.path')],
  state: newReader(id),
  attack: ['T1552.007', 'T1528'],
  why: 'Whoever holds a bootstrap token, or the bootstrap data in which Cluster API keeps one, can join a machine of their own to the cluster and be given its workloads and secrets. The `-ca` and `-kubeconfig` secrets beside it are the whole cluster.',
  references: [
    'Kubernetes documentation, Authenticating with Bootstrap Tokens',
    'cluster-api book, "Certificate Management" and "Bootstrap secret"',
    'Amazon EKS best practices, Detective controls (audit policy: secrets at Metadata level)',
    'kubernetes/apiserver, RequestInfo (a metadata.name field selector names the object)',
  ],
  runbook: [
    `Confirm who read what, from the last source address (the others are the client's word): ${insights("objectRef.resource = 'secrets' and user.username = 'USER'")}`,
    'Contain: kubectl -n kube-system delete secret bootstrap-token-ID, for each token read; for bootstrap data kubectl -n NAMESPACE delete machine MACHINE, so that the controller makes another with a new token; after -ca, -sa, -etcd or -kubeconfig rotate the cluster’s certificate authority',
    removeAccess,
    `Look for machines that joined since: kubectl get nodes --sort-by=.metadata.creationTimestamp, and ${insightsSince("user.username like 'system:bootstrap:'")}`,
    lookAround,
  ],
  blind: [
    'Types, labels and data of secrets are in no audit event at Metadata level, so secrets are recognised by name and namespace: bootstrap data outside the namespaces in `clusterApiNamespaces` is not seen.',
    'Reading etcd, its backups, or the file on the node that booted with it, makes no audit event.',
    'A program that already lists all secrets, or starts to in the first week of a cluster, is taken for one that belongs there.',
    'Where settings name no such namespace for the cluster, only `-kubeconfig` secrets are known by their name, at medium.',
  ],
  examples: {
    matches: [
      {
        name: 'nobody in particular lists all secrets',
        event: audit('list', 'secrets', { user: users.anonymous }),
        severity: 'critical',
      },
      { name: 'a person reads a bootstrap token', event: audit('get', 'secrets', { objectRef: token }) },
      {
        name: 'a person reads bootstrap data by its untypical name',
        event: audit('get', 'secrets', { ...fleet, objectRef: data }),
      },
      {
        name: 'a person reads the certificate authority of a Cluster',
        event: audit('get', 'secrets', { ...fleet, objectRef: { namespace: 'fleet-eu', name: 'prod-eu-ca' } }),
      },
      {
        name: 'a person reads a kubeconfig while no Cluster API namespace is set',
        event: audit('get', 'secrets', { ...fleet, objectRef: { namespace: 'fleet-eu', name: 'prod-eu-kubeconfig' } }),
        settings: { clusters: [] },
      },
      {
        name: 'a person is refused',
        event: audit('get', 'secrets', { ...fleet, objectRef: data, ...denied }),
      },
      {
        name: 'a person is refused what may be a kubeconfig',
        event: audit('get', 'secrets', {
          ...fleet,
          objectRef: { namespace: 'fleet-eu', name: 'prod-eu-kubeconfig' },
          ...denied,
        }),
        settings: { clusters: [] },
        severity: 'low',
      },
      {
        name: 'a person lists all secrets of kube-system',
        event: audit('list', 'secrets', { objectRef: { namespace: 'kube-system' } }),
      },
      { name: 'a person watches all secrets of the cluster', event: audit('watch', 'secrets') },
      {
        name: 'a watch of one secret by field selector',
        event: audit('watch', 'secrets', { ...fleet, objectRef: data }),
      },
      {
        name: 'a node reads bootstrap data: nodes are not exempt',
        event: audit('get', 'secrets', {
          ...fleet,
          user: node('ip-10-1-0-9.eu-west-1.compute.internal'),
          objectRef: data,
        }),
      },
      {
        name: "Cluster API's account of another cluster",
        event: audit('get', 'secrets', { user: users.bootstrapProvider, objectRef: token }),
      },
      {
        name: 'a service account called like Cluster API’s, while the settings name none',
        event: audit('get', 'secrets', { ...fleet, user: users.bootstrapProvider, objectRef: data }),
        settings: { controllers: [] },
      },
      {
        name: 'a person who impersonates Cluster API',
        event: audit('get', 'secrets', { ...fleet, impersonatedUser: users.bootstrapProvider, objectRef: data }),
      },
      {
        name: 'a role that aws-auth maps to the name of Cluster API’s account',
        event: audit('get', 'secrets', {
          cluster: 'fleet',
          user: { ...users.developer, username: users.bootstrapProvider.username ?? '' },
          objectRef: data,
        }),
      },
      {
        name: 'a person whom a listed reader impersonates',
        event: audit('get', 'secrets', { ...fleet, user: sync, impersonatedUser: users.admin, objectRef: data }),
        settings: { secretReaders: { users: [sync.username ?? ''] } },
      },
      {
        name: 'a service account that starts to list all secrets after the cluster’s first week',
        event: audit('list', 'secrets', { ...fleet, user: users.workload }),
        after: [week],
      },
    ],
    misses: [
      {
        name: 'Cluster API reads its own bootstrap data',
        event: audit('get', 'secrets', { ...fleet, user: users.bootstrapProvider, objectRef: data }),
      },
      {
        name: 'the token cleaner of the control plane lists kube-system',
        event: audit('list', 'secrets', {
          user: serviceAccount('kube-system', 'token-cleaner'),
          objectRef: { namespace: 'kube-system' },
        }),
      },
      {
        name: 'the controller manager watches all secrets',
        event: audit('watch', 'secrets', { user: component('kube-controller-manager') }),
      },
      {
        name: 'a listed reader backs the namespace up',
        event: audit('get', 'secrets', { ...fleet, user: sync, objectRef: data }),
        settings: { secretReaders: { users: [sync.username ?? ''] } },
      },
      {
        name: 'a person reads another secret of kube-system',
        event: audit('get', 'secrets', { objectRef: { namespace: 'kube-system', name: 'registry' } }),
      },
      {
        name: 'a person lists the secrets of an ordinary namespace',
        event: audit('list', 'secrets', { objectRef: { namespace: 'team-a' } }),
      },
      {
        name: 'a person asks Helm for its releases in all namespaces',
        event: audit('list', 'secrets', { requestURI: '/api/v1/secrets?labelSelector=owner%3Dhelm' }),
      },
      { name: 'a config map of the same name', event: audit('get', 'configmaps', { objectRef: token }) },
      {
        name: 'a person deletes a bootstrap token (bootstrap-secret-written)',
        event: audit('delete', 'secrets', { objectRef: token }),
      },
      {
        name: 'a person asks for a bootstrap token that is not there',
        event: audit('get', 'secrets', {
          objectRef: token,
          responseStatus: { code: 404, status: 'Failure', reason: 'NotFound' },
        }),
      },
      {
        name: 'a service account lists all secrets in the cluster’s first week',
        event: audit('list', 'secrets', { ...fleet, user: users.workload }),
      },
      {
        name: 'a service account that has listed all secrets for days',
        event: audit('list', 'secrets', { ...fleet, user: sync }),
        after: [week],
      },
    ],
  },
});
