import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
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

/** A pod that is given a secret by its kubelet. */
const given = (secretName: string, over: JsonObject = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'tool' },
  spec: { containers: [{ name: 'tool', image: 'busybox' }], volumes: [{ name: 's', secret: { secretName } }], ...over },
});
const inNamespace = (namespace: string) => ({ ...fleet, objectRef: { namespace, name: 'tool' } });

export const detection = kubernetes({
  id: 'kubernetes/controller-secret-touched',
  title: "{principal} touched a controller's secret or config map: {event}",
  severity: [
    // It makes and renews the certificates of the controllers' webhooks; by its usual name only, so that it is lowered, not silenced.
    ['low', { user: { username: [...certManager] }, objectRef: { name: [{ suffix: '-cert' }] } }],
    ['critical', { fact: { 'pod.secrets': ['cluster-credential', 'bootstrap-token'] } }],
    'high',
  ],
  when: {
    $or: [
      {
        objectRef: { resource: ['secrets', 'configmaps'] },
        fact: { 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'] },
      },
      // A kubelet reads what a pod mounts, for whoever wrote the pod.
      { fact: { 'pod.secrets': ['controller', 'cluster-credential', 'bootstrap-data', 'bootstrap-token'] } },
    ],
    fact: { 'call.outcome': 'succeeded' },
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
    'Rotate what was read: for CAPA aws iam create-access-key and delete-access-key of the bootstrap user, then clusterawsadm controller update-credentials; for a webhook’s certificate (type kubernetes.io/tls, which cert-manager makes anew) kubectl -n NAMESPACE delete secret CERTIFICATE',
    removeAccess,
    'See whether the credential was used elsewhere: aws cloudtrail lookup-events --region REGION --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=KEY',
    lookAround,
  ],
  blind: [
    'Secrets and config maps are logged without bodies: what was read or written is not seen.',
    'In kube-system only objects that carry the account’s name are known as a controller’s; a list of all is kubernetes/bootstrap-secret-read.',
    'A pod whose body is not logged, and one of a custom kind’s controller that is exempt, is given a secret unseen.',
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
      {
        name: 'a pod of a person’s is given CAPA’s credentials',
        event: audit('create', 'pods', { ...inNamespace('capa-system'), requestObject: given(credentials.name) }),
        severity: 'high',
      },
      {
        name: 'a pod of a person’s is given the administrator’s file of a cluster',
        event: audit('create', 'pods', { ...inNamespace('fleet-eu'), requestObject: given('prod-eu-kubeconfig') }),
        severity: 'critical',
      },
      {
        name: 'a pod has a bootstrap token in its environment',
        event: audit('create', 'pods', {
          ...inNamespace('kube-system'),
          requestObject: given('x', {
            volumes: [],
            containers: [{ name: 'a', envFrom: [{ secretRef: { name: 'bootstrap-token-abc123' } }] }],
          }),
        }),
        severity: 'critical',
      },
      {
        name: 'a pod is given what the next machine boots with',
        event: audit('create', 'pods', { ...inNamespace('fleet-eu'), requestObject: given('workers-x7k2p') }),
        severity: 'high',
      },
    ],
    misses: [
      {
        name: 'a pod of a team is given a secret of its own',
        event: audit('create', 'pods', { ...inNamespace('team-a'), requestObject: given('db') }),
      },
      {
        name: 'a replica set makes the pod of a controller, which is given its certificate',
        event: audit('create', 'pods', {
          ...inNamespace('capi-system'),
          user: users.replicasets,
          requestObject: given(certificate.name),
        }),
      },
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
