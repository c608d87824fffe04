import type { Condition, When } from '../pattern/language.ts';
import { rememberedOf } from '../remembered.ts';
import type { Principals, Settings } from '../settings.ts';
import { conditionOf, matchesAny, starred } from '../wildcard.ts';
import { administrators } from './groups.ts';
import {
  controllerAccounts,
  type Form,
  formOfName,
  keepsEksNames,
  launcherRoles,
  type PrincipalKind,
  says,
} from './identity.ts';
import { builtInNames, components, usualGitops } from './known-users.ts';
import { clustersOf } from './place.ts';
import type { AuditRecord } from './record.ts';
import { signedInArns } from './signed-in.ts';

type Signs = readonly When<AuditRecord>[];

/** The two users of an audit event. */
type Who = 'user' | 'impersonatedUser';

/** Names, as wildcards, and every form and kind that a user of one may have whom the IAM authenticator did not sign in. */
interface Named {
  readonly name: string;
  readonly forms: readonly Form[];
  readonly kinds: readonly PrincipalKind[];
}

/** The names that a busy cluster's users have, and what they can be told from: whatever `identify` may make of them under the settings. */
const namedIn = rememberedOf(
  (cluster: string | undefined, settings): readonly Named[] => {
    const { platform, gitops } = settings;
    const accounts = accountsIn(settings, cluster).map(({ pattern }) => pattern);
    const given = [...accounts, ...(platform.users ?? []), ...(gitops.users ?? [])].filter(
      name => !name.includes('*') && !name.startsWith('arn:') && allowed.has(formOfName(name)),
    );
    const always = (name: string, form: Form): Named => ({ name, forms: [form], kinds: [form] });
    return [
      always('system:node:*', 'node'),
      ...[...components, ...builtInNames].map(name => always(name, 'service')),
      always('system:bootstrap:*', 'bootstrap'),
      always('system:anonymous', 'anonymous'),
      clustersOf(settings, cluster).every(keepsEksNames)
        ? always('eks:*', 'service')
        : { name: 'eks:*', forms: ['service', 'person'], kinds: ['service', 'person', 'platform', 'gitops'] },
      {
        name: 'system:serviceaccount:*',
        forms: ['service', 'service-account'],
        kinds: ['service', 'service-account', 'platform', 'gitops', 'controller', 'likely-controller'],
      },
      ...[...new Set(given)].map(name => ({
        name,
        forms: [formOfName(name)],
        kinds: kindsOf(name, settings, cluster),
      })),
    ];
  },
  of => [of],
);

/** Forms of users to whom the settings may allow something. */
const allowed: ReadonlySet<Form> = new Set(['person', 'service-account']);

/** The accounts of controllers that an event may be of: in a cluster that is known those that are bound to no other. */
const accountsIn = (settings: Settings, cluster: string | undefined) =>
  controllerAccounts(settings).accounts.filter(
    one => cluster === undefined || one.cluster === undefined || one.cluster === cluster,
  );

/** Every kind that a user of this name may have in a cluster, or in whichever it is, in whatever groups. */
const kindsOf = (name: string, settings: Settings, here: string | undefined): readonly PrincipalKind[] => {
  const form = formOfName(name);
  const { named } = controllerAccounts(settings);
  const mine =
    form === 'service-account' ? accountsIn(settings, here).filter(({ pattern }) => matchesAny([pattern], name)) : [];
  const isCertain = here !== undefined && mine.length > 0;
  if (isCertain || mine.some(({ cluster }) => cluster === undefined))
    return [named ? 'controller' : 'likely-controller'];
  const bound: readonly PrincipalKind[] = mine.length > 0 ? ['controller', 'likely-controller'] : [];
  if (matchesAny(settings.platform.users ?? [], name)) return [...bound, 'platform'];
  if (matchesAny(settings.gitops.users ?? [], name)) return [...bound, 'platform', 'gitops'];
  return [...bound, 'platform', 'gitops', 'likely-controller', form];
};

/**
 * What shows that a user may be of a kind that `may` be. Where people may, it is any name but those by which others are known, or
 * any that the IAM authenticator signed in: it may name somebody as it likes, but nodes are nodes.
 * @param cluster whose event it is, where that is known
 */
export const userSigns = (
  who: Who,
  settings: Settings,
  may: (kind: PrincipalKind) => boolean,
  cluster?: string,
): Signs => signsOf(who, settings, may, ({ kinds }) => kinds.some(may), cluster);

const signsOf = (
  who: Who,
  settings: Settings,
  may: (kind: PrincipalKind) => boolean,
  mayBeNamed: (named: Named) => boolean,
  cluster: string | undefined,
): Signs => {
  if (!may('person')) return others(who, settings, may, cluster);
  const known = namedIn(cluster, settings).filter(named => !mayBeNamed(named));
  if (known.length === 0) return [{}];
  const name = { 'anything-but': { wildcard: known.map(one => starred(one.name)) } };
  const fromIam = [{ 'anything-but': { prefix: 'system:node:' } }];
  return [
    { [who]: { username: [...(may('unknown') ? [{ exists: false }] : []), name] } },
    ...['arn', 'canonicalArn'].map(arn => ({ [who]: { username: fromIam, extra: { [arn]: [{ exists: true }] } } })),
  ];
};

/** The same where no person may be. */
const others = (
  who: Who,
  settings: Settings,
  may: (kind: PrincipalKind) => boolean,
  cluster: string | undefined,
): Signs => {
  const { platform, gitops } = settings;
  const accounts = accountsIn(settings, cluster).map(({ pattern }) => conditionOf(pattern));
  const trusted = [...(may('platform') ? [platform] : []), ...(may('gitops') ? [gitops] : [])];
  const names = [
    ...(may('unknown') ? [{ exists: false }, '', null] : []),
    ...(may('anonymous') ? ['system:anonymous'] : []),
    ...(may('node') ? [{ prefix: 'system:node:' }] : []),
    ...(may('bootstrap') ? [{ prefix: 'system:bootstrap:' }] : []),
    ...(may('service') ? serviceNames : []),
    ...(may('service-account') ? [{ prefix: 'system:serviceaccount:' }] : []),
    ...(may('controller') || may('likely-controller') ? accounts : []),
    ...(may('likely-controller') && !says(gitops) ? usualGitops : []),
    ...trusted.flatMap(({ users = [] }) => users.map(conditionOf)),
  ];
  return [
    ...(names.length === 0 ? [] : [{ [who]: { username: names } }]),
    ...trusted.flatMap(one => belonging(who, one)),
    ...(may('controller') || may('likely-controller') ? belonging(who, { arns: launcherRoles(settings) }) : []),
  ];
};

const serviceNames = [
  { prefix: 'eks:' },
  { wildcard: 'arn:*:assumed-role/AWSServiceRoleForAmazonEKS/*' },
  ...components,
  ...builtInNames,
];

const belonging = (who: Who, { groups = [], arns = [] }: Principals): Signs => [
  ...(groups.length === 0 ? [] : [{ [who]: { groups: groups.map(conditionOf) } }]),
  ...(arns.length === 0
    ? []
    : ['arn', 'canonicalArn'].map(arn => ({ [who]: { extra: { [arn]: signedInArns(arns).map(conditionOf) } } }))),
];

/** What shows that the real user's form may be one: a form is told by the name, whatever the settings allow. */
export const formSigns = (settings: Settings, may: (form: Form) => boolean, cluster?: string): Signs =>
  signsOf(
    'user',
    settings,
    kind => forms.some(form => form === kind && may(form)),
    named => named.forms.some(may),
    cluster,
  );

const forms: readonly Form[] = ['person', 'service-account', 'node', 'service', 'bootstrap', 'anonymous', 'unknown'];

/** Somebody is impersonated. */
export const impersonating: When<AuditRecord> = { impersonatedUser: { username: [{ exists: true }] } };

/** What shows whom a call impersonates, as `impersonation.target` tells it. */
export const targetSigns = (settings: Settings, may: (target: string) => boolean): Signs => {
  if (may('unknown')) return [{}];
  if (may('other')) return [impersonating];
  const spaces = controllerAccounts(settings).accounts.map(({ pattern }) => pattern.split(':')[2] ?? '');
  const inGroup = (group: string): Signs => [{ impersonatedUser: { groups: [group] } }];
  const named = (...username: readonly Condition[]): Signs => [{ impersonatedUser: { username } }];
  return [
    ...(may('controller')
      ? [
          ...userSigns('impersonatedUser', settings, kind => kind === 'controller' || kind === 'likely-controller'),
          ...named(...spaces.map(space => ({ wildcard: starred(`system:serviceaccount:${space}*`) }))),
        ]
      : []),
    ...(may('node') ? [...named({ prefix: 'system:node:' }), ...inGroup('system:nodes')] : []),
    ...(may('masters') ? administrators.flatMap(inGroup) : []),
    ...(may('system') ? named(...serviceNames, { prefix: 'system:serviceaccount:kube-system:' }) : []),
  ];
};
