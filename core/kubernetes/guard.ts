import type { Event } from '../event.ts';
import { at, type Json, list, text } from '../json.ts';
import type { When } from '../pattern/language.ts';
import { asked, type Body, written } from './body.ts';
import { clusterApiGroups, provisioningGroups, unsaid } from './groups.ts';
import type { AuditRecord } from './record.ts';

/**
 * What became of an admission guard.
 * `weakened`: a patch says so. `weak`: the object as sent whole is weak, and was perhaps before. `opaque`: no body was logged.
 * `rewritten`: a patch changes what it is asked about, by whom, or what it asks. `excepted`: an exception to policies was made or changed. `intercepting`: a webhook or mutating policy was made, or sent elsewhere,
 * through which pass writes on what makes nodes, or secrets.
 */
export type GuardChange =
  | 'deleted'
  | 'weakened'
  | 'weak'
  | 'opaque'
  | 'rewritten'
  | 'excepted'
  | 'intercepting'
  | 'unknown';

/**
 * What in each group is a guard: Kubernetes' own (bodies on EKS), Kyverno's and Gatekeeper's (none). Kyverno's group also holds
 * reports and requests, which its controllers make and delete all day.
 */
const guards: { readonly [group: string]: RegExp } = {
  'admissionregistration.k8s.io': /./,
  'kyverno.io': /policies$|^policyexceptions$/,
  'policies.kyverno.io': /policies$|^policyexceptions$/,
  'constraints.gatekeeper.sh': /./,
  'templates.gatekeeper.sh': /./,
};

/** Groups whose guards are looked at when they go: EKS logs no bodies, and every group that is watched whole costs all that is done in it. */
export const watchedForDeletion: readonly string[] = ['constraints.gatekeeper.sh', 'templates.gatekeeper.sh'];

/** The groups of which every write counts, as a filter says it shortest. */
export const guardGroup = ['admissionregistration.k8s.io', { suffix: 'kyverno.io' }] as const;

/** What shows that a definition goes, and with it every guard of its kind. */
export const definitionsOfGuards = {
  verb: ['delete', 'deletecollection'],
  objectRef: {
    apiGroup: ['apiextensions.k8s.io'],
    resource: ['customresourcedefinitions'],
    name: [{ suffix: 'kyverno.io' }, { suffix: '.gatekeeper.sh' }, ...unsaid],
  },
};

const takesDefinition = ({ verb, objectRef }: AuditRecord): boolean =>
  objectRef?.apiGroup === 'apiextensions.k8s.io' &&
  objectRef.resource === 'customresourcedefinitions' &&
  (verb === 'deletecollection' || verb === 'delete') &&
  /^$|kyverno\.io$|\.gatekeeper\.sh$/.test(objectRef.name ?? '');

const isGuard = ({ objectRef }: AuditRecord): boolean => {
  const group = objectRef?.apiGroup ?? '';
  return Object.hasOwn(guards, group) && guards[group]?.test(objectRef?.resource ?? '') === true;
};

const emptied = (value: Json | undefined): boolean => value === null || (Array.isArray(value) && value.length === 0);

const isAudit = (value: Json | undefined): boolean => typeof value === 'string' && value.toLowerCase() === 'audit';

/** Actions of a ValidatingAdmissionPolicyBinding that refuse nothing, or none at all. */
const lacksDeny = (value: Json | undefined): boolean =>
  value === null || (Array.isArray(value) && !(value as readonly Json[]).includes('Deny'));

/** Whether a patch takes an element out of a list: by its index, or by a strategic merge's directive. */
const lacksSome = (value: Json | undefined, ...path: readonly string[]): boolean =>
  list(value, ...path).some(one => one === null || at(one, '$patch') === 'delete');

/** Whether a body, whole or patch, leaves the guard open: Ignore, Audit, no rules, or one of them fewer. */
const isOpen = ({ object }: Body): boolean => {
  const webhooks = at(object, 'webhooks');
  const spec = at(object, 'spec');
  return (
    emptied(webhooks) ||
    lacksSome(object, 'webhooks') ||
    list(object, 'webhooks').some(hook => lacksSome(hook, 'rules')) ||
    ['rules', 'validations'].some(name => lacksSome(spec, name)) ||
    lacksSome(spec, 'matchConstraints', 'resourceRules') ||
    list(object, 'webhooks').some(hook => at(hook, 'failurePolicy') === 'Ignore' || emptied(at(hook, 'rules'))) ||
    at(spec, 'failurePolicy') === 'Ignore' ||
    isAudit(at(spec, 'validationFailureAction')) ||
    lacksDenyIn(spec) ||
    ['rules', 'validations', 'matchConstraints'].some(name => emptied(at(spec, name))) ||
    list(spec, 'rules').some(rule => isAudit(at(rule, 'validate', 'failureAction')))
  );
};

const lacksDenyIn = (spec: Json | undefined): boolean => {
  const actions = at(spec, 'validationActions');
  return actions !== undefined && lacksDeny(actions);
};

/** Groups and core resources through whose admission one steers nodes, or reads what lets in. */
const plane: ReadonlySet<string> = new Set([...provisioningGroups, ...clusterApiGroups, 'certificates.k8s.io']);
const coreOfPlane: ReadonlySet<string> = new Set(['secrets', 'nodes', 'serviceaccounts/token', '*', '*/*']);

/** Whether a rule of a webhook, or of a policy, takes in writes on what makes nodes, or secrets. */
const takesIn = (rule: Json): boolean => {
  const groups = list(rule, 'apiGroups');
  const resources = list(rule, 'resources');
  if (groups.some(group => group === '*' || (typeof group === 'string' && plane.has(group))))
    return resources.length > 0;
  return groups.includes('') && resources.some(one => typeof one === 'string' && coreOfPlane.has(one));
};

/** What decides on whose behalf: where a hook sends what it is asked about, and about what it is asked. */
const redirects = (hook: Json): boolean =>
  at(hook, 'clientConfig', 'url') !== undefined || at(hook, 'clientConfig', 'service') !== undefined;

/** Members that say what a guard is asked about, and what it asks: of a webhook, of a policy, of a policy's binding. */
const says: { readonly [owner in 'hook' | 'spec']: readonly string[] } = {
  hook: ['rules', 'namespaceSelector', 'objectSelector', 'matchConditions', 'matchPolicy'],
  spec: [
    'matchConstraints',
    'matchConditions',
    'validations',
    'variables',
    'paramKind',
    'policyName',
    'matchResources',
    'paramRef',
  ],
};

/** Whether a patch, not a manifest that is applied whole, changes one of those, or sends a webhook elsewhere. */
const rewrites = ({ form, object }: Body): boolean =>
  form === 'patch' &&
  text(object, 'apiVersion') === undefined &&
  (list(object, 'webhooks').some(hook => redirects(hook) || says.hook.some(name => at(hook, name) !== undefined)) ||
    says.spec.some(name => at(object, 'spec', name) !== undefined));

/** Whether writes on what makes nodes now pass through somebody's webhook, or are rewritten by a policy. */
const intercepts = (record: AuditRecord, body: Body): boolean => {
  const { resource = '' } = record.objectRef ?? {};
  const result = written(record).object;
  if (resource.endsWith('webhookconfigurations')) {
    const hooks = list(body.object, 'webhooks');
    const sent = body.form === 'object' ? hooks.length > 0 : hooks.some(redirects);
    return sent && list(result, 'webhooks').some(hook => list(hook, 'rules').some(takesIn));
  }
  return (
    resource === 'mutatingadmissionpolicies' &&
    at(body.object, 'spec') !== undefined &&
    list(result, 'spec', 'matchConstraints', 'resourceRules').some(takesIn)
  );
};

/**
 * What a call did to an admission guard; `unknown`: nothing that weakens it.
 * A created guard weakens none, and the status of one is its controller's notebook.
 */
export const guardChange = (event: Event<'kubernetes'>): GuardChange => {
  const { verb, objectRef } = event.record;
  if (takesDefinition(event.record)) return 'deleted';
  if (!isGuard(event.record) || objectRef?.subresource === 'status') return 'unknown';
  const exception = objectRef?.resource === 'policyexceptions';
  if (verb === 'delete' || verb === 'deletecollection') return exception ? 'unknown' : 'deleted';
  if (verb !== 'create' && verb !== 'update' && verb !== 'patch') return 'unknown';
  if (watchedForDeletion.includes(objectRef?.apiGroup ?? '')) return 'unknown';
  if (exception) return 'excepted';
  const body = asked(event.record);
  if (verb === 'create') return intercepts(event.record, body) ? 'intercepting' : 'unknown';
  if (body.form === 'none') return 'opaque';
  if (!isOpen(body)) {
    if (intercepts(event.record, body)) return 'intercepting';
    return rewrites(body) ? 'rewritten' : 'unknown';
  }
  const applied = text(body.object, 'apiVersion') !== undefined;
  return body.form === 'patch' && !applied ? 'weakened' : 'weak';
};

/** Admission controllers that keep their own webhook configurations: service account namespace, and how the objects are named. */
const keepers: readonly (readonly [namespace: string, prefix: string])[] = [
  ['kyverno', 'kyverno-'],
  ['gatekeeper-system', 'gatekeeper-'],
];

/** Says whether a service account of an admission controller writes its own webhook configuration. */
export const keepsOwnGuard = (event: Event<'kubernetes'>): boolean => {
  const { user, impersonatedUser, objectRef } = event.record;
  const name = objectRef?.name ?? '';
  if (impersonatedUser || !(objectRef?.resource ?? '').endsWith('webhookconfigurations')) return false;
  return keepers.some(
    ([namespace, prefix]) =>
      (user?.username ?? '').startsWith(`system:serviceaccount:${namespace}:`) && name.startsWith(prefix),
  );
};

/** What shows that a call may have done one of these to a guard. */
export const guardSigns = (may: (change: GuardChange) => boolean): readonly When<AuditRecord>[] => {
  if (may('unknown')) return [{}];
  const made = may('excepted') || may('intercepting');
  const verb = [
    ...(made ? ['create'] : []),
    ...(made || may('weak') || may('opaque') ? ['update'] : []),
    ...(made || may('weak') || may('opaque') || may('weakened') || may('rewritten') ? ['patch'] : []),
  ];
  const subresource = [{ exists: false }, { 'anything-but': 'status' }];
  return [
    ...(verb.length === 0 ? [] : [{ verb, objectRef: { apiGroup: [...guardGroup], subresource } }]),
    ...(may('deleted')
      ? [
          {
            verb: ['delete', 'deletecollection'],
            objectRef: { apiGroup: [...guardGroup, ...watchedForDeletion], subresource },
          },
          definitionsOfGuards,
        ]
      : []),
  ];
};
