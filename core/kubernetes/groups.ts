/** Verbs that change an object. Server-side apply is `patch` in the audit log. */
export const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;

/** Of these, the ones that send what an object becomes: a deletion's body, where there is one, is not it. */
export const edits = ['create', 'update', 'patch'] as const;

/** Verbs that change nothing. */
export const reads = ['get', 'list', 'watch'] as const;

/** API groups of Karpenter's core, of EKS Auto Mode, and of the AWS, Azure and GCP providers. */
export const provisioningGroups = [
  'karpenter.sh',
  'karpenter.k8s.aws',
  'eks.amazonaws.com',
  'karpenter.azure.com',
  'karpenter.k8s.gcp',
] as const;

/** The same groups, and Karpenter's for other clouds, as a filter says it shortest. */
export const provisioningGroup = [{ prefix: 'karpenter.' }, 'eks.amazonaws.com'] as const;

/** Cluster API's groups (cluster-api 1.14 and its providers). */
export const clusterApiGroups = [
  'cluster.x-k8s.io',
  'bootstrap.cluster.x-k8s.io',
  'controlplane.cluster.x-k8s.io',
  'infrastructure.cluster.x-k8s.io',
  'addons.cluster.x-k8s.io',
  'ipam.cluster.x-k8s.io',
  'runtime.cluster.x-k8s.io',
  // What says which providers run, and their versions: Cluster API's operator and clusterctl.
  'operator.cluster.x-k8s.io',
  'clusterctl.cluster.x-k8s.io',
] as const;

/** The same groups as a filter says it shortest. */
export const clusterApiGroup = [{ suffix: 'cluster.x-k8s.io' }] as const;

/** Machines and what makes them, in `cluster.x-k8s.io`. */
export const machineResources = ['machines', 'machinedeployments', 'machinesets', 'machinepools'] as const;

/** Resources whose objects are or make pods. */
export const workloadResources = [
  'pods',
  'deployments',
  'daemonsets',
  'statefulsets',
  'replicasets',
  'replicationcontrollers',
  'jobs',
  'cronjobs',
] as const;

/** A name that a call does not say: API servers leave it out; what passes logs on may write it empty or null. */
export const unsaid = [{ exists: false }, '', null] as const;

/** Groups whose members may do everything: the API server's own, and kubeadm's since 1.29 (kubeadm, `init phase kubeconfig admin`). */
export const administrators = ['system:masters', 'kubeadm:cluster-admins'] as const;

/** Namespaces that hold many owners' objects: a controller's own are told by name there. */
export const sharedNamespaces: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'default',
]);
