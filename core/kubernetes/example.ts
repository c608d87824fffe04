import { createHash } from 'node:crypto';
import { example, overlay } from '../cloudtrail/example.ts';
import type { Event } from '../event.ts';
import type { Json, JsonObject } from '../json.ts';
import { readAudit } from './read.ts';
import type { AuditRecord, AuditUser } from './record.ts';

const authenticated = 'system:authenticated';

/** A role session that came through the IAM authenticator, as EKS names it when an access entry says no user name. */
export const iamSession = (role: string, session: string, groups: readonly string[] = []): AuditUser => ({
  username: `arn:aws:sts::${example.account}:assumed-role/${role}/${session}`,
  uid: `aws-iam-authenticator:${example.account}:AROAEXAMPLEEXAMPLEEXA`,
  groups: [...groups, authenticated],
  extra: {
    accessKeyId: ['ASIAEXAMPLEDEVKEY001'],
    arn: [`arn:aws:sts::${example.account}:assumed-role/${role}/${session}`],
    canonicalArn: [`arn:aws:iam::${example.account}:role/${role}`],
    principalId: ['AROAEXAMPLEEXAMPLEEXA'],
    sessionName: [session],
    'sigs.k8s.io/aws-iam-authenticator/principalId': ['AROAEXAMPLEEXAMPLEEXA'],
  },
});

/** A service account whose bound token says its pod (Kubernetes 1.30+, "service account token node info"). */
export const serviceAccount = (namespace: string, name: string): AuditUser => ({
  username: `system:serviceaccount:${namespace}:${name}`,
  uid: '00000000-0000-4000-8000-0000000000a1',
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, authenticated],
  extra: {
    'authentication.kubernetes.io/credential-id': ['JTI=00000000-0000-4000-8000-0000000000a2'],
    'authentication.kubernetes.io/node-name': ['ip-10-0-1-17.eu-west-1.compute.internal'],
    'authentication.kubernetes.io/pod-name': [`${name}-5d4f8c7b9d-x2x7z`],
    'authentication.kubernetes.io/pod-uid': ['00000000-0000-4000-8000-0000000000a3'],
  },
});

/** An EC2 node of an EKS cluster (EKS User Guide, access entries of type EC2_LINUX). */
export const node = (
  name = 'ip-10-0-1-17.eu-west-1.compute.internal',
  instance = 'i-0aaaabbbbccccdddd',
  role = 'KarpenterNodeRole-prod',
): AuditUser => ({
  ...iamSession(role, instance),
  username: `system:node:${name}`,
  groups: ['system:bootstrappers', 'system:nodes', authenticated],
});

/** A component of the control plane by client certificate: `kube-controller-manager`, `kube-scheduler`. */
export const component = (name: string): AuditUser => ({ username: `system:${name}`, groups: [authenticated] });

/** A machine that joins with a bootstrap token (Kubernetes documentation, "Authenticating with bootstrap tokens"). */
export const joiner = (token: string): AuditUser => ({
  username: `system:bootstrap:${token}`,
  groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', authenticated],
});

/** The ordinary people and controllers of the example settings. */
export const users = {
  developer: iamSession('developer', 'alice'),
  platform: iamSession('platform-deployer', 'ci'),
  gitops: serviceAccount('flux-system', 'kustomize-controller'),
  karpenter: serviceAccount('kube-system', 'karpenter'),
  capi: serviceAccount('capi-system', 'capi-manager'),
  bootstrapProvider: serviceAccount('capi-kubeadm-bootstrap-system', 'capi-kubeadm-bootstrap-manager'),
  workload: serviceAccount('team-a', 'app'),
  replicasets: serviceAccount('kube-system', 'replicaset-controller'),
  garbage: serviceAccount('kube-system', 'generic-garbage-collector'),
  admin: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', authenticated] },
  anonymous: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
} satisfies { readonly [name: string]: AuditUser };

const started = ['exec', 'attach', 'portforward'];

type Over = { readonly [K in keyof AuditRecord]?: AuditRecord[K] | undefined } & {
  readonly cluster?: string;
  /** ISO; when the request came in. */
  readonly time?: string;
};

/**
 * An ordinary audit event (a developer with kubectl from the office, through EKS's IAM authenticator), with what the example states
 * over it. `user` and `impersonatedUser` stand whole.
 * @param target `resource`, `resource.group`, either with `/subresource`
 */
export const audit = (verb: string, target: string, over: Over = {}): Event<'kubernetes'> => {
  const { cluster = example.cluster, time = '2026-09-01T10:00:00.123456Z', user = users.developer, ...rest } = over;
  const [path = '', subresource] = target.split('/');
  const [resource = '', ...group] = path.split('.');
  const apiGroup = group.join('.');
  const objectRef: JsonObject = {
    resource,
    ...(apiGroup === '' ? {} : { apiGroup }),
    apiVersion: apiGroup.endsWith('cluster.x-k8s.io') ? 'v1beta2' : 'v1',
    ...(subresource === undefined ? {} : { subresource }),
    ...rest.objectRef,
  };
  const forbidden = rest.responseStatus?.code === 403;
  const base: JsonObject = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: rest.requestObject === undefined ? 'Metadata' : 'RequestResponse',
    auditID: '',
    stage:
      verb === 'watch' || (subresource !== undefined && started.includes(subresource))
        ? 'ResponseStarted'
        : 'ResponseComplete',
    requestURI: uriOf(verb, objectRef),
    verb,
    user: user as unknown as Json, // an AuditUser is plain JSON
    sourceIPs: [example.address],
    userAgent: 'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000',
    objectRef,
    responseStatus: { metadata: {}, code: codeOf(verb, subresource) },
    requestReceivedTimestamp: time,
    stageTimestamp: time,
    annotations: {
      'authorization.k8s.io/decision': forbidden ? 'forbid' : 'allow',
      'authorization.k8s.io/reason': forbidden ? '' : 'EKS Access Policy: allowed',
    },
  };
  const record = overlay(base, rest as unknown as JsonObject); // audit records are plain JSON
  const hash = createHash('sha256').update(JSON.stringify(record)).digest('hex');
  const auditID =
    rest.auditID ??
    `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const read = readAudit({ ...record, auditID }, { account: example.account, region: example.region, cluster });
  if ('problem' in read) throw new Error(`The example ${verb} ${target} is no audit event: ${read.problem}`);
  // No log holds what the posture reader saw: it is added afterwards, as the reader does.
  return rest.reading === undefined ? read : { ...read, record: { ...read.record, reading: rest.reading } };
};

const codeOf = (verb: string, subresource: string | undefined): number => {
  if (subresource !== undefined && started.includes(subresource)) return 101;
  return verb === 'create' ? 201 : 200;
};

const uriOf = (verb: string, ref: JsonObject): string => {
  const part = (name: string): string => (ref[name] === undefined ? '' : `/${String(ref[name])}`);
  const root = ref['apiGroup'] === undefined ? '/api' : `/apis${part('apiGroup')}`;
  const namespace = ref['namespace'] === undefined ? '' : `/namespaces${part('namespace')}`;
  const name = verb === 'create' && ref['subresource'] === undefined ? '' : part('name');
  return `${root}${part('apiVersion')}${namespace}${part('resource')}${name}${part('subresource')}${verb === 'watch' ? '?watch=true' : ''}`;
};
