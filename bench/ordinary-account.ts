import type { JsonObject } from '../core/json.ts';

/**
 * An ordinary account with one EKS cluster of 50 nodes and 1,500 pods among other work, as events a day by kind. No published
 * breakdown of either log was found, so each row is reckoned, and says from what: `documented`, an interval in the named guide times
 * a stated number of nodes, pods or controllers; `assumed`, a number of ours. One published measurement stands beside it: a
 * self-managed cluster's 570,000 audit events in ten hours, 132,000 of them Leases and 76 % of them Leases, node heartbeats, endpoints
 * and probes (commit f7e635e3 of Dev/talos-cluster, 2026).
 */
export interface Row {
  readonly what: string;
  /** Events a day. */
  readonly count: number;
  readonly from: string;
  readonly record: JsonObject;
}

export const nodes = 50;
const pods = 1_500;
const newPods = 300;
/** Deployments with leader election, each of two replicas. */
const controllers = 20;
const aDay = (seconds: number): number => 86_400 / seconds;
/** Informers watch anew after five to ten minutes, and each watch is logged when it starts and when it ends. */
const watches = 2 * aDay(450);

const audit = (verb: string, target: string, username: string, code = 200): JsonObject => {
  const [path = '', subresource] = target.split('/');
  const [resource = '', ...group] = path.split('.');
  return {
    verb,
    stage: verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete',
    user: { username },
    objectRef: {
      resource,
      ...(group.length === 0 ? {} : { apiGroup: group.join('.') }),
      ...(subresource === undefined ? {} : { subresource }),
    },
    responseStatus: { code },
  };
};

const node = 'system:node:ip-10-0-1-2.eu-west-1.compute.internal';
const account = (name: string): string => `system:serviceaccount:${name}`;
const elector = account('ingress:ingress-controller');

export const auditRows: readonly Row[] = [
  row(
    'node leases',
    nodes * aDay(10),
    'documented: Kubernetes, Node heartbeats (10 s)',
    'update',
    'leases.coordination.k8s.io',
    node,
  ),
  row(
    'leaders renew',
    controllers * aDay(2),
    'documented: client-go leaderelection (RetryPeriod 2 s)',
    'update',
    'leases.coordination.k8s.io',
    elector,
  ),
  row('followers look', controllers * aDay(2), 'documented: the same', 'get', 'leases.coordination.k8s.io', elector),
  row(
    'node status',
    nodes * aDay(300),
    'documented: Kubernetes, Node heartbeats (5 min)',
    'patch',
    'nodes/status',
    node,
  ),
  row('pod status', newPods * 8, 'assumed: eight changes a pod', 'patch', 'pods/status', node),
  row('kubelets watch config maps', nodes * 7 * watches, 'assumed: seven a node', 'watch', 'configmaps', node),
  row('kubelets watch secrets', nodes * 3 * watches, 'assumed: three a node', 'watch', 'secrets', node),
  row(
    'service account tokens',
    2 * pods * aDay(48 * 60),
    'documented: Kubernetes, bound tokens (at 80 % of an hour; two stages)',
    'create',
    'serviceaccounts/token',
    node,
  ),
  row(
    'controllers watch workloads',
    controllers * 6 * watches,
    'assumed: six kinds each',
    'watch',
    'deployments.apps',
    elector,
  ),
  row('controllers watch pods and nodes', controllers * 2 * watches, 'assumed', 'watch', 'pods', elector),
  row(
    'controllers watch other kinds',
    controllers * 8 * watches,
    'assumed: eight kinds each',
    'watch',
    'services',
    elector,
  ),
  row(
    'controllers watch secrets and config maps',
    controllers * 0.5 * watches,
    'assumed: half of them one',
    'watch',
    'configmaps',
    elector,
  ),
  row(
    'who may scrape a node',
    nodes * (aDay(120) + aDay(300)),
    'documented: kubelet webhook caches (2 and 5 min)',
    'create',
    'tokenreviews.authentication.k8s.io',
    node,
  ),
  row(
    'autoscalers read scales',
    20 * aDay(15),
    'documented: Kubernetes, HPA (15 s); twenty of them',
    'get',
    'deployments.apps/scale',
    account('kube-system:horizontal-pod-autoscaler'),
  ),
  row(
    'endpoints follow pods',
    newPods * 6,
    'assumed',
    'update',
    'endpointslices.discovery.k8s.io',
    account('kube-system:endpointslice-controller'),
  ),
  row(
    'workloads follow pods',
    newPods * 6,
    'assumed',
    'update',
    'replicasets.apps/status',
    account('kube-system:replicaset-controller'),
  ),
  row(
    'pods come and go',
    newPods * 3,
    'assumed: create, bind, delete',
    'create',
    'pods',
    account('kube-system:replicaset-controller'),
  ),
  row(
    'dashboards and exporters list',
    5 * aDay(30),
    'assumed: five, every half minute',
    'list',
    'pods',
    account('monitoring:kube-state-metrics'),
  ),
  row(
    'GitOps applies',
    30 * 10 * aDay(600),
    'documented: Flux (10 min); thirty sets of ten objects',
    'patch',
    'deployments.apps',
    account('flux-system:kustomize-controller'),
  ),
  row(
    'GitOps applies other kinds',
    30 * 10 * aDay(600),
    'the same',
    'patch',
    'services',
    account('flux-system:kustomize-controller'),
  ),
  row(
    'GitOps says how it went',
    30 * 2 * aDay(600),
    'the same',
    'patch',
    'kustomizations.kustomize.toolkit.fluxcd.io/status',
    account('flux-system:kustomize-controller'),
  ),
  row('Karpenter', 5_000, 'assumed', 'patch', 'nodeclaims.karpenter.sh/status', account('kube-system:karpenter')),
  row('people look', 5_000, 'assumed', 'get', 'pods', 'developer'),
  row('people change', 500, 'assumed', 'patch', 'deployments.apps', 'developer'),
];

function row(what: string, count: number, from: string, verb: string, target: string, user: string): Row {
  return { what, count, from, record: audit(verb, target, user) };
}

const call = (service: string, eventName: string, userIdentity: JsonObject, more: JsonObject = {}): JsonObject => ({
  eventSource: `${service}.amazonaws.com`,
  eventName,
  eventType: 'AwsApiCall',
  userIdentity,
  ...more,
});

const session = (role: string, name: string, more: JsonObject = {}): JsonObject => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLEEXAMPLEEXA:${name}`,
  sessionContext: { sessionIssuer: { arn: `arn:aws:iam::111122223333:role/${role}` }, ...more },
});
const onNode = session('KarpenterNodeRole-prod', 'i-0123456789abcdef0', { ec2RoleDelivery: '2.0' });
const service = (name: string): JsonObject => ({ type: 'AWSService', invokedBy: `${name}.amazonaws.com` });
const app = session('shop-api', 'eks-shop-api-0');
const scanner = session('posture-scanner', 'scan');
const key = { responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLEEXAMPLE01' } } };
const assumes = (role: string, name: string): JsonObject => ({
  requestParameters: { roleArn: `arn:aws:iam::111122223333:role/${role}`, roleSessionName: name },
  ...key,
});

export const trailRows: readonly Row[] = [
  {
    what: 'SSM agents say that they are there',
    count: nodes * aDay(300),
    from: 'documented: Systems Manager (5 min)',
    record: call('ssm', 'UpdateInstanceInformation', onNode),
  },
  {
    what: 'the network plugin looks around',
    count: nodes * 100,
    from: 'assumed: a hundred a node',
    record: call('ec2', 'DescribeNetworkInterfaces', onNode),
  },
  {
    what: 'nodes sign in to the cluster',
    count: nodes * aDay(900),
    from: 'documented: EKS tokens (15 min)',
    record: call('sts', 'GetCallerIdentity', onNode),
  },
  {
    what: 'nodes pull images',
    count: newPods * 4,
    from: 'assumed: half of the pods, eight calls',
    record: call('ecr', 'GetDownloadUrlForLayer', onNode),
  },
  {
    what: 'nodes get credentials',
    count: nodes * 24,
    from: 'assumed: hourly',
    record: call('sts', 'AssumeRole', service('ec2'), assumes('KarpenterNodeRole-prod', 'i-0123456789abcdef0')),
  },
  {
    what: 'pods get credentials (Pod Identity)',
    count: 200 * 4,
    from: 'assumed: two hundred, every six hours',
    record: call('sts', 'AssumeRole', service('pods.eks'), assumes('shop-api', 'eks-shop-api-0')),
  },
  {
    what: 'nodes ask for them',
    count: 200 * 4,
    from: 'the same',
    record: call('eks-auth', 'AssumeRoleForPodIdentity', onNode),
  },
  {
    what: 'pods get credentials (IRSA)',
    count: 100 * 24,
    from: 'documented: STS (1 h); a hundred pods',
    record: call('sts', 'AssumeRoleWithWebIdentity', { type: 'WebIdentityUser' }, assumes('prod-ebs-csi', '1')),
  },
  {
    what: 'Karpenter looks around',
    count: 10 * aDay(300),
    from: 'assumed: ten calls, every five minutes',
    record: call('ec2', 'DescribeInstances', session('prod-karpenter', '1')),
  },
  {
    what: 'Karpenter launches and ends',
    count: 200,
    from: 'assumed',
    record: call('ec2', 'CreateFleet', session('prod-karpenter', '1')),
  },
  {
    what: 'other controllers look around',
    count: 20 * aDay(300),
    from: 'assumed: twenty calls, every five minutes',
    record: call('elasticloadbalancing', 'DescribeTargetHealth', session('prod-load-balancer-controller', '1')),
  },
  {
    what: 'services assume roles',
    count: 20_000,
    from: 'assumed',
    record: call('sts', 'AssumeRole', service('lambda'), assumes('worker', 'worker')),
  },
  {
    what: 'scanners and pipelines assume roles',
    count: 5_000,
    from: 'assumed',
    record: call('sts', 'AssumeRole', scanner, assumes('posture-scanner', 'scan')),
  },
  { what: 'scanners look around', count: 60_000, from: 'assumed', record: call('rds', 'DescribeDBInstances', scanner) },
  {
    what: 'AWS Config looks around',
    count: 20_000,
    from: 'assumed',
    record: call(
      'ec2',
      'DescribeVolumes',
      session('aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig', 'c'),
    ),
  },
  {
    what: 'services use keys',
    count: 100_000,
    from: 'assumed (AWS: "often very high volumes")',
    record: call('kms', 'Decrypt', app),
  },
  {
    what: 'workloads read secrets',
    count: 10_000,
    from: 'assumed',
    record: call('secretsmanager', 'GetSecretValue', app, { requestParameters: { secretId: 'shop/db' } }),
  },
  {
    what: 'workloads read parameters',
    count: 10_000,
    from: 'assumed',
    record: call('ssm', 'GetParameter', app, { requestParameters: { name: '/shop/flags' } }),
  },
  { what: 'log streams are made', count: 10_000, from: 'assumed', record: call('logs', 'CreateLogStream', app) },
  {
    what: 'people and Terraform look',
    count: 20_000,
    from: 'assumed',
    record: call('iam', 'GetRole', session('developer', 'alice')),
  },
  {
    what: 'people and Terraform change',
    count: 500,
    from: 'assumed',
    record: call('ec2', 'CreateTags', session('developer', 'alice')),
  },
];
