import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, insightsSince, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const token = { namespace: 'kube-system', name: 'bootstrap-token-abc123' };
const body = (expiration: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: token.name, namespace: token.namespace },
  type: 'bootstrap.kubernetes.io/token',
  data: { expiration: Buffer.from(expiration).toString('base64') },
});

export const detection = kubernetes({
  id: 'kubernetes/bootstrap-token-created',
  title: '{principal} created the bootstrap token {secret} (life: {token.expiry})',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['medium', { fact: { 'token.expiry': 'short' } }],
    'high',
  ],
  when: {
    verb: 'create',
    fact: { 'secret.kind': 'bootstrap-token', 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'service'] } }],
  by: view => [{ secret: said(view, 'object.path') }],
  attack: ['T1136', 'T1098'],
  why: 'A bootstrap token lets any machine that reaches the API server become a node until it expires, or for ever. Cluster API makes its own, for 15 minutes; EKS uses none.',
  references: [
    'Kubernetes documentation, Bootstrap token secret format',
    'cluster-api, kubeadm bootstrap manager (--bootstrap-token-ttl, 15 minutes)',
  ],
  runbook: [
    confirm("objectRef.resource = 'secrets' and objectRef.name = 'NAME' and verb = 'create'"),
    'Contain: kubectl -n kube-system delete secret NAME; for every token: kubectl -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token',
    `See who joined with it: ${insightsSince("user.username = 'system:bootstrap:ID'")}`,
    removeAccess,
    lookAround,
  ],
  blind: [
    'EKS and most clusters log no bodies of secrets: then the life of the token is not known, and the finding is high.',
    'A secret made under a generated name has no name in its record. It is a token once it holds its own name’s id, which is a write that kubernetes/bootstrap-secret-written sees.',
  ],
  examples: {
    matches: [
      { name: 'a person creates a token', event: audit('create', 'secrets', { objectRef: token }) },
      {
        name: 'a person creates a token for a day',
        event: audit('create', 'secrets', {
          cluster: 'fleet',
          objectRef: token,
          requestObject: body('2026-09-02T10:00:00Z'),
        }),
      },
      {
        name: 'a person creates a token for ten minutes',
        event: audit('create', 'secrets', {
          cluster: 'fleet',
          objectRef: token,
          requestObject: body('2026-09-01T10:10:00Z'),
        }),
      },
      {
        name: 'a service account called like Cluster API’s, while the settings name none',
        event: audit('create', 'secrets', { cluster: 'fleet', user: users.bootstrapProvider, objectRef: token }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      {
        name: 'Cluster API makes a token',
        event: audit('create', 'secrets', { cluster: 'fleet', user: users.bootstrapProvider, objectRef: token }),
      },
      {
        name: 'a person changes a token (bootstrap-secret-written)',
        event: audit('patch', 'secrets', { objectRef: token }),
      },
      {
        name: 'a person creates another secret there',
        event: audit('create', 'secrets', { objectRef: { ...token, name: 'registry' } }),
      },
      {
        name: 'a person may not',
        event: audit('create', 'secrets', { objectRef: token, responseStatus: { code: 403 } }),
      },
    ],
  },
});
