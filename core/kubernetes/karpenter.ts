import { reads } from './groups.ts';
import type { AuditRecord } from './record.ts';

/**
 * What Karpenter's chart lets its service account do (karpenter-provider-aws 1.14, `clusterrole-core.yaml`, `clusterrole.yaml`,
 * `role.yaml`): `resource.group/subresource` → verbs beyond get, list and watch.
 */
const baseline: { readonly [target: string]: readonly string[] } = {
  'nodeclaims.karpenter.sh': ['create', 'delete', 'update', 'patch'],
  'nodeclaims.karpenter.sh/status': ['create', 'delete', 'update', 'patch'],
  'nodepools.karpenter.sh': ['update', 'patch'],
  'nodepools.karpenter.sh/status': ['update', 'patch'],
  'nodeoverlays.karpenter.sh': [],
  'nodeoverlays.karpenter.sh/status': ['update', 'patch'],
  'ec2nodeclasses.karpenter.k8s.aws': ['update', 'patch'],
  'ec2nodeclasses.karpenter.k8s.aws/status': ['update', 'patch'],
  'capacitybuffers.autoscaling.x-k8s.io': [],
  'capacitybuffers.autoscaling.x-k8s.io/status': ['update', 'patch'],
  nodes: ['patch', 'delete', 'update'],
  pods: ['delete'],
  'pods/eviction': ['create'],
  events: ['create', 'patch'],
  'events.events.k8s.io': ['create', 'patch'],
  podtemplates: [],
  persistentvolumes: [],
  persistentvolumeclaims: [],
  replicationcontrollers: [],
  namespaces: [],
  services: [],
  'storageclasses.storage.k8s.io': [],
  'csinodes.storage.k8s.io': [],
  'volumeattachments.storage.k8s.io': [],
  'daemonsets.apps': [],
  'deployments.apps': [],
  'replicasets.apps': [],
  'statefulsets.apps': [],
  'poddisruptionbudgets.policy': [],
  'deviceclasses.resource.k8s.io': [],
  'resourceclaims.resource.k8s.io': [],
  'resourceslices.resource.k8s.io': [],
  'leases.coordination.k8s.io': ['create', 'patch', 'update', 'delete'],
  'customresourcedefinitions.apiextensions.k8s.io': [],
};

/**
 * Says whether a call is one that Karpenter makes. Discovery and other non-resource paths are. Its own namespace's secrets and
 * config maps, which older charts let it read for its webhook and logging, are not: version 1 reads neither.
 */
export const isKarpenterBaseline = (record: AuditRecord): boolean => {
  const ref = record.objectRef;
  if (!ref?.resource) return true;
  const target = `${ref.resource}${ref.apiGroup ? `.${ref.apiGroup}` : ''}${ref.subresource ? `/${ref.subresource}` : ''}`;
  const verbs = Object.hasOwn(baseline, target) ? baseline[target] : undefined;
  if (verbs === undefined) return false;
  return reads.some(verb => verb === record.verb) || verbs.includes(record.verb);
};
