import type { Event } from '../event.ts';
import { at, type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';
import { asked, written } from './body.ts';
import { clusterApiGroups, provisioningGroups } from './groups.ts';
import { clusterApiNamespaces, holdsController } from './owner.ts';

/** What an RBAC object lets its subjects do to the provisioning plane. */
export type Grant =
  | 'cluster-admin'
  | 'everything'
  | 'impersonate'
  | 'escalate'
  | 'bind'
  | 'admin'
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

/**
 * Grants of one policy rule (Kubernetes documentation, "Using RBAC Authorization").
 * @param secretsMatter whether secrets within the rule's reach are those of controllers or of joining nodes
 */
const grantsOfRule = (rule: Json, secretsMatter: boolean): readonly Grant[] => {
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
  if (secretsMatter && touches(rule, [''], ['secrets'], looks) && reachesSecrets(rule)) found.push('read-secrets');
  return found;
};

/** Well-known roles whose content needs no look; `admin` aggregates `karpenter-admin` (Karpenter chart, aggregate-clusterrole). */
const knownRoles: { readonly [name: string]: Grant } = {
  'cluster-admin': 'cluster-admin',
  admin: 'admin',
  'karpenter-admin': 'write-provisioning',
};

const grantsOfBinding = (binding: Json, everywhere: boolean): readonly Grant[] => {
  const name = text(binding, 'roleRef', 'name') ?? '';
  if (text(binding, 'roleRef', 'kind') === 'Role' || !Object.hasOwn(knownRoles, name)) return [];
  if (list(binding, 'subjects').length === 0) return [];
  const grant = knownRoles[name];
  if (grant === undefined || (!everywhere && grant !== 'cluster-admin')) return [];
  return [grant];
};

/** What a call grants through RBAC: of a patch, only what it asks for. Each grant once. */
export const grantsOf = (event: Event<'kubernetes'>, settings: Settings): readonly Grant[] => {
  const { record } = event;
  // null counts as absent
  const resource = record.objectRef?.resource ?? '';
  const namespace = record.objectRef?.namespace ?? '';
  const body = asked(record);
  if (resource.endsWith('bindings')) {
    const touched = at(body.object, 'subjects') !== undefined || at(body.object, 'roleRef') !== undefined;
    const whole = touched ? written(record).object : {};
    return grantsOfBinding({ ...body.object, ...whole }, resource === 'clusterrolebindings');
  }
  const near =
    resource === 'clusterroles' ||
    holdsController(namespace, event, settings) ||
    matchesAny(clusterApiNamespaces(event, settings), namespace);
  return [...new Set(list(body.object, 'rules').flatMap(rule => grantsOfRule(rule, near)))];
};
