import type { JsonObject } from '../json.ts';
import { list } from '../json.ts';
import type { Grant } from '../kubernetes/known-roles.ts';
import { grantsOf } from '../kubernetes/rbac.ts';
import type { Settings } from '../settings.ts';
import type { Fault } from './fault.ts';
import { applied } from './guard.ts';

const resources: { readonly [kind: string]: string } = {
  Role: 'roles',
  ClusterRole: 'clusterroles',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** As kubernetes/controller-rbac-granted weighs them. */
const worst: ReadonlySet<Grant> = new Set(['cluster-admin', 'everything', 'impersonate', 'escalate', 'bind']);

const means: { readonly [G in Grant]: string } = {
  'cluster-admin': 'cluster-admin: every right over the cluster and its nodes',
  everything: 'every verb on every resource',
  impersonate: 'impersonation: every right of whoever is impersonated',
  escalate: 'escalate: roles with more rights than its own',
  bind: 'bind: any role to anybody',
  admin: 'admin cluster-wide, into which Karpenter’s chart aggregates rights over NodePools',
  edit: 'edit cluster-wide or beside controllers: reading secrets, and running pods as any service account',
  'mint-tokens': 'tokens of controllers’ service accounts',
  'run-pods': 'running pods beside controllers, as any of their service accounts',
  'enter-pods': 'a shell in pods of controllers, or through the kubelet in every pod of a node',
  'approve-certificates': 'approval of certificates that sign in as anybody',
  'write-provisioning': 'changes of NodePools and node classes, and with them of what every node is',
  'write-cluster-api': 'changes of Cluster API objects, and with them of every machine',
  'read-secrets': 'reading the secrets of controllers or joining nodes',
};

/** Judges what an RBAC manifest grants over the provisioning plane, by the rule of kubernetes/controller-rbac-granted. */
export const judgeRbac = (kind: string, object: JsonObject, settings: Settings): readonly Fault[] => {
  const resource = Object.hasOwn(resources, kind) ? resources[kind] : undefined;
  if (resource === undefined) return [];
  const fault = (grant: Grant, path: Fault['path']): Fault => ({
    code: `rbac-${grant}`,
    path,
    severity: worst.has(grant) ? 'critical' : 'high',
    message: `It grants ${means[grant]}.`,
  });
  const judged = (one: JsonObject) => grantsOf(applied(one, resource, 'rbac.authorization.k8s.io'), settings);
  if (resource.endsWith('bindings')) return judged(object).map(grant => fault(grant, ['roleRef']));
  const { aggregationRule, ...plain } = object;
  // Rule by rule, so that each is found where it stands.
  return [
    ...list(object, 'rules').flatMap((rule, index) =>
      judged({ ...plain, rules: [rule] }).map(grant => fault(grant, ['rules', index])),
    ),
    ...(aggregationRule === undefined ? [] : judged({ ...plain, rules: [], aggregationRule })).map(grant =>
      fault(grant, ['aggregationRule']),
    ),
  ];
};
