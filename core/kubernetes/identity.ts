import { namesControllers, usualControllers } from '../cloudtrail/roles.ts';
import type { Event } from '../event.ts';
import { rememberedOf } from '../remembered.ts';
import type { Controller, Principals, Settings } from '../settings.ts';
import { matchesAny, matchesArn } from '../wildcard.ts';
import { builtInNames, components, usualAccounts, usualGitops } from './known-users.ts';
import type { AuditUser } from './record.ts';
import { arnsOf, isOwnName, isOwnSession, pathless, signedInArns } from './signed-in.ts';

/** What a Kubernetes user is by its form alone, whatever the settings allow it. */
export type Form = 'person' | 'service-account' | 'node' | 'service' | 'bootstrap' | 'anonymous' | 'unknown';

/** Who somebody is to the plane that makes nodes; `likely-controller` by its usual name alone. */
export type PrincipalKind = Form | 'controller' | 'likely-controller' | 'platform' | 'gitops';

/** A Kubernetes user as the settings see it. */
export interface Identity {
  readonly kind: PrincipalKind;
  readonly form: Form;
  readonly controller: Controller['kind'] | 'none';
  /** Why a controller is only a likely one; empty otherwise. */
  readonly doubt: string;
}

/** The service accounts that settings give to controllers, with the cluster each is bound to. */
export interface Account {
  readonly kind: Controller['kind'];
  readonly pattern: string;
  readonly cluster: string | undefined;
}

/** Controllers' service accounts: those of the settings; the usual ones only where the settings name none at all. */
export const controllerAccounts = (settings: Settings): ControllerAccounts => {
  const known = accountsOf.get(settings);
  if (known !== undefined) return known;
  const found = accountsIn(settings);
  accountsOf.set(settings, found);
  return found;
};

interface ControllerAccounts {
  readonly accounts: readonly Account[];
  readonly named: boolean;
}

/** Told once for settings, which never change. */
const accountsOf = new WeakMap<Settings, ControllerAccounts>();

const accountsIn = (settings: Settings): ControllerAccounts => {
  const accounts = settings.controllers.flatMap(({ kind, cluster, serviceAccounts = [] }) =>
    serviceAccounts.map(pattern => ({ kind, pattern, cluster })),
  );
  if (accounts.length > 0) return { accounts, named: true };
  return { accounts: usualAccounts.map(([kind, pattern]) => ({ kind, pattern, cluster: undefined })), named: false };
};

/**
 * What a user is by its form. A name that only the system may carry counts for nothing on a user who came through the IAM
 * authenticator: `aws-auth` can map a role to any name (EKS User Guide, "Grant IAM users access with a ConfigMap"). EKS's own
 * `eks:*` users do come that way, but from accounts of AWS.
 */
const formOf = (user: AuditUser | undefined, event: Event<'kubernetes'>, settings: Settings): Form => {
  const name = user?.username;
  if (typeof name !== 'string') return 'unknown';
  const form = formOfName(name);
  const arns = arnsOf(user);
  if (name.startsWith('eks:') && settings.clusters.some(one => one.name === event.cluster && !keepsEksNames(one)))
    return 'person';
  if (arns.length === 0 || signedIn.has(form)) return form;
  const owned = arns.some(arn => isOurs(arn, event, settings));
  if (owned && arns.every(arn => eksRole.test(arn)) && (name.startsWith('eks:') || isOwnSession(name, arns)))
    return 'service';
  if (!name.startsWith('eks:')) return 'person';
  return owned ? 'person' : form;
};

/**
 * EKS's service-linked role, which EKS alone can assume, and no other role of an account that has it may be called so: with it the
 * controllers of Auto Mode, and cluster insights, act in the cluster (EKS User Guide, "Grant additional Kubernetes RBAC to EKS Auto Mode
 * managed controllers").
 */
const eksRole =
  /^arn:[\w-]+:(iam::\d{12}:role|sts::\d{12}:assumed-role)\/(aws-service-role\/eks\.amazonaws\.com\/)?AWSServiceRoleForAmazonEKS(\/[^/]+)?$/;

/** Forms that a user has by the name, whoever signed it in. */
const signedIn: ReadonlySet<Form> = new Set(['unknown', 'anonymous', 'node']);

/** What a user of this name is whom the IAM authenticator did not sign in. */
export const formOfName = (name: string): Form => {
  if (name === '') return 'unknown';
  if (name === 'system:anonymous') return 'anonymous';
  if (name.startsWith('system:node:')) return 'node';
  if (name.startsWith('eks:')) return 'service';
  if (name.startsWith('system:bootstrap:')) return 'bootstrap';
  if (components.has(name)) return 'service';
  if (!name.startsWith('system:serviceaccount:')) return 'person';
  return builtInNames.has(name) ? 'service' : 'service-account';
};

/** Whether a cluster's users are called `eks:…` by EKS alone: of any other's a certificate may carry the name. */
export const keepsEksNames = ({ kind }: Settings['clusters'][number]): boolean => kind === 'eks';

/** Accounts of ours, as far as they are known: that of an event's cluster among them. */
export const ourAccounts = ({ account }: Event<'kubernetes'>, settings: Settings): readonly string[] =>
  [account, ...settings.accounts, ...settings.clusters.flatMap(cluster => cluster.account ?? [])].filter(Boolean);

const isOurs = (arn: string, event: Event<'kubernetes'>, settings: Settings): boolean =>
  ourAccounts(event, settings).includes(arn.split(':')[4] ?? '');

/**
 * Who a user is. A controller bound to a cluster is one there only; where the event's cluster is not known it is a likely one,
 * which lowers severity and silences nothing.
 */
const identify = (user: AuditUser | undefined, event: Event<'kubernetes'>, settings: Settings): Identity =>
  identified({ user, event }, settings);

interface Asked {
  readonly user: AuditUser | undefined;
  readonly event: Event<'kubernetes'>;
}

const identityOf = ({ user, event }: Asked, settings: Settings): Identity => {
  const form = formOf(user, event, settings);
  const name = user?.username ?? '';
  if (form === 'service-account') {
    const { accounts, named } = controllerAccounts(settings);
    const mine = accounts.filter(account => matchesAny([account.pattern], name));
    const here = mine.find(({ cluster }) => cluster === undefined || cluster === event.cluster);
    if (here !== undefined && named) return { kind: 'controller', form, controller: here.kind, doubt: '' };
    if (here !== undefined)
      return {
        kind: 'likely-controller',
        form,
        controller: here.kind,
        doubt: 'known by its usual name only: name it in the setting `controllers`',
      };
    const elsewhere = mine[0];
    if (elsewhere !== undefined && event.cluster === '')
      return {
        kind: 'likely-controller',
        form,
        controller: elsewhere.kind,
        doubt: 'the cluster of this event is not known: say it with `--cluster`',
      };
  }
  const launcher = form === 'person' ? launcherOf(name, arnsOf(user), event, settings) : undefined;
  if (launcher !== undefined) return { ...launcher, form, controller: 'eks' };
  const kind = form === 'person' || form === 'service-account' ? allowance(user, settings) : undefined;
  if (kind === undefined && form === 'service-account' && !says(settings.gitops) && matchesAny(usualGitops, name))
    return {
      kind: 'likely-controller',
      form,
      controller: 'none',
      doubt: 'known by the usual name of a GitOps controller only: name it in the setting `gitops`',
    };
  return { kind: kind ?? form, form, controller: 'none', doubt: '' };
};

/**
 * Roles of clusters, with which the controllers of EKS Auto Mode act through an access entry (EKS User Guide, "Learn about identity and
 * access in EKS Auto Mode"), as wildcards over what the authenticator writes: those of the settings, usual names where those name none.
 * @param cluster leaves out roles that the settings bind to another cluster
 */
export const launcherRoles = (settings: Settings, cluster?: string): readonly string[] => {
  if (!namesControllers(settings))
    return usualControllers.flatMap(([kind, names]) => (kind === 'eks' ? names.map(name => `arn:*:role/${name}`) : []));
  return settings.controllers
    .filter(
      one => one.kind === 'eks' && (cluster === undefined || one.cluster === undefined || one.cluster === cluster),
    )
    .flatMap(({ roles = [] }) => roles.map(role => (role.startsWith('arn:') ? pathless(role) : `arn:*:role/${role}`)));
};

/** Whether EKS Auto Mode acts, with a cluster's role. */
const launcherOf = (
  name: string,
  arns: readonly string[],
  event: Event<'kubernetes'>,
  settings: Settings,
): Pick<Identity, 'kind' | 'doubt'> | undefined => {
  const roles = launcherRoles(settings, event.cluster);
  if (!arns.some(arn => isOurs(arn, event, settings) && matchesArn(roles, arn)) || !isOwnName(name, arns))
    return undefined;
  return namesControllers(settings)
    ? { kind: 'controller', doubt: '' }
    : { kind: 'likely-controller', doubt: "known by its role's usual name only: name it in the setting `controllers`" };
};

/** All that an identity is told from. */
const identified = rememberedOf(identityOf, ({ user, event: { account, cluster } }) => [
  user?.username,
  account,
  cluster,
  ...arnsOf(user),
  null, // no ARN
  ...(user?.groups ?? []),
]);

/** Whether a setting names anybody. */
export const says = ({ users = [], groups = [], arns = [] }: Principals): boolean =>
  users.length + groups.length + arns.length > 0;

/** The service accounts that settings exempt as GitOps or as the platform, as wildcards; GitOps' usual ones where they name none. */
export const exemptAccounts = ({ platform, gitops }: Settings): readonly string[] =>
  [...(platform.users ?? []), ...(gitops.users ?? []), ...(says(gitops) ? [] : usualGitops)].filter(name =>
    name.startsWith('system:serviceaccount:'),
  );

const allowance = (user: AuditUser | undefined, settings: Settings): 'platform' | 'gitops' | undefined => {
  if (belongs(user, settings.platform)) return 'platform';
  return belongs(user, settings.gitops) ? 'gitops' : undefined;
};

/** Says whether a user is one of some principals, by name, group or IAM ARN. */
export const belongs = (user: AuditUser | undefined, principals: Principals): boolean => {
  const arns = arnsOf(user);
  const name = user?.username ?? '';
  return (
    (isOwnName(name, arns) && matchesAny(principals.users ?? [], name)) ||
    (user?.groups ?? []).some(group => matchesAny(principals.groups ?? [], group ?? '')) ||
    (arns.length > 0 && arns.some(arn => matchesArn(signedInArns(principals.arns ?? []), arn)))
  );
};

/** Who asked, and who it was asked as: the same where nobody is impersonated. */
export interface Callers {
  readonly real: Identity;
  readonly effective: Identity;
}

/** Most facts ask who calls: the answer about the last event is remembered. */
let last: { readonly event: Event<'kubernetes'>; readonly settings: Settings; readonly callers: Callers } | undefined;

/** The real user's identity and the effective one's: the impersonated user's, where one is named. */
export const callers = (event: Event<'kubernetes'>, settings: Settings): Callers => {
  if (last !== undefined && last.event === event && last.settings === settings) return last.callers;
  const real = identify(event.record.user, event, settings);
  const other = event.record.impersonatedUser;
  last = { event, settings, callers: { real, effective: other?.username ? identify(other, event, settings) : real } };
  return last.callers;
};
