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
  | 'run-pods'
  | 'enter-pods'
  | 'approve-certificates'
  | 'write-provisioning'
  | 'write-cluster-api'
  | 'read-secrets';

/**
 * Well-known roles whose content needs no look; `admin` aggregates `karpenter-admin` (Karpenter chart, aggregate-clusterrole). `edit`
 * reads secrets and runs pods as any service account of its reach (Kubernetes documentation, "User-facing roles").
 */
export const knownRoles: { readonly [name: string]: readonly Grant[] } = {
  'cluster-admin': ['cluster-admin'],
  admin: ['admin'],
  edit: ['edit'],
  'karpenter-admin': ['write-provisioning'],
  karpenter: ['write-provisioning'],
  'karpenter-core': ['write-provisioning'],
  'capi-manager-role': ['write-cluster-api'],
  'capi-aggregated-manager-role': ['write-cluster-api'],
  'capi-kubeadm-bootstrap-manager-role': ['write-cluster-api'],
  'capi-kubeadm-control-plane-manager-role': ['write-cluster-api'],
  'capi-kubeadm-control-plane-aggregated-manager-role': ['write-cluster-api'],
  'capa-manager-role': ['write-cluster-api'],
  // Argo CD's installation: every verb on everything.
  'argocd-application-controller': ['everything'],
  // Made by the API server itself, so that nobody is seen to write them (kubernetes/kubernetes, bootstrappolicy).
  'system:aggregate-to-admin': ['admin'],
  'system:aggregate-to-edit': ['edit'],
  'system:node': ['read-secrets', 'mint-tokens'],
  'system:kubelet-api-admin': ['enter-pods'],
  'system:kube-controller-manager': ['read-secrets', 'mint-tokens'],
  'system:controller:clusterrole-aggregation-controller': ['escalate'],
  'system:controller:generic-garbage-collector': ['everything'],
  'system:controller:storage-version-migrator-controller': ['everything'],
  'system:controller:namespace-controller': ['write-provisioning', 'write-cluster-api', 'read-secrets'],
  'system:controller:resourcequota-controller': ['read-secrets'],
  ...Object.fromEntries(
    [
      'cronjob-controller',
      'daemon-set-controller',
      'deployment-controller',
      'job-controller',
      'persistent-volume-binder',
      'replicaset-controller',
      'replication-controller',
      'statefulset-controller',
    ].map(name => [`system:controller:${name}`, ['run-pods' as const]]),
  ),
  'system:controller:certificate-controller': ['approve-certificates'],
  'system:certificates.k8s.io:kube-apiserver-client-approver': ['approve-certificates'],
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': ['approve-certificates'],
};

/** The same of Roles that the API server makes in kube-system. */
export const knownInKubeSystem: { readonly [name: string]: readonly Grant[] } = {
  'system:controller:bootstrap-signer': ['read-secrets'],
  'system:controller:token-cleaner': ['read-secrets'],
};
