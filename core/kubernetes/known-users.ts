import type { Controller } from '../settings.ts';

/** Users that every cluster has, and those that installations usually give their controllers. */

/**
 * Service accounts of the controllers inside kube-controller-manager and the cloud's (`--use-service-account-credentials`;
 * kubernetes/kubernetes, bootstrappolicy "controller roles"). They are the system itself.
 */
export const builtInControllers: ReadonlySet<string> = new Set([
  'attachdetach-controller',
  'bootstrap-signer',
  'certificate-controller',
  'cloud-node-controller',
  'cloud-node-lifecycle-controller',
  'cloud-provider',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'route-controller',
  'service-account-controller',
  'service-controller',
  'service-cidrs-controller',
  'statefulset-controller',
  'tagging-controller',
  'token-cleaner',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
]);

/**
 * Deletes whatever names an owner that is not there, whoever wrote that (Kubernetes documentation, "Owners and Dependents", "Garbage
 * Collection"): of what nobody owns, its deletion is somebody else's.
 */
export const garbageCollector = 'system:serviceaccount:kube-system:generic-garbage-collector';

/** The user names of those. */
export const builtInNames: ReadonlySet<string> = new Set(
  [...builtInControllers].map(name => `system:serviceaccount:kube-system:${name}`),
);

/** Control-plane components that sign in with a certificate of their own. */
export const components: ReadonlySet<string> = new Set([
  'system:apiserver',
  'system:kube-apiserver',
  'system:kube-controller-manager',
  'system:cloud-controller-manager',
  'system:kube-scheduler',
  'system:kube-proxy',
]);

/** Where installation defaults put the controllers' service accounts: they stand in where settings name none. */
export const usualAccounts: readonly (readonly [Controller['kind'], string])[] = [
  ['karpenter', 'system:serviceaccount:kube-system:karpenter'],
  ['karpenter', 'system:serviceaccount:karpenter:karpenter'],
  ['cluster-api', 'system:serviceaccount:capi-system:capi-manager'],
  ['cluster-api', 'system:serviceaccount:capi-kubeadm-bootstrap-system:capi-kubeadm-bootstrap-manager'],
  ['cluster-api', 'system:serviceaccount:capi-kubeadm-control-plane-system:capi-kubeadm-control-plane-manager'],
  ['cluster-api', 'system:serviceaccount:capa-system:capa-controller-manager'],
  ['cluster-api', 'system:serviceaccount:capz-system:capz-manager'],
  ['cluster-api', 'system:serviceaccount:capg-system:capg-manager'],
  ['cluster-api', 'system:serviceaccount:capi-operator-system:capi-operator-manager'],
];

const usualNames: ReadonlySet<string> = new Set(usualAccounts.map(([, name]) => name));

/** Whether a user has the usual name of a controller's account, whatever settings name. */
export const isUsualAccount = (name: string): boolean => usualNames.has(name);

/**
 * What Flux and Argo CD call the accounts that apply manifests and that keep what is applied, as installed by their own manifests.
 * Not `argocd-server`: people act through it.
 */
export const usualGitops = [
  'system:serviceaccount:flux-system:kustomize-controller',
  'system:serviceaccount:flux-system:helm-controller',
  'system:serviceaccount:flux-system:source-controller',
  'system:serviceaccount:argocd:argocd-application-controller',
  'system:serviceaccount:argocd:argocd-applicationset-controller',
];
