import { Buffer } from 'node:buffer';
import { list, text } from '../json.ts';
import { asked, written } from './body.ts';
import { administrators } from './groups.ts';
import type { AuditRecord } from './record.ts';

/** What a certificate request would make its bearer: see Kubernetes documentation, "Certificates and Certificate Signing Requests". */
export type Signer = 'client' | 'kubelet-client' | 'other' | 'unknown';

/** The signer a request is for, from its body (EKS logs them for certificates.k8s.io). */
export const signerOf = (record: AuditRecord): Signer => {
  if (record.objectRef?.resource !== 'certificatesigningrequests') return 'unknown';
  const name = text(written(record).object, 'spec', 'signerName');
  if (name === undefined) return 'unknown';
  if (name === 'kubernetes.io/kube-apiserver-client') return 'client';
  return name === 'kubernetes.io/kube-apiserver-client-kubelet' ? 'kubelet-client' : 'other';
};

/**
 * Base64 of a PEM of an X.509 request: as DER, where names stand in plain ASCII, or with a zero before each letter (BMPString). Go's
 * `encoding/pem` passes over what is no whole block, and over headers: every block counts, without its headers.
 */
const der = (request: string): string =>
  Buffer.from(request, 'base64')
    .toString('latin1')
    .split(/-----BEGIN [^\n]*-----/)
    .slice(1)
    .map(block => {
      const [inner = ''] = block.split('-----END', 1);
      const plain = Buffer.from(inner.replace(/^.*:.*$/gm, ''), 'base64').toString('latin1');
      return `${plain}\n${plain.replaceAll('\0', '')}`;
    })
    .join('\n');

/**
 * Whether the certificate would carry `system:masters`, or kubeadm's group of administrators: the organisation in the request's subject, or the groups that the caller
 * wrote. The requester's own groups, which the server fills in, are not the certificate's.
 */
export const asksForMasters = (record: AuditRecord): boolean => {
  const request = text(written(record).object, 'spec', 'request') ?? '';
  const claimed = record.verb === 'create' ? list(asked(record).object, 'spec', 'groups') : [];
  const subject = der(request);
  return administrators.some(group => claimed.includes(group) || subject.includes(group));
};

/** Names that only the control plane, service accounts, nodes and EKS's own users bear; administrators are {@link asksForMasters}. */
const systemNames = /system:(?:apiserver|kube-|cloud-controller-manager|serviceaccount:|node:|nodes)|eks:/;

/**
 * Whether a certificate for the API, by the signer that asks nothing of its subject but that it is no `system:masters`, would make its
 * bearer one of the system's own (kubernetes/kubernetes, admission `certificates/subjectrestriction`).
 */
export const asksForSystemName = (record: AuditRecord): boolean =>
  signerOf(record) === 'client' && systemNames.test(der(text(written(record).object, 'spec', 'request') ?? ''));

/** The name of the node that a kubelet's request is for: the subject's common name, `system:node:NAME`; '' where it is none. */
export const requestedNode = (record: AuditRecord): string => {
  const request = text(written(record).object, 'spec', 'request') ?? '';
  return /system:node:([a-z0-9.-]{1,253})/.exec(der(request))?.[1] ?? '';
};
