import type { Event } from '../event.ts';
import type { When } from '../pattern/language.ts';
import type { Settings } from '../settings.ts';
import { conditionOf, matchesAny } from '../wildcard.ts';
import { query } from './call.ts';
import { unsaid } from './groups.ts';
import { clusterApiNamespaces, ownerOf, ownerRefs, type Ref } from './owner.ts';
import type { AuditRecord } from './record.ts';

/**
 * What a secret is, by its name and namespace: types, labels and data are in no audit event that is logged at Metadata level.
 * `all-…`: a list, watch or deletecollection that names none.
 */
export type SecretKind =
  | 'bootstrap-token'
  | 'cluster-credential'
  | 'likely-cluster-credential'
  | 'bootstrap-data'
  | 'all-in-namespace'
  | 'all-in-cluster'
  | 'controller'
  | 'other'
  | 'unknown';

/** Cluster API names a cluster's credentials so (cluster-api, `util/secret` purposes), and `-proxy` for managed control planes. */
const credential = /.-(?:ca|sa|etcd|kubeconfig|proxy)$/;

/** Helm asks for its own releases alone; an equality in a selector can't be widened by what stands beside it. */
const helmOnly = (selector: string | null): boolean =>
  (selector ?? '').split(',').some(one => /^owner={1,2}helm$/.test(one.trim()));

/** What secret or secrets a call is about. `unknown` for other resources. */
export const secretKind = (event: Event<'kubernetes'>, settings: Settings): SecretKind => {
  const { record } = event;
  const { resource } = record.objectRef ?? {};
  // Null counts as absent.
  const [namespace, name, apiGroup] = [
    record.objectRef?.namespace ?? '',
    record.objectRef?.name ?? '',
    record.objectRef?.apiGroup ?? '',
  ];
  if (resource !== 'secrets' || apiGroup !== '') return 'unknown';
  const fleet = clusterApiNamespaces(event, settings);
  const inFleet = namespace !== '' && matchesAny(fleet, namespace);
  if (name === '') {
    if (record.verb === 'create') return inFleet ? 'bootstrap-data' : 'other';
    if (helmOnly(query(record).get('labelSelector'))) return 'other';
    if (namespace === '') return 'all-in-cluster';
    return inFleet || namespace === 'kube-system' ? 'all-in-namespace' : 'other';
  }
  if (namespace === 'kube-system' && name.startsWith('bootstrap-token-')) return 'bootstrap-token';
  if (inFleet) return credential.test(name) ? 'cluster-credential' : 'bootstrap-data';
  if (ownerOf(namespace, name, event, settings) !== 'none') return 'controller';
  return fleet.length === 0 && name.endsWith('-kubeconfig') ? 'likely-cluster-credential' : 'other';
};

/** What shows that a call may be about a secret of a kind. */
export const secretSigns = (settings: Settings, may: (kind: SecretKind) => boolean): readonly When<AuditRecord>[] => {
  if (may('unknown')) return [{}];
  if (may('other')) return [{ objectRef: { resource: ['secrets'] } }];
  const fleet = settings.clusters.flatMap(({ clusterApiNamespaces: names = [] }) => names).map(conditionOf);
  const inFleet = fleet.length === 0 ? [] : [{ namespace: fleet }];
  const unnamed = [...unsaid];
  const refs: readonly Ref[] = [
    ...(may('bootstrap-token') ? [{ namespace: ['kube-system'], name: [{ prefix: 'bootstrap-token-' }] }] : []),
    ...(may('bootstrap-data') ? inFleet : []),
    ...(may('cluster-credential') ? inFleet.map(one => ({ ...one, name: credentialEnds })) : []),
    ...(may('likely-cluster-credential') ? [{ name: [{ suffix: '-kubeconfig' }] }] : []),
    ...(may('all-in-namespace') ? [{ namespace: ['kube-system', ...fleet], name: unnamed }] : []),
    ...(may('all-in-cluster') ? [{ namespace: unnamed, name: unnamed }] : []),
    ...(may('controller') ? ownerRefs(settings, () => true) : []),
  ];
  return refs.map(ref => ({ objectRef: { resource: ['secrets'], ...ref } }));
};

const credentialEnds = ['ca', 'sa', 'etcd', 'kubeconfig', 'proxy'].map(end => ({ suffix: `-${end}` }));
