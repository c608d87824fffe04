import type { Event } from '../event.ts';
import { at, type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { matchesAny, matchesWildcard } from '../wildcard.ts';
import { asked, written } from './body.ts';
import { clusterApiGroups, provisioningGroups } from './groups.ts';
import { controllerAccounts } from './identity.ts';
import { clusterApiNamespaces, holdsController } from './owner.ts';

/** What an RBAC object lets its subjects do to the provisioning plane. */
export type Grant =
  | 'cluster-admin'
  | 'everything'
  | 'impersonate'
  | 'escalate'
  | 'bind'
  | 'admin'
  | 'edit'
  | 'mint-tokens'
  | 'approve-certificates'
  | 'write-provisioning'
  | 'write-cluster-api'
  | 'read-secrets';

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

/**
 * Grants of one policy rule (Kubernetes documentation, "Using RBAC Authorization").
 * @param near whether secrets and accounts within the rule's reach are those of controllers or of joining nodes
 * @param isAccount says whether a controller's service account bears a name
 */
const grantsOfRule = (rule: Json, near: boolean, isAccount: (name: string) => boolean): readonly Grant[] => {
  const all = touches(rule, [], [], []);
  if (all) return ['everything'];
  const found: Grant[] = [];
  if (touches(rule, ['', 'authentication.k8s.io'], ['users', 'groups', 'serviceaccounts', 'uids'], ['impersonate']))
    found.push('impersonate');
  const roles = ['roles', 'clusterroles'];
  if (touches(rule, ['rbac.authorization.k8s.io'], roles, ['escalate'])) found.push('escalate');
  if (touches(rule, ['rbac.authorization.k8s.io'], roles, ['bind'])) found.push('bind');
  if (groupsOf(rule, provisioningGroups)) found.push('write-provisioning');
  if (groupsOf(rule, clusterApiGroups)) found.push('write-cluster-api');
  if (near && touches(rule, [''], ['secrets'], looks) && reachesSecrets(rule)) found.push('read-secrets');
  if (near && touches(rule, [''], ['serviceaccounts/token', '*/token'], ['create']) && reaches(rule, isAccount))
    found.push('mint-tokens');
  if (touches(rule, ['certificates.k8s.io'], ['signers'], ['approve', 'sign']) && reaches(rule, isClientSigner))
    found.push('approve-certificates');
  return found;
};

/**
 * Well-known roles whose content needs no look; `admin` aggregates `karpenter-admin` (Karpenter chart, aggregate-clusterrole). `edit`
 * reads secrets and runs pods as any service account of its reach (Kubernetes documentation, "User-facing roles").
 */
const knownRoles: { readonly [name: string]: Grant } = {
  'cluster-admin': 'cluster-admin',
  admin: 'admin',
  edit: 'edit',
  'karpenter-admin': 'write-provisioning',
  karpenter: 'write-provisioning',
  'karpenter-core': 'write-provisioning',
  'capi-manager-role': 'write-cluster-api',
  'capi-aggregated-manager-role': 'write-cluster-api',
  'capa-manager-role': 'write-cluster-api',
  // Made by the API server itself, so that nobody is seen to write them (kubernetes/kubernetes, bootstrappolicy).
  'system:kube-controller-manager': 'read-secrets',
  'system:controller:clusterrole-aggregation-controller': 'escalate',
  'system:certificates.k8s.io:kube-apiserver-client-approver': 'approve-certificates',
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': 'approve-certificates',
};

/** How far a binding reaches: the whole cluster, a namespace of controllers or Clusters, or another. */
type Reach = 'everywhere' | 'near' | 'elsewhere';

/** Roles whose holder takes over the controllers of a single namespace. */
const overNamespace: ReadonlySet<Grant> = new Set(['cluster-admin', 'admin', 'edit']);

const grantsOfBinding = (binding: Json, reach: Reach): readonly Grant[] => {
  const name = text(binding, 'roleRef', 'name') ?? '';
  if (text(binding, 'roleRef', 'kind') === 'Role' || !Object.hasOwn(knownRoles, name)) return [];
  if (list(binding, 'subjects').length === 0) return [];
  const grant = knownRoles[name];
  if (grant === undefined || (reach === 'elsewhere' && grant !== 'cluster-admin')) return [];
  if (reach === 'near' && !overNamespace.has(grant)) return [];
  return [grant];
};

/** What a call grants through RBAC: of a patch, only what it asks for. Each grant once. */
export const grantsOf = (event: Event<'kubernetes'>, settings: Settings): readonly Grant[] => {
  const { record } = event;
  // null counts as absent
  const resource = record.objectRef?.resource ?? '';
  const namespace = record.objectRef?.namespace ?? '';
  const body = asked(record);
  const near =
    holdsController(namespace, event, settings) || matchesAny(clusterApiNamespaces(event, settings), namespace);
  if (resource.endsWith('bindings')) {
    const touched = at(body.object, 'subjects') !== undefined || at(body.object, 'roleRef') !== undefined;
    const whole = touched ? written(record).object : {};
    const reach = resource === 'clusterrolebindings' ? 'everywhere' : near ? 'near' : 'elsewhere';
    return grantsOfBinding({ ...body.object, ...whole }, reach);
  }
  const { accounts } = controllerAccounts(settings);
  // Settings may name accounts by wildcards.
  const isAccount = (name: string): boolean =>
    accounts.some(({ pattern }) => matchesWildcard(pattern.slice(pattern.lastIndexOf(':') + 1), name));
  const inReach = near || resource === 'clusterroles';
  return [...new Set(list(body.object, 'rules').flatMap(rule => grantsOfRule(rule, inReach, isAccount)))];
};
