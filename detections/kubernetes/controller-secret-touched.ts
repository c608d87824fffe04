import { kubernetes } from '../../core/detection.ts';
import { audit, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const fleet = { cluster: 'fleet', user: users.admin };
const credentials = { namespace: 'capa-system', name: 'capa-manager-bootstrap-credentials' };
const certificate = { namespace: 'capi-system', name: 'capi-webhook-service-cert' };
/** Accounts of cert-manager as its own manifests install it. */
const certManager = ['cert-manager', 'cert-manager-cainjector'].map(
  name => `system:serviceaccount:cert-manager:${name}`,
);
const issuer = serviceAccount('cert-manager', 'cert-manager');
const sync = serviceAccount('secret-sync', 'external-secrets');

export const detection = kubernetes({
  id: 'kubernetes/controller-secret-touched',
  title: "{principal} touched a controller's secret or config map: {event}",
  severity: [
    // It makes and renews the certificates of the controllers' webhooks; by its usual name only, so that it is lowered, not silenced.
    ['low', { user: { username: [...certManager] }, objectRef: { name: [{ suffix: '-cert' }] } }],
    'high',
  ],
  when: {
    objectRef: { resource: ['secrets', 'configmaps'] },
    fact: { 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'], 'call.outcome': 'succeeded' },
  },
  unless: [
    { fact: { 'principal.standing': ['controller', 'likely-controller', 'platform', 'gitops', 'node', 'service'] } },
    { fact: { 'principal.reader': 'listed' } },
  ],
  by: view => [{ user: said(view, 'principal.id'), secret: said(view, 'object.path') }],
  attack: ['T1552.007', 'T1565.001'],
  why: 'A controller’s namespace holds cloud credentials (CAPA’s bootstrap credentials are an IAM user’s key), webhook keys and its settings. Reading them is taking its place; writing them is steering it.',
  references: [
    'Cluster API Provider AWS book, credentials of the manager (capa-manager-bootstrap-credentials)',
    'karpenter-provider-aws, charts/karpenter',
  ],
  runbook: [
    confirm(
      "objectRef.namespace = 'NAMESPACE' and objectRef.resource in ['secrets','configmaps'] and user.username = 'USER'",
    ),
    'Rotate what was read: for CAPA aws iam create-access-key and delete-access-key of the bootstrap user, then clusterawsadm controller update-credentials; for webhook certificates kubectl -n NAMESPACE delete secret NAME',
    removeAccess,
    'See whether the credential was used elsewhere: aws cloudtrail lookup-events --region REGION --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=KEY',
    lookAround,
  ],
  blind: [
    'Secrets and config maps are logged without bodies: what was read or written is not seen.',
    'In kube-system only objects that carry the account’s name are known as a controller’s; a list of all is kubernetes/bootstrap-secret-read.',
    'Nodes may read what their pods mount: a stolen node identity reads a controller’s secret unseen here (kubernetes/node-identity-off-node).',
  ],
  examples: {
    matches: [
      {
        name: 'a person reads CAPA’s credentials',
        event: audit('get', 'secrets', { ...fleet, objectRef: credentials }),
      },
      {
        name: 'a person lists the secrets of Cluster API’s namespace',
        event: audit('list', 'secrets', { ...fleet, objectRef: { namespace: 'capi-system' } }),
      },
      {
        name: 'a person changes Karpenter’s settings',
        event: audit('patch', 'configmaps', {
          objectRef: { namespace: 'kube-system', name: 'karpenter-global-settings' },
        }),
      },
      {
        name: 'cert-manager renews the certificate of Cluster API’s webhook',
        event: audit('update', 'secrets', { cluster: 'fleet', user: issuer, objectRef: certificate }),
        severity: 'low',
      },
      {
        name: 'cert-manager reads CAPA’s credentials',
        event: audit('get', 'secrets', { cluster: 'fleet', user: issuer, objectRef: credentials }),
        severity: 'high',
      },
      {
        name: 'a person reads the certificate of Cluster API’s webhook',
        event: audit('get', 'secrets', { ...fleet, objectRef: certificate }),
        severity: 'high',
      },
      {
        name: 'an ordinary service account',
        event: audit('get', 'secrets', { cluster: 'fleet', user: sync, objectRef: credentials }),
      },
    ],
    misses: [
      {
        name: 'CAPA itself',
        event: audit('get', 'secrets', {
          cluster: 'fleet',
          user: serviceAccount('capa-system', 'capa-controller-manager'),
          objectRef: credentials,
        }),
      },
      {
        name: 'the kubelet of its pod',
        event: audit('get', 'secrets', { cluster: 'fleet', user: node(), objectRef: credentials }),
      },
      {
        name: 'a listed reader',
        event: audit('get', 'secrets', { cluster: 'fleet', user: sync, objectRef: credentials }),
        settings: { secretReaders: { users: [sync.username ?? ''] } },
      },
      {
        name: 'a person reads another secret of kube-system',
        event: audit('get', 'secrets', { objectRef: { namespace: 'kube-system', name: 'registry' } }),
      },
      {
        name: 'a person reads the certificate that every namespace has',
        event: audit('get', 'configmaps', {
          ...fleet,
          objectRef: { namespace: 'capa-system', name: 'kube-root-ca.crt' },
        }),
      },
      {
        name: 'Istio publishes its certificate there',
        event: audit('update', 'configmaps', {
          cluster: 'fleet',
          user: serviceAccount('istio-system', 'istiod'),
          objectRef: { namespace: 'capi-system', name: 'istio-ca-root-cert' },
        }),
      },
      {
        name: 'a person reads a pod there',
        event: audit('get', 'pods', {
          ...fleet,
          objectRef: { namespace: 'capa-system', name: 'capa-controller-manager-7d9f-x' },
        }),
      },
      {
        name: 'a person may not',
        event: audit('get', 'secrets', { ...fleet, objectRef: credentials, responseStatus: { code: 403 } }),
      },
    ],
  },
});
