import type { Event } from '../event.ts';
import { at, type Json, type JsonObject, list, member, text } from '../json.ts';
import { clusterApiGroups, provisioningGroups } from '../kubernetes/groups.ts';
import { guardChange } from '../kubernetes/guard.ts';
import type { Fault } from './fault.ts';

/** A manifest as the audit event of applying it whole, so that rules over events judge files too. */
export const applied = (object: JsonObject, resource: string, apiGroup: string): Event<'kubernetes'> => ({
  source: 'kubernetes',
  id: 'manifest',
  time: 0,
  account: '',
  region: '',
  cluster: '',
  record: {
    auditID: 'manifest',
    verb: 'update',
    objectRef: {
      resource,
      apiGroup,
      namespace: text(object, 'metadata', 'namespace') ?? '',
      name: text(object, 'metadata', 'name') ?? '',
    },
    requestObject: object,
  },
});

/** Resources of the guards' kinds, Kubernetes' own and Kyverno's. */
const guards: { readonly [kind: string]: readonly [resource: string, group: string] } = {
  ValidatingAdmissionPolicy: ['validatingadmissionpolicies', 'admissionregistration.k8s.io'],
  ValidatingAdmissionPolicyBinding: ['validatingadmissionpolicybindings', 'admissionregistration.k8s.io'],
  MutatingAdmissionPolicy: ['mutatingadmissionpolicies', 'admissionregistration.k8s.io'],
  ValidatingWebhookConfiguration: ['validatingwebhookconfigurations', 'admissionregistration.k8s.io'],
  MutatingWebhookConfiguration: ['mutatingwebhookconfigurations', 'admissionregistration.k8s.io'],
  ClusterPolicy: ['clusterpolicies', 'kyverno.io'],
  Policy: ['policies', 'kyverno.io'],
  ValidatingPolicy: ['validatingpolicies', 'policies.kyverno.io'],
};

const isOf = (object: Json, group: string): boolean => (text(object, 'apiVersion') ?? '').startsWith(`${group}/`);

/** Whether a guard as written leaves its door open, by the rule of kubernetes/admission-guard-tampered. */
export const judgeGuard = (kind: string, object: JsonObject): readonly Fault[] => {
  const guard = Object.hasOwn(guards, kind) ? guards[kind] : undefined;
  if (guard === undefined || !isOf(object, guard[1])) return [];
  if (guardChange(applied(object, ...guard)) !== 'weak') return [];
  return [
    {
      code: 'admission-guard-weak',
      path: ['spec'],
      severity: 'medium',
      message: `The ${kind} refuses nothing, or lets requests pass while it cannot judge them (Audit, Ignore, no rules).`,
    },
  ];
};

const groups: readonly string[] = [...provisioningGroups, ...clusterApiGroups];
/** Kinds of the provisioning plane that a guard is expected over. */
const kinds = /(^|\/)(\*|NodePool|EC2NodeClass|NodeClass|AWSMachineTemplate|MachineDeployment|Machine)(\/|$)/;

/** What a guard over the provisioning plane is in force by: `itself`, a `binding` to it, or nothing (it is no such guard). */
export const guardsProvisioning = (kind: string, object: JsonObject): 'itself' | 'binding' | 'nothing' => {
  if (judgeGuard(kind, object).length > 0) return 'nothing';
  const matched = (rules: readonly Json[]): boolean =>
    rules.some(rule =>
      list(rule, 'apiGroups').some(group => group === '*' || (typeof group === 'string' && groups.includes(group))),
    );
  const constrained = matched(list(object, 'spec', 'matchConstraints', 'resourceRules'));
  if (kind === 'ValidatingAdmissionPolicy') return constrained ? 'binding' : 'nothing';
  if (kind === 'ValidatingPolicy') return constrained ? 'itself' : 'nothing';
  if (kind === 'ValidatingWebhookConfiguration')
    return list(object, 'webhooks').some(hook => matched(list(hook, 'rules'))) ? 'itself' : 'nothing';
  if (kind !== 'ClusterPolicy' && kind !== 'Policy') return 'nothing';
  return list(object, 'spec', 'rules').some(validates) ? 'itself' : 'nothing';
};

/** Whether a Kyverno rule validates objects of the provisioning plane. */
const validates = (rule: Json): boolean =>
  member(rule, 'validate') !== undefined &&
  [at(rule, 'match'), ...list(rule, 'match', 'any'), ...list(rule, 'match', 'all')]
    .flatMap(one => list(one, 'resources', 'kinds'))
    .some(name => typeof name === 'string' && kinds.test(name));
