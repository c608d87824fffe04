import type { Event } from '../event.ts';
import { at, isObject, type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { matchesAny, matchesWildcard } from '../wildcard.ts';
import { asked, written } from './body.ts';
import { clusterApiGroups, provisioningGroups, workloadResources } from './groups.ts';
import { controllerAccounts } from './identity.ts';
import { type Grant, knownInKubeSystem, knownRoles } from './known-roles.ts';
import { clusterApiNamespaces, holdsController } from './owner.ts';

const changes = ['create', 'update', 'patch', 'delete', 'deletecollection', '*'];
const looks = ['get', 'list', 'watch', '*'];

const words = (rule: Json, name: string): readonly string[] =>
  list(rule, name).filter(word => typeof word === 'string');

const touches = (
  rule: Json,
  groups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
): boolean => {
  const has = (name: string, wanted: readonly string[]): boolean =>
    words(rule, name).some(word => word === '*' || wanted.includes(word));
  return has('apiGroups', groups) && has('resources', resources) && has('verbs', verbs);
};

const groupsOf = (rule: Json, groups: readonly string[]): boolean =>
  words(rule, 'apiGroups').some(group => group === '*' || groups.includes(group)) &&
  words(rule, 'resources').length > 0 &&
  words(rule, 'verbs').some(verb => changes.includes(verb));

/** Secrets by name that a rule bound to `resourceNames` may still reach; none listed means all. */
const reachesSecrets = (rule: Json): boolean => {
  const names = words(rule, 'resourceNames');
  return names.length === 0 || names.some(name => /^bootstrap-token-|.-(?:ca|sa|etcd|kubeconfig|proxy)$/.test(name));
};

/** Names that a rule is bound to, of which one must be among some; none listed means all. */
const reaches = (rule: Json, among: (name: string) => boolean): boolean => {
  const names = words(rule, 'resourceNames');
  return names.length === 0 || names.some(among);
};

/** Signers whose certificates are identities of the API server's own. */
const isClientSigner = (name: string): boolean => /^kubernetes\.io\/(\*$|kube-apiserver-client)/.test(name);

/** Whether a rule lets somebody be another: by the verb for everything, or those for one kind of user (Kubernetes enhancement 5284). */
const impersonates = (rule: Json): boolean =>
  touches(rule, ['', 'authentication.k8s.io'], ['users', 'groups', 'serviceaccounts', 'uids'], ['impersonate']) ||
  words(rule, 'verbs').some(verb => verb.startsWith('impersonate:'));

/** Where the secrets, accounts and pods within a role's reach are. */
interface Scope {
  /** They are those of controllers or of joining nodes, or may be. */
  readonly near: boolean;
  /** It is the role of such a namespace alone: what operators' cluster-wide roles have by the dozen is somebody's intent there. */
  readonly inNamespace: boolean;
  /** Says whether a controller's service account bears a name. */
  readonly isAccount: (name: string) => boolean;
}

/** Grants of one policy rule (Kubernetes documentation, "Using RBAC Authorization"). */
const grantsOfRule = (rule: Json, { near, inNamespace, isAccount }: Scope): readonly Grant[] => {
  const all = touches(rule, [], [], []);
  if (all) return ['everything'];
  const found: Grant[] = [];
  if (impersonates(rule)) found.push('impersonate');
  const roles = ['roles', 'clusterroles'];
  if (touches(rule, ['rbac.authorization.k8s.io'], roles, ['escalate'])) found.push('escalate');
  if (touches(rule, ['rbac.authorization.k8s.io'], roles, ['bind'])) found.push('bind');
  if (groupsOf(rule, provisioningGroups)) found.push('write-provisioning');
  if (groupsOf(rule, clusterApiGroups)) found.push('write-cluster-api');
  if (near && touches(rule, [''], ['secrets'], looks) && reachesSecrets(rule)) found.push('read-secrets');
  if (near && touches(rule, [''], ['serviceaccounts/token', '*/token'], ['create']) && reaches(rule, isAccount))
    found.push('mint-tokens');
  if (inNamespace && touches(rule, ['', 'apps', 'batch'], workloadResources, ['create', 'update', 'patch']))
    found.push('run-pods');
  // The kubelet's way into every pod of a node; monitoring is let `get` there, which is not told from it.
  const entered = touches(rule, [''], ['nodes/proxy', '*/proxy'], ['create']);
  if (entered || (inNamespace && enters(rule))) found.push('enter-pods');
  if (touches(rule, ['certificates.k8s.io'], ['signers'], ['approve', 'sign']) && reaches(rule, isClientSigner))
    found.push('approve-certificates');
  return found;
};

/** Whether a rule opens a shell in pods: with websockets by `get` (Kubernetes documentation, "kubectl exec"). */
const enters = (rule: Json): boolean =>
  touches(rule, [''], ['pods/exec', '*/exec', 'pods/attach', '*/attach'], ['create', 'get']) ||
  touches(rule, [''], ['pods/ephemeralcontainers', '*/ephemeralcontainers'], ['update', 'patch']);

/** How far a binding reaches: the whole cluster, a namespace of controllers or Clusters, or another. */
type Reach = 'everywhere' | 'near' | 'elsewhere';

/** Grants that mean something within a single namespace that is near: the others are over what is in none. */
const overNamespace: ReadonlySet<Grant> = new Set([
  'cluster-admin',
  'everything',
  'admin',
  'edit',
  'read-secrets',
  'mint-tokens',
  'run-pods',
  'write-cluster-api',
]);

const grantsOfBinding = (binding: Json, reach: Reach, namespace: string): readonly Grant[] => {
  const name = text(binding, 'roleRef', 'name') ?? '';
  if (list(binding, 'subjects').length === 0) return [];
  const roles = text(binding, 'roleRef', 'kind') === 'Role' ? rolesOf(namespace) : knownRoles;
  const grants = Object.hasOwn(roles, name) ? (roles[name] ?? []) : [];
  if (reach === 'everywhere') return grants;
  return grants.filter(grant => (reach === 'near' ? overNamespace.has(grant) : grant === 'cluster-admin'));
};

const rolesOf = (namespace: string): typeof knownInKubeSystem => (namespace === 'kube-system' ? knownInKubeSystem : {});

/** Labels by which the API server's own roles are gathered, and what whoever gathers them has. */
const gathered: readonly (readonly [labels: { readonly [key: string]: string }, grant: Grant])[] = [
  [{ 'kubernetes.io/bootstrapping': 'rbac-defaults' }, 'everything'],
  [{ 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' }, 'admin'],
  [{ 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' }, 'edit'],
];

/** Whether a label selector selects what bears some labels, all those of the API server's roles among them. */
const selects = (selector: Json, labels: { readonly [key: string]: string }): boolean => {
  const wanted = at(selector, 'matchLabels');
  const has = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    (!isObject(wanted) || Object.entries(wanted).every(([key, value]) => has(key) === value)) &&
    list(selector, 'matchExpressions').every(one => {
      const value = has(text(one, 'key') ?? '');
      const among = value !== undefined && list(one, 'values').includes(value);
      const operator = text(one, 'operator');
      if (operator === 'Exists' || operator === 'In') return operator === 'In' ? among : value !== undefined;
      return operator === 'DoesNotExist' ? value === undefined : !among;
    })
  );
};

/**
 * What a role gathers that has no rules of its own: the API server fills them in from every role that a selector selects (Kubernetes
 * documentation, "Aggregated ClusterRoles"). Of the API server's own roles `cluster-admin` is one.
 */
const grantsOfGathering = (role: Json): readonly Grant[] =>
  list(role, 'aggregationRule', 'clusterRoleSelectors').flatMap(selector => {
    const found = gathered.find(([labels]) => selects(selector, { ...gathered[0]?.[0], ...labels }));
    return found === undefined ? [] : [found[1]];
  });

const toGather = 'rbac.authorization.k8s.io/aggregate-to-';

/**
 * What a change of a role's labels gives to those who gather it: the role as it stands, where it is the API server's own, or is labelled
 * for the roles that people have. Charts label their roles anew with every version.
 */
const isLabelled = (role: Json, name: string): boolean => {
  const labels = at(role, 'metadata', 'labels');
  if (!isObject(labels)) return false;
  return (
    /^(system:|cluster-admin$|admin$|edit$)/.test(name) ||
    Object.entries(labels).some(([key, value]) => key.startsWith(toGather) && value === 'true')
  );
};

/** What a call grants through RBAC: of a patch, only what it asks for. Each grant once. */
export const grantsOf = (event: Event<'kubernetes'>, settings: Settings): readonly Grant[] => {
  const { record } = event;
  // null counts as absent
  const resource = record.objectRef?.resource ?? '';
  const namespace = record.objectRef?.namespace ?? '';
  const name = record.objectRef?.name ?? '';
  const body = asked(record);
  const near =
    holdsController(namespace, event, settings) || matchesAny(clusterApiNamespaces(event, settings), namespace);
  if (resource.endsWith('bindings')) {
    const touched = at(body.object, 'subjects') !== undefined || at(body.object, 'roleRef') !== undefined;
    const whole = touched ? written(record).object : {};
    const reach = resource === 'clusterrolebindings' ? 'everywhere' : near ? 'near' : 'elsewhere';
    return grantsOfBinding({ ...body.object, ...whole }, reach, namespace);
  }
  const { accounts } = controllerAccounts(settings);
  // Settings may name accounts by wildcards.
  const isAccount = (account: string): boolean =>
    accounts.some(({ pattern }) => matchesWildcard(pattern.slice(pattern.lastIndexOf(':') + 1), account));
  const everywhere = resource === 'clusterroles';
  const scope: Scope = { near: near || everywhere, inNamespace: near && !everywhere, isAccount };
  // A list changed by index says a part of a rule: what came of it says all of it.
  const labelled = everywhere && body.form === 'patch' && isLabelled(body.object, name);
  const rules = labelled || body.openLists.has('rules') ? written(record).object : {};
  return [
    ...new Set([
      ...[...list(body.object, 'rules'), ...list(rules, 'rules')].flatMap(rule => grantsOfRule(rule, scope)),
      ...(everywhere ? grantsOfGathering(body.object) : []),
      ...(labelled && Object.hasOwn(knownRoles, name) ? (knownRoles[name] ?? []) : []),
    ]),
  ];
};
