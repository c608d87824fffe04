import { isObject, type Json, type JsonObject, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { judgeClusterClass } from './clusterclass.ts';
import { type Fault, placed } from './fault.ts';
import { guardsProvisioning, judgeGuard } from './guard.ts';
import { judge } from './judge.ts';
import { judgeKubeadm, kubeadmKinds } from './kubeadm.ts';
import { isPolicy, judgePolicy } from './policy.ts';
import { expectationOf } from './problem.ts';
import { judgeRbac } from './rbac.ts';

/**
 * Judges one document of a repository: a Kubernetes object, a `List` of them, or an IAM policy. Nothing for anything else. Lists of
 * lists are not Kubernetes': one level is looked into, all of it, for what is passed over would be a hiding place.
 */
export const judgeManifest = (document: Json, settings: Settings): readonly Fault[] => {
  if (!isObject(document)) return [];
  if (isPolicy(document)) return judgePolicy(document, settings.accounts);
  const kind = text(document, 'kind') ?? '';
  if (kind === 'List')
    return list(document, 'items').flatMap((one, index) =>
      isObject(one) && text(one, 'kind') !== 'List'
        ? judgeManifest(one, settings).map(fault => ({ ...fault, path: ['items', index, ...fault.path] }))
        : [],
    );
  if (text(document, 'apiVersion') === undefined) return [];
  const expectation = expectationOf(settings);
  return [
    ...judge({ object: document, whole: true }, expectation, kind).map(problem => placed(problem)),
    ...(kubeadmKinds.includes(kind) ? judgeKubeadm(kind, document) : []),
    ...(kind === 'ClusterClass' ? judgeClusterClass(document, expectation) : []),
    ...judgeGuard(kind, document),
    ...judgeRbac(kind, document, settings),
  ];
};

const objectsOf = (document: Json): readonly JsonObject[] => {
  if (!isObject(document)) return [];
  return text(document, 'kind') === 'List' ? list(document, 'items').filter(isObject) : [document];
};

/**
 * Whether something makes nodes and no admission policy in force refuses how: a ValidatingAdmissionPolicy counts with a binding.
 * @returns the index of the first document that makes nodes, or undefined where all is guarded or nothing is made
 */
export const firstUnguarded = (documents: readonly Json[]): number | undefined => {
  const bound = new Set<string>();
  const waiting: string[] = [];
  let made: number | undefined;
  for (const [index, document] of documents.entries())
    for (const object of objectsOf(document)) {
      const kind = text(object, 'kind') ?? '';
      if (/^(NodePool|EC2NodeClass|AWSMachineTemplate)$/.test(kind)) made ??= index;
      const force = guardsProvisioning(kind, object);
      if (force === 'itself') return undefined;
      if (force === 'binding') waiting.push(text(object, 'metadata', 'name') ?? '');
      if (kind === 'ValidatingAdmissionPolicyBinding' && judgeGuard(kind, object).length === 0)
        bound.add(text(object, 'spec', 'policyName') ?? '');
    }
  return waiting.some(name => bound.has(name)) ? undefined : made;
};

/** Said once of a repository that makes nodes and holds no admission policy over how. */
export const unguarded: Fault = {
  code: 'provisioning-unguarded',
  path: [],
  severity: 'low',
  message:
    'Nothing here refuses a NodePool, node class or machine template that breaks these rules: add a ValidatingAdmissionPolicy with a Deny binding, or a Kyverno policy that enforces.',
};
