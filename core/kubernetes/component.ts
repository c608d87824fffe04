import type { Event } from '../event.ts';
import type { OpenPattern } from '../pattern/language.ts';
import type { Settings } from '../settings.ts';
import { writes } from './groups.ts';
import { builtInNames, components } from './known-users.ts';
import { type Sensitive, sensitiveCall } from './node.ts';
import { clustersOf, outside, placeOf } from './place.ts';
import { arnsOf } from './signed-in.ts';

/** What does not fit an identity of the control plane. */
export type ComponentAnomaly = 'outside-address' | 'beyond-role';

/**
 * Components whose roles are short: they read no secret, ask for no token, open no shell and write neither access nor what makes nodes
 * (kubernetes/kubernetes, bootstrappolicy, system:kube-scheduler, system:volume-scheduler, system:node-proxier).
 */
const narrow: ReadonlySet<string> = new Set(['system:kube-scheduler', 'system:kube-proxy']);

const beyond: ReadonlySet<Sensitive> = new Set(['secret', 'token', 'certificate', 'exec', 'rbac', 'provisioning']);

const isBeyond = ({ record }: Event<'kubernetes'>): boolean =>
  sensitiveCall(record).some(one => beyond.has(one) && (one !== 'rbac' || writes.some(verb => verb === record.verb)));

/**
 * What one event shows against a component of the control plane, or a controller inside kube-controller-manager: whoever holds the key of a
 * cluster's authority signs himself any of their names. EKS's own call from addresses of AWS's, so that only the address of those of other
 * clusters is judged.
 */
export const componentAnomalies = (event: Event<'kubernetes'>, settings: Settings): readonly ComponentAnomaly[] => {
  const name = event.record.user?.username ?? '';
  if (!components.has(name) && !builtInNames.has(name)) return [];
  if (arnsOf(event.record.user).length > 0 || sensitiveCall(event.record).length === 0) return [];
  const own = settings.clusters.some(({ name: cluster, kind }) => cluster === event.cluster && kind !== 'eks');
  return [
    ...(own && placeOf(event, settings) === 'outside' ? (['outside-address'] as const) : []),
    ...(narrow.has(name) && isBeyond(event) ? (['beyond-role'] as const) : []),
  ];
};

/**
 * What shows an anomaly: the name of a component with a short role, an address that begins like none of ours.
 * @param cluster whose event it is, where that is known
 */
export const componentSigns = (
  settings: Settings,
  may: (anomaly: ComponentAnomaly) => boolean,
  cluster?: string,
): readonly OpenPattern[] => {
  const own = clustersOf(settings, cluster).flatMap(({ name, kind }) => (kind === 'eks' ? [] : [name]));
  return [
    ...(may('beyond-role') ? [{ user: { username: [...narrow] } }] : []),
    ...(may('outside-address') && own.length > 0 ? [outside(own, settings)] : []),
  ];
};
