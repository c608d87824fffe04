import type { Event } from '../event.ts';
import type { Condition } from '../pattern/language.ts';
import type { Controller, Settings } from '../settings.ts';
import { conditionOf, matchesAny, matchesWildcard } from '../wildcard.ts';
import { sharedNamespaces } from './groups.ts';
import { controllerAccounts, exemptAccounts } from './identity.ts';
import { builtInControllers } from './known-users.ts';

/** Whose object it is: a controller's kind, or `none`. */
export type Owner = Controller['kind'] | 'none';

/** Published into every namespace (by the control plane, Istio, OpenShift) and read by every pod: nobody's secret. */
const everywhere: ReadonlySet<string> = new Set(['kube-root-ca.crt', 'istio-ca-root-cert', 'openshift-service-ca.crt']);

/**
 * Which controller an object belongs to. A namespace of a controller's own is all its; in a shared one (`kube-system`) an object is
 * its where it carries the service account's name, alone or before a dash.
 */
export const ownerOf = (namespace: string, name: string, event: Event<'kubernetes'>, settings: Settings): Owner => {
  if (namespace === '' || everywhere.has(name)) return 'none';
  const account = controllerAccounts(settings).accounts.find(({ pattern, cluster }) => {
    if (cluster !== undefined && event.cluster !== '' && cluster !== event.cluster) return false;
    const [, , space = '', own = ''] = pattern.split(':');
    if (!matchesWildcard(space, namespace)) return false;
    return !sharedNamespaces.has(namespace) || matchesWildcard(own, name) || matchesWildcard(`${own}-*`, name);
  });
  return account?.kind ?? 'none';
};

/** Conditions on an object's address. */
export interface Ref {
  readonly namespace?: readonly Condition[];
  readonly name?: readonly Condition[];
}

/** What an object's address must be like for `ownerOf` to name one of some owners: any of these. */
export const ownerRefs = (settings: Settings, may: (owner: Controller['kind']) => boolean): readonly Ref[] => {
  const named = new Map<string, string[]>();
  const whole = new Set<string>();
  for (const { kind, pattern } of controllerAccounts(settings).accounts) {
    const [, , space = '', own = ''] = pattern.split(':');
    if (!may(kind)) continue;
    // A name that may be empty is one that the record may lack.
    if (!sharedNamespaces.has(space) || matchesWildcard(own, '')) whole.add(space);
    else named.set(space, [...(named.get(space) ?? []), own, `${own}-*`]);
  }
  return [
    ...(whole.size === 0 ? [] : [{ namespace: [...whole].map(conditionOf) }]),
    ...[...named].map(([space, names]) => ({ namespace: [space], name: [...new Set(names)].map(conditionOf) })),
  ];
};

/**
 * Names of service accounts for which `accountOwner` may name one of some owners (`kubernetes`: a built-in controller's; `gitops`:
 * an exempt one's); undefined: any name.
 */
export const accountNames = (settings: Settings, may: (owner: string) => boolean): readonly string[] | undefined => {
  if (may('none')) return undefined;
  const mine = controllerAccounts(settings).accounts.filter(({ kind }) => may(kind));
  const exempt = may('gitops') ? exemptAccounts(settings) : [];
  const names = [...mine.map(({ pattern }) => pattern), ...exempt].map(
    pattern => /^system:serviceaccount:[^:*]+:([^:*]+)$/.exec(pattern)?.[1],
  );
  if (names.includes(undefined)) return undefined;
  return [...new Set([...names.flatMap(name => name ?? []), ...(may('kubernetes') ? builtInControllers : [])])];
};

/** Which controller a service account is, by its exact name: `default` in a controller's namespace is nobody's. */
export const accountOwner = (namespace: string, name: string, event: Event<'kubernetes'>, settings: Settings): Owner =>
  controllerAccounts(settings).accounts.find(
    ({ pattern, cluster }) =>
      (cluster === undefined || event.cluster === '' || cluster === event.cluster) &&
      matchesWildcard(pattern, `system:serviceaccount:${namespace}:${name}`),
  )?.kind ?? 'none';

/** Whether a service account is exempt as GitOps or as the platform: see {@link exemptAccounts}. */
export const isExemptAccount = (namespace: string, name: string, settings: Settings): boolean =>
  matchesAny(exemptAccounts(settings), `system:serviceaccount:${namespace}:${name}`);

/** Says whether a namespace holds a controller, a shared one included. */
export const holdsController = (namespace: string, event: Event<'kubernetes'>, settings: Settings): boolean =>
  controllerAccounts(settings).accounts.some(({ pattern, cluster }) => {
    const here = cluster === undefined || event.cluster === '' || cluster === event.cluster;
    return here && matchesWildcard(pattern.split(':')[2] ?? '', namespace);
  });

/**
 * Wildcards of the namespaces that hold Cluster API Clusters here: those of the event's cluster, or of every cluster where the
 * event's own is not among the settings'. Empty = not said.
 */
export const clusterApiNamespaces = (event: Event<'kubernetes'>, settings: Settings): readonly string[] => {
  const here = settings.clusters.filter(({ name }) => name === event.cluster);
  return (here.length > 0 ? here : settings.clusters).flatMap(({ clusterApiNamespaces: names }) => names ?? []);
};
