import { kubernetes } from '../../core/detection.ts';
import { audit, joiner, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { byUser, said } from '../../core/kubernetes/said.ts';
import { confirm, insights, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'certificatesigningrequests.certificates.k8s.io';
/** A PEM whose only content is a subject in plain ASCII, as DER keeps it. */
const subject = (...names: readonly string[]) => {
  const inner = Buffer.from(names.join('\u0013'), 'latin1').toString('base64');
  return Buffer.from(`-----BEGIN CERTIFICATE REQUEST-----\n${inner}\n-----END CERTIFICATE REQUEST-----\n`).toString(
    'base64',
  );
};
const request = (signer: string, ...names: readonly string[]) => ({
  objectRef: { name: 'csr-x7k2p' },
  requestObject: {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'csr-x7k2p' },
    spec: { signerName: `kubernetes.io/${signer}`, request: subject(...names), usages: ['client auth'] },
  },
});
const client = request('kube-apiserver-client', 'alice');
const kubelet = request('kube-apiserver-client-kubelet', 'system:nodes', 'system:node:evil');

export const detection = kubernetes({
  id: 'kubernetes/client-certificate-requested',
  title: '{principal} asked for or approved a client certificate ({csr.signer}): {event}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['critical', { fact: { 'csr.masters': ['yes', 'system-name'] } }],
    'high',
  ],
  when: {
    fact: { 'csr.signer': ['client', 'kubelet-client'], 'call.outcome': 'succeeded' },
  },
  unless: [
    { fact: { 'principal.standing': ['controller', 'service'] } },
    { fact: { 'csr.signer': 'kubelet-client', 'principal.standing': ['bootstrap', 'node'] } },
  ],
  by: byUser,
  resources: view => [said(view, 'object.path')],
  attack: ['T1649', 'T1098'],
  why: 'A client certificate is an identity that no access entry lists and nothing revokes before it expires. A kubelet’s certificate asked for by a person is a node that does not exist.',
  references: [
    'Kubernetes documentation, Certificates and Certificate Signing Requests (signers)',
    'EKS User Guide, Secure Amazon EKS cluster with Kubernetes certificates (kube-apiserver-client is not signed)',
  ],
  runbook: [
    confirm("objectRef.resource = 'certificatesigningrequests' and objectRef.name = 'NAME'"),
    "Read what it makes: kubectl get csr NAME -o jsonpath='{.spec.request}' | base64 -d | openssl req -noout -subject",
    'Contain: kubectl get csr NAME -o yaml > request.yaml; kubectl certificate deny NAME; kubectl delete csr NAME; one that was issued lives until it expires: take every right from its subject, kubectl get clusterrolebindings,rolebindings -A -o json | grep SUBJECT',
    removeAccess,
    `${lookAround}; and what the certificate did: ${insights("user.username = 'SUBJECT'")}`,
  ],
  blind: [
    'Certificates signed with the cluster’s own certificate authority make no request (kubernetes/bootstrap-secret-read: `-ca`).',
    'A subject is read where its letters stand as ASCII or UTF-16 in the request.',
    'Approval with a body that the audit policy leaves out says no signer.',
  ],
  examples: {
    matches: [
      {
        name: 'a person asks for the name of a controller’s account',
        event: audit('create', target, request('kube-apiserver-client', 'system:serviceaccount:kube-system:karpenter')),
        severity: 'critical',
      },
      {
        name: 'a person asks for the name of the scheduler',
        event: audit('create', target, request('kube-apiserver-client', 'system:kube-scheduler')),
        severity: 'critical',
      },
      {
        name: 'a person asks for a node’s name by the signer that does not look at it',
        event: audit('create', target, request('kube-apiserver-client', 'system:nodes', 'system:node:evil')),
        severity: 'critical',
      },
      {
        name: 'a person asks for a name that begins otherwise',
        event: audit('create', target, request('kube-apiserver-client', 'system:monitoring')),
        severity: 'high',
      },
      { name: 'a developer asks for a client certificate', event: audit('create', target, client) },
      {
        name: 'the platform approves one',
        event: audit('update', `${target}/approval`, { ...client, user: users.platform }),
      },
      {
        name: 'a certificate of system:masters',
        event: audit('create', target, request('kube-apiserver-client', 'system:masters', 'alice')),
      },
      { name: 'a person asks for a kubelet’s', event: audit('create', target, kubelet) },
      { name: 'a node asks for a client certificate', event: audit('create', target, { ...client, user: node() }) },
      {
        name: 'a service account called like Cluster API’s, while the settings name none',
        event: audit('create', target, { ...client, cluster: 'fleet', user: users.bootstrapProvider }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      {
        name: 'a machine that joins asks for its kubelet’s',
        event: audit('create', target, { ...kubelet, cluster: 'fleet', user: joiner('abc123') }),
      },
      {
        name: 'the control plane approves it',
        event: audit('update', `${target}/approval`, {
          ...kubelet,
          user: serviceAccount('kube-system', 'certificate-controller'),
        }),
      },
      {
        name: 'a node asks for a serving certificate',
        event: audit('create', target, { ...request('kubelet-serving', 'system:node:x'), user: node() }),
      },
      {
        name: 'a person deletes a request',
        event: audit('delete', target, { ...client, responseObject: client.requestObject }),
      },
      { name: 'a person may not', event: audit('create', target, { ...client, responseStatus: { code: 403 } }) },
    ],
  },
});
