import type { AnyEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import type { asking } from './cast.ts';

type Ask = ReturnType<typeof asking>;

const namespace = 'kube-system';
const release = 'sh.helm.release.v1.karpenter.v1';
const rbac = (kind: string) => `${kind}.rbac.authorization.k8s.io`;
const subject: JsonObject = { kind: 'ServiceAccount', name: 'karpenter', namespace };
const bound = (kind: string, name: string): { readonly requestObject: JsonObject } => ({
  requestObject: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name }, subjects: [subject] },
});
const claims = ['create', 'delete', 'update', 'patch'];
const rules = (apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]) => ({
  requestObject: { rules: [{ apiGroups, resources, verbs }] },
});

/** Karpenter's chart 1.14 as Helm installs it: definitions, release, objects (aws/karpenter-provider-aws, `charts/karpenter`). */
export const installChart = (ask: Ask): readonly AnyEvent[] => [
  ask('list', 'secrets', namespace, '', {
    requestURI: `/api/v1/namespaces/${namespace}/secrets?labelSelector=name%3Dkarpenter%2Cowner%3Dhelm`,
  }),
  ...['nodepools.karpenter.sh', 'nodeclaims.karpenter.sh', 'ec2nodeclasses.karpenter.k8s.aws'].map(name =>
    ask('create', 'customresourcedefinitions.apiextensions.k8s.io', '', name),
  ),
  ask('create', 'secrets', namespace, release),
  ask('create', 'poddisruptionbudgets.policy', namespace, 'karpenter'),
  ask('create', 'serviceaccounts', namespace, 'karpenter'),
  ask('create', rbac('clusterroles'), '', 'karpenter-admin', rules(['karpenter.sh'], ['*'], ['*'])),
  ask('create', rbac('clusterroles'), '', 'karpenter-core', rules(['karpenter.sh'], ['nodeclaims'], claims)),
  ask(
    'create',
    rbac('clusterroles'),
    '',
    'karpenter',
    rules(['karpenter.k8s.aws'], ['ec2nodeclasses'], ['patch', 'update']),
  ),
  ask('create', rbac('clusterrolebindings'), '', 'karpenter-core', bound('ClusterRole', 'karpenter-core')),
  ask('create', rbac('clusterrolebindings'), '', 'karpenter', bound('ClusterRole', 'karpenter')),
  ask('create', rbac('roles'), namespace, 'karpenter', rules(['coordination.k8s.io'], ['leases'], ['create'])),
  ask('create', rbac('rolebindings'), namespace, 'karpenter', bound('Role', 'karpenter')),
  ask('create', 'services', namespace, 'karpenter', { requestObject: { spec: { type: 'ClusterIP' } } }),
  ask('create', 'deployments.apps', namespace, 'karpenter', {
    requestObject: {
      spec: {
        replicas: 2,
        template: {
          spec: {
            serviceAccountName: 'karpenter',
            containers: [{ name: 'controller', image: 'public.ecr.aws/karpenter/controller:1.14.1' }],
          },
        },
      },
    },
  }),
  ask('update', 'secrets', namespace, release),
];

/** Karpenter's chart goes. */
export const uninstallChart = (ask: Ask): readonly AnyEvent[] => [
  ask('list', 'secrets', namespace, '', {
    requestURI: `/api/v1/namespaces/${namespace}/secrets?labelSelector=name%3Dkarpenter%2Cowner%3Dhelm`,
  }),
  ask('delete', 'deployments.apps', namespace, 'karpenter'),
  ask('delete', 'services', namespace, 'karpenter'),
  ask('delete', rbac('clusterrolebindings'), '', 'karpenter-core'),
  ask('delete', rbac('clusterroles'), '', 'karpenter-core'),
  ask('delete', 'serviceaccounts', namespace, 'karpenter'),
  ask('delete', 'secrets', namespace, release),
];

/** A NodePool and its class, of which EKS logs no body. */
export const pools = (ask: Ask, verb = 'create'): readonly AnyEvent[] => [
  ask(verb, 'nodepools.karpenter.sh', '', 'default'),
  ask(verb, 'ec2nodeclasses.karpenter.k8s.aws', '', 'default'),
];
