import { once } from '../once.ts';
import type { Condition, When } from '../pattern/language.ts';
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

/** Resources of one group that the baseline allows the same: verbs beyond reading, by subresource ('': the object itself). */
interface Bundle {
  readonly resources: string[];
  readonly group: string;
  readonly subresources: ReadonlyMap<string, readonly string[]>;
}

const bundles = once((): readonly Bundle[] => {
  const wholes = new Map<string, Map<string, readonly string[]>>();
  for (const [target, verbs] of Object.entries(baseline)) {
    const [whole = '', subresource = ''] = target.split('/');
    wholes.set(whole, (wholes.get(whole) ?? new Map()).set(subresource, verbs));
  }
  const alike = new Map<string, Bundle>();
  for (const [whole, subresources] of wholes) {
    const [resource = '', ...rest] = whole.split('.');
    const group = rest.join('.');
    const key = JSON.stringify([group, [...subresources]]);
    const bundle = alike.get(key) ?? { resources: [], group, subresources };
    bundle.resources.push(resource);
    alike.set(key, bundle);
  }
  return [...alike.values()];
});

/** Any text but these; where none of them is '', also that the record lacks it. */
const but = (texts: readonly string[]): readonly Condition[] => [
  { 'anything-but': texts },
  ...(texts.includes('') ? [] : [{ exists: false }]),
];

/** This text; '' is also what the record lacks. */
const only = (text: string): readonly Condition[] => (text === '' ? ['', { exists: false }] : [text]);

/** What shows that a call may be beyond the baseline: by its resource, the resource's group, the subresource, or the verb. */
export const beyondBaseline = (): readonly When<AuditRecord>[] => {
  const groups = new Map<string, string[]>();
  for (const { resources, group } of bundles())
    for (const resource of resources) groups.set(resource, [...(groups.get(resource) ?? []), group]);
  return [
    { objectRef: { resource: [{ 'anything-but': [...groups.keys()] }] } },
    ...[...groups].map(([resource, some]) => ({ objectRef: { resource, apiGroup: but(some) } })),
    ...bundles().flatMap(({ resources: resource, group, subresources }): When<AuditRecord>[] => [
      { objectRef: { resource, apiGroup: only(group), subresource: but([...subresources.keys()]) } },
      ...[...subresources].map(([name, verbs]) => ({
        objectRef: { resource, apiGroup: only(group), subresource: only(name) },
        verb: [{ 'anything-but': [...reads, ...verbs] }],
      })),
    ]),
  ];
};
