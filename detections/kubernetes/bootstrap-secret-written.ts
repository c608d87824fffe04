import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { writes } from '../../core/kubernetes/groups.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, insights, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const fleet = { cluster: 'fleet', user: users.admin } as const;
const token = { namespace: 'kube-system', name: 'bootstrap-token-abc123' };
const data = { namespace: 'fleet-eu', name: 'workers-x7k2p' };

export const detection = kubernetes({
  id: 'kubernetes/bootstrap-secret-written',
  title: '{principal} changed a secret that joins nodes ({secret.kind}): {secret}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'critical'],
  when: {
    verb: [...writes],
    fact: {
      'secret.kind': ['bootstrap-token', 'cluster-credential', 'bootstrap-data', 'all-in-namespace'],
      'call.outcome': 'succeeded',
    },
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
    `Find machines that booted since: kubectl get machines -A --sort-by=.metadata.creationTimestamp, and ${insights("user.username like 'system:bootstrap:'")}`,
    removeAccess,
    lookAround,
  ],
  blind: [
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
    ],
    misses: [
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
