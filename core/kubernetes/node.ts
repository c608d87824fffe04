import type { Event } from '../event.ts';
import { at, list } from '../json.ts';
import { itself, remembered } from '../remembered.ts';
import type { Settings } from '../settings.ts';
import { kindIn, matchesWildcard } from '../wildcard.ts';
import { asked, members, replacesAll } from './body.ts';
import { clusterApiGroups, provisioningGroups, writes } from './groups.ts';
import { placeOf } from './place.ts';
import type { AuditRecord } from './record.ts';
import { arnsOf } from './signed-in.ts';

/** Label and annotation keys that decide what runs on a node, or whose it is (Kubernetes "Well-Known Labels", Karpenter, EKS). */
const steers =
  /^(?:karpenter\.(?:sh|k8s\.aws|azure\.com|k8s\.gcp)\/|(?:[a-z0-9-]+\.)*cluster\.x-k8s\.io\/|eks\.amazonaws\.com\/|node-role\.kubernetes\.io\/|node-restriction\.kubernetes\.io\/|node\.kubernetes\.io\/|topology\.kubernetes\.io\/|kubernetes\.io\/(?:hostname|arch|os)$)/;

/**
 * What a patch of a node changes that steers scheduling or ownership: label and annotation keys, all labels or annotations where it
 * replaces them, `finalizers`, `ownerReferences`, `taints`, `providerID`; `everything` where an update sends the node whole, and does not say what it changes. Cordoning
 * is none of it, nor the status, which kubelets report all day.
 */
export const nodeSteering = (record: AuditRecord): readonly string[] => {
  if (record.objectRef?.resource !== 'nodes') return [];
  if (record.verb === 'update') return record.objectRef.subresource ? [] : ['everything'];
  if (record.verb !== 'patch') return [];
  const body = asked(record);
  const owners = ['labels', 'annotations'] as const;
  const keys = owners.flatMap(name => members(body, 'metadata', name)).map(([key]) => key);
  return [
    ...new Set(keys.filter(key => steers.test(key))),
    ...owners.filter(name => replacesAll(at(body.object, 'metadata', name))).map(name => `all ${name}`),
    // Karpenter ends a node's instance before it lets its node go: without its finalizer, the instance stays. A node whose owner is not
    // there is deleted.
    ...['finalizers', 'ownerReferences'].filter(name => at(body.object, 'metadata', name) !== undefined),
    ...['taints', 'providerID'].filter(name => at(body.object, 'spec', name) !== undefined),
  ];
};

/** What does not fit a node identity. */
export type NodeAnomaly = 'outside-address' | 'foreign-role' | 'foreign-instance';

const instanceId = /^i-[0-9a-f]{8,17}$/;

/**
 * What one event shows against a node identity: the last address is outside the cluster's ranges, the IAM role behind it is no node
 * role, or the session is no instance's, or another's than the node is named after. Fargate and hybrid nodes are named after their
 * session.
 */
export const nodeAnomalies = (event: Event<'kubernetes'>, settings: Settings): readonly NodeAnomaly[] => {
  const { user } = event.record;
  if (!user?.username?.startsWith('system:node:')) return [];
  const name = user.username.slice('system:node:'.length);
  const arns = arnsOf(user);
  const session = String(list(user, 'extra', 'sessionName')[0] ?? '');
  const foreign = arns.length > 0 && nodeRolesOf(settings).length > 0 && !arns.some(arn => isNodeRole(arn, settings));
  const unlike = arns.length > 0 && !instanceId.test(session) && session !== name;
  return [
    ...(placeOf(event, settings) === 'outside' ? (['outside-address'] as const) : []),
    ...(foreign ? (['foreign-role'] as const) : []),
    ...(unlike || (instanceId.test(name) && instanceId.test(session) && name !== session)
      ? (['foreign-instance'] as const)
      : []),
  ];
};

/** `assumed-role/NAME/SESSION` and `role/PATH/NAME` both name the role; a user who is called like one is none. */
const isNodeRole = remembered((arn: string, settings) => {
  const patterns = kindIn(arn)?.endsWith('role') ? nodeRolesOf(settings) : [];
  const parts = arn.split(':').at(-1)?.split('/') ?? [];
  const name = (parts[0] === 'assumed-role' ? parts[1] : parts.at(-1)) ?? '';
  return patterns.some(pattern => {
    if (!pattern.startsWith('arn:')) return matchesWildcard(pattern, name);
    return matchesWildcard(pattern, arn) || matchesWildcard(pattern.slice(pattern.lastIndexOf('/') + 1), name);
  });
}, itself);

const nodeRolesOf = (settings: Settings): readonly string[] => {
  const known = nodeRoles.get(settings);
  if (known !== undefined) return known;
  const found = [...settings.nodeRoles, ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? [])];
  nodeRoles.set(settings, found);
  return found;
};

/** Told once for settings, which never change. */
const nodeRoles = new WeakMap<Settings, readonly string[]>();

const entered: ReadonlySet<string> = new Set(['pods', 'nodes', 'services']);
const ofProvisioning: ReadonlySet<string> = new Set([...provisioningGroups, ...clusterApiGroups]);

/** Calls on which stolen identities are judged: what an intruder wants, not what a kubelet does all day. */
export const sensitiveCalls = [
  'secret',
  'configmap',
  'token',
  'certificate',
  'exec',
  'rbac',
  'pod-write',
  'provisioning',
  'forbidden',
] as const;

/** One of {@link sensitiveCalls}. */
export type Sensitive = (typeof sensitiveCalls)[number];

/** Subresources by which one gets into a container or to a port of it. */
export const entering = ['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers'] as const;

/** What else can be written on a pod but its status (Kubernetes API Reference, Pod). */
export const podParts = ['binding', 'eviction', 'resize'] as const;

const isPodWrite = (resource: string, subresource: string | undefined): boolean =>
  resource === 'pods' && (subresource === undefined || podParts.some(part => part === subresource));

/** Which sensitive call this is; empty for none. */
export const sensitiveCall = (record: AuditRecord): readonly Sensitive[] => {
  const { resource = '', subresource, apiGroup = '' } = record.objectRef ?? {};
  const isWrite = writes.some(verb => verb === record.verb);
  const found: Sensitive[] = [];
  if (resource === 'secrets') found.push('secret');
  if (resource === 'configmaps') found.push('configmap');
  if (resource === 'serviceaccounts' && subresource === 'token') found.push('token');
  if (resource === 'certificatesigningrequests' && isWrite) found.push('certificate');
  if (entered.has(resource) && entering.some(one => one === subresource)) found.push('exec');
  if (apiGroup === 'rbac.authorization.k8s.io') found.push('rbac');
  if (isWrite && isPodWrite(resource, subresource)) found.push('pod-write');
  if (isWrite && ofProvisioning.has(apiGroup)) found.push('provisioning');
  if (record.responseStatus?.code === 403) found.push('forbidden');
  return found;
};
