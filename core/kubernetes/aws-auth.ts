import type { Event } from '../event.ts';
import { at, isObject, type JsonObject, list, member, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { kindIn, matchesAny, matchesArn, matchesWildcard } from '../wildcard.ts';
import { anyway, type Mapping, read } from './aws-auth-text.ts';
import { asked, replacesAll, written } from './body.ts';
import { administrators } from './groups.ts';
import { ourAccounts } from './identity.ts';
import { signedInArns } from './signed-in.ts';

/**
 * What kube-system/aws-auth maps after the call. `masters`: somebody to a group of administrators. `foreign-node`: a role that the
 * settings do not know as a node's to `system:nodes`. `system-name`: somebody to a name that a component or a service account has.
 * `unread`: it is written so that it can't be read here, and may map anything. `stranger`: somebody of an account that is not ours.
 * `trusted`: somebody to a name or a group that settings exempt, or to a group of the system's that no node has. `emptied`: it maps no
 * role, or a list is taken away.
 */
export const awsAuthMapNames = [
  'masters',
  'foreign-node',
  'system-name',
  'unread',
  'stranger',
  'trusted',
  'emptied',
] as const;
/** One of {@link awsAuthMapNames}. */
export type AwsAuthMap = (typeof awsAuthMapNames)[number];

/** A user who is called like a role is none. */
const isNodeRole = (arn: string, patterns: readonly string[]): boolean =>
  kindIn(arn) === 'role' &&
  patterns.some(pattern => {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    return matchesWildcard(pattern, pattern.startsWith('arn:') ? arn : name);
  });

/** Names of the system's own, but nodes' as EKS has them written: the instance's, the session's. */
const systemName = /^(?:eks:|system:(?!node:\{\{))/;

/** Groups of the system's that nodes have (EKS User Guide, `aws-auth`: of EC2, Fargate and Windows), and that give nothing. */
const ofNodes: ReadonlySet<string> = new Set([
  'system:nodes',
  'system:bootstrappers',
  'system:node-proxier',
  'system:authenticated',
]);

const isSystems = (group: string): boolean =>
  group.startsWith('system:') && !ofNodes.has(group) && !administrators.some(one => one === group);

/** Whether a mapping makes somebody what settings exempt who is not exempt already, or a part of the system. */
const isTrusted = ({ arns: mine, usernames: names, groups }: Mapping, { platform, gitops }: Settings): boolean => {
  if (groups.some(isSystems)) return true;
  const all = (part: 'arns' | 'users' | 'groups') => [...(platform[part] ?? []), ...(gitops[part] ?? [])];
  if (mine.length === 1 && matchesArn(signedInArns(all('arns')), mine[0] ?? '')) return false;
  return groups.some(group => matchesAny(all('groups'), group)) || names.some(name => matchesAny(all('users'), name));
};

/** Whether it maps no role, or takes a list or all that it does not say away. @param said what was asked for */
const isEmptied = (said: JsonObject, mappings: readonly Mapping[]): boolean => {
  const data = member(said, 'data');
  const isGone = ['mapRoles', 'mapUsers', 'mapAccounts'].some(name => member(data, name) === null);
  const keeps = member(data, '$retainKeys') !== undefined; // and takes every other away
  const mapsNone = text(data, 'mapRoles') !== undefined && mappings.every(({ arns: some }) => some.length === 0);
  return mapsNone || isGone || keeps || replacesAll(said) || replacesAll(data);
};

/** What aws-auth maps after the call, as far as a body shows it: EKS logs one for update, patch and delete, none for create. */
export const awsAuthMaps = (event: Event<'kubernetes'>, settings: Settings): readonly AwsAuthMap[] => {
  const data = at(written(event.record).object, 'data');
  if (!isObject(data)) return at(asked(event.record).object, 'data') === null ? ['emptied'] : [];
  const roles = [...settings.nodeRoles, ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? [])];
  const mappingsIn = (name: string) =>
    list(data, name).flatMap(value => (typeof value === 'string' ? [{ value, mappings: read(value) }] : []));
  const all = [...mappingsIn('mapRoles'), ...mappingsIn('mapUsers')];
  const open = ({ value, mappings }: (typeof all)[number]): readonly Mapping[] => mappings ?? anyway(value);
  const mapped = all.flatMap(open);
  const nodes = mapped.filter(({ groups }) => groups.includes('system:nodes'));
  const ours = ourAccounts(event, settings);
  const accounts = [
    ...mapped.flatMap(({ arns: some }) =>
      some.flatMap(arn => (arn.startsWith('arn:') ? (arn.split(':')[4] ?? '') : [])),
    ),
    ...(text(data, 'mapAccounts')?.match(/[^\s"',[\]-]+/g) ?? []),
  ];
  const isMaster = ({ groups }: Mapping): boolean => administrators.some(group => groups.includes(group));
  const isForeign = ({ arns: some }: Mapping): boolean =>
    some.length === 0 || some.some(arn => !isNodeRole(arn, roles));
  const holds: { readonly [map in AwsAuthMap]: boolean } = {
    masters: mapped.some(isMaster),
    'foreign-node': roles.length > 0 && nodes.some(isForeign),
    'system-name': mapped.some(({ usernames: names }) => names.some(name => systemName.test(name))),
    unread: all.some(({ mappings }) => mappings === undefined),
    stranger: ours.length > 0 && accounts.some(account => !ours.includes(account)),
    trusted: mapped.some(mapping => isTrusted(mapping, settings)),
    emptied: isEmptied(asked(event.record).object, mappingsIn('mapRoles').flatMap(open)),
  };
  return awsAuthMapNames.filter(map => holds[map]);
};
