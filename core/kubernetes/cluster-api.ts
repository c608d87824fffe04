import { at, text } from '../json.ts';
import type { When } from '../pattern/language.ts';
import { asked } from './body.ts';
import { clusterApiGroups, machineResources, writes } from './groups.ts';
import type { AuditRecord } from './record.ts';

/** What a write on a Cluster API object does. Each kind has a detection of its own; `other` is all the rest. */
export type CapiChange =
  | 'machine-created'
  | 'machine-scaled'
  | 'clusterclass'
  | 'identity'
  | 'cluster-deleted'
  | 'remediation-weakened'
  | 'status'
  | 'other'
  | 'unknown';

/** Identities through which Cluster API Provider AWS acts in accounts. */
const identityResources = [
  'awsclusterroleidentities',
  'awsclustercontrolleridentities',
  'awsclusterstaticidentities',
] as const;

const includes = (names: readonly string[], name: string): boolean => names.includes(name);

/**
 * What a call does to Cluster API; `unknown`: it writes no object of its groups. Status is the controllers' own notebook, by which they go:
 * a Machine boots with the secret that its KubeadmConfig's status names.
 */
export const capiChange = (record: AuditRecord): CapiChange => {
  const { apiGroup = '', resource = '', subresource = '' } = record.objectRef ?? {};
  if (!includes(clusterApiGroups, apiGroup) || !includes(writes, record.verb)) return 'unknown';
  if (subresource === 'status') return 'status';
  const deletes = record.verb === 'delete' || record.verb === 'deletecollection';
  if (apiGroup === 'cluster.x-k8s.io' && includes(machineResources, resource)) {
    if (record.verb === 'create') return 'machine-created';
    if (!deletes && (subresource === 'scale' || typeof at(asked(record).object, 'spec', 'replicas') === 'number'))
      return 'machine-scaled';
  }
  if (resource === 'clusterclasses') return 'clusterclass';
  if (includes(identityResources, resource)) return 'identity';
  if (
    deletes &&
    (apiGroup === 'controlplane.cluster.x-k8s.io' || (apiGroup === 'cluster.x-k8s.io' && resource === 'clusters'))
  )
    return 'cluster-deleted';
  if (resource === 'machinehealthchecks' && record.verb !== 'create') return 'remediation-weakened';
  return pauses(record) ? 'remediation-weakened' : 'other';
};

/** Whether a body stops controllers from looking after an object (cluster-api, `cluster.x-k8s.io/paused`, `skip-remediation`). */
const pauses = (record: AuditRecord): boolean => {
  const { object } = asked(record);
  const stops = ['cluster.x-k8s.io/paused', 'cluster.x-k8s.io/skip-remediation'];
  return (
    record.verb !== 'create' &&
    (at(object, 'spec', 'paused') === true ||
      stops.some(name => text(object, 'metadata', 'annotations', name) !== undefined))
  );
};

/** What shows that a call may do one of these to Cluster API. */
export const capiSigns = (may: (change: CapiChange) => boolean): readonly When<AuditRecord>[] => {
  if (may('unknown')) return [{}];
  const subresource = [{ exists: false }, { 'anything-but': 'status' }];
  const signs: { readonly [change in Exclude<CapiChange, 'unknown'>]: When<AuditRecord> } = {
    'machine-created': { verb: 'create', objectRef: { subresource, resource: [...machineResources] } },
    'machine-scaled': { verb: ['update', 'patch'], objectRef: { subresource, resource: [...machineResources] } },
    clusterclass: { objectRef: { subresource, resource: 'clusterclasses' } },
    identity: { objectRef: { subresource, resource: [...identityResources] } },
    'cluster-deleted': { verb: ['delete', 'deletecollection'], objectRef: { subresource } },
    'remediation-weakened': {
      verb: ['update', 'patch', 'delete', 'deletecollection'],
      objectRef: { subresource },
    },
    status: { objectRef: { subresource: 'status' } },
    other: { objectRef: { subresource } },
  };
  return capiChanges.filter(may).map(change => signs[change]);
};

/** What a write does to Cluster API, as `capi.change` says it. */
export const capiChanges = [
  'machine-created',
  'machine-scaled',
  'clusterclass',
  'identity',
  'cluster-deleted',
  'remediation-weakened',
  'status',
  'other',
] as const;
