import type { Event } from '../event.ts';
import { at, type Json, list, text } from '../json.ts';
import type { When } from '../pattern/language.ts';
import { asked, type Body } from './body.ts';
import type { AuditRecord } from './record.ts';

/**
 * What became of an admission guard.
 * `weakened`: a patch says so. `weak`: the object as sent whole is weak, and was perhaps before. `opaque`: no body was logged.
 */
export type GuardChange = 'deleted' | 'weakened' | 'weak' | 'opaque' | 'unknown';

/** Groups that hold guards: Kubernetes' own (bodies on EKS) and Kyverno's (none). */
export const guardGroups = ['admissionregistration.k8s.io', 'kyverno.io', 'policies.kyverno.io'] as const;

/** The same groups as a filter says it shortest. */
export const guardGroup = ['admissionregistration.k8s.io', { suffix: 'kyverno.io' }] as const;

const emptied = (value: Json | undefined): boolean => value === null || (Array.isArray(value) && value.length === 0);

const isAudit = (value: Json | undefined): boolean => typeof value === 'string' && value.toLowerCase() === 'audit';

/** Actions of a ValidatingAdmissionPolicyBinding that refuse nothing, or none at all. */
const lacksDeny = (value: Json | undefined): boolean =>
  value === null || (Array.isArray(value) && !(value as readonly Json[]).includes('Deny'));

/** Whether a body, whole or patch, leaves the guard open: Ignore, Audit, no rules. */
const isOpen = ({ object }: Body): boolean => {
  const webhooks = at(object, 'webhooks');
  const spec = at(object, 'spec');
  return (
    emptied(webhooks) ||
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

/**
 * What a call did to an admission guard; `unknown`: nothing that weakens it.
 * A created guard weakens none, and the status of one is its controller's notebook.
 */
export const guardChange = (event: Event<'kubernetes'>): GuardChange => {
  const { verb, objectRef } = event.record;
  if (objectRef?.subresource === 'status') return 'unknown';
  if (verb === 'delete' || verb === 'deletecollection') return 'deleted';
  if (verb !== 'update' && verb !== 'patch') return 'unknown';
  const body = asked(event.record);
  if (body.form === 'none') return 'opaque';
  if (!isOpen(body)) return 'unknown';
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
  const verb = [
    ...(may('deleted') ? ['delete', 'deletecollection'] : []),
    ...(may('weak') || may('opaque') ? ['update'] : []),
    ...(may('weak') || may('opaque') || may('weakened') ? ['patch'] : []),
  ];
  const subresource = [{ exists: false }, { 'anything-but': 'status' }];
  return verb.length === 0 ? [] : [{ verb, objectRef: { apiGroup: [...guardGroup], subresource } }];
};
