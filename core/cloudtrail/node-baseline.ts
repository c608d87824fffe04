import { text } from '../json.ts';
import type { When } from '../pattern/language.ts';
import type { CloudTrailRecord } from './record.ts';
import { askedOf } from './refused.ts';

/** What a node role's call is: part of being a node, a call that its credentials are stolen for, or another that pods should make. */
export type NodeCall = 'baseline' | 'sensitive' | 'other';

type Apis = { readonly [service: string]: RegExp };

/**
 * What kubelet, container runtime, VPC CNI, SSM agent, log agent and pod identity agent call with the node's role (AWS managed
 * policies AmazonEKSWorkerNodePolicy, AmazonEKS_CNI_Policy, AmazonEC2ContainerRegistryPullOnly, AmazonSSMManagedInstanceCore,
 * CloudWatchAgentServerPolicy). IAM's `s3:GetEncryptionConfiguration` is recorded as GetBucketEncryption.
 */
const node: { readonly [service: string]: readonly string[] | 'any' } = {
  ecr: [
    'GetAuthorizationToken',
    'BatchCheckLayerAvailability',
    'GetDownloadUrlForLayer',
    'BatchGetImage',
    'BatchImportUpstreamImage',
    'DescribeRepositories',
    'ListImages',
    'GetRepositoryPolicy',
    'DescribeImages',
  ],
  'ecr-public': ['GetAuthorizationToken', 'BatchCheckLayerAvailability'],
  ec2: [
    'DescribeInstances',
    'DescribeInstanceTypes',
    'DescribeInstanceTopology',
    'DescribeNetworkInterfaces',
    'DescribeSubnets',
    'DescribeVpcs',
    'DescribeSecurityGroups',
    'DescribeRouteTables',
    'DescribeTags',
    'DescribeVolumes',
    'DescribeVolumesModifications',
    'DescribeRegions',
    'DescribeAvailabilityZones',
    'DescribeNetworkInterfacePermissions',
    'AssignPrivateIpAddresses',
    'UnassignPrivateIpAddresses',
    'AssignIpv6Addresses',
    'UnassignIpv6Addresses',
    'AttachNetworkInterface',
    'CreateNetworkInterface',
    'DeleteNetworkInterface',
    'DetachNetworkInterface',
    'ModifyNetworkInterfaceAttribute',
    'CreateTags',
  ],
  eks: ['DescribeCluster'],
  'eks-auth': ['AssumeRoleForPodIdentity'],
  sts: ['GetCallerIdentity'],
  ssm: [
    'UpdateInstanceInformation',
    'UpdateInstanceAssociationStatus',
    'UpdateAssociationStatus',
    'ListAssociations',
    'ListInstanceAssociations',
    'DescribeAssociation',
    'DescribeDocument',
    'GetDocument',
    'GetManifest',
    'GetDeployablePatchSnapshotForInstance',
    'PutInventory',
    'PutComplianceItems',
    'PutConfigurePackageResult',
    'RegisterManagedInstance',
    'RequestManagedInstanceRoleToken',
    // The agent's channels are calls of ssmmessages, and recorded as ssm's (data events).
    'CreateControlChannel',
    'OpenControlChannel',
    'CreateDataChannel',
    'OpenDataChannel',
  ],
  ssmmessages: 'any',
  ec2messages: 'any',
  logs: ['CreateLogStream', 'CreateLogGroup', 'PutLogEvents', 'DescribeLogStreams', 'DescribeLogGroups'],
  monitoring: ['PutMetricData'],
  xray: ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'],
  s3: ['GetBucketEncryption', 'GetEncryptionConfiguration'],
};

/** What the in-tree and external cloud providers of self-managed control planes call (`clusterawsadm`, control-plane policy). */
const controlPlane: Apis = {
  ec2: /^(Describe(Instances|Images|Regions|RouteTables|SecurityGroups|Subnets|Volumes|Vpcs|AvailabilityZones|InstanceTopology)|CreateSecurityGroup|DeleteSecurityGroup|AuthorizeSecurityGroupIngress|RevokeSecurityGroupIngress|CreateTags|CreateVolume|DeleteVolume|AttachVolume|DetachVolume|ModifyVolume|ModifyInstanceAttribute|CreateRoute|DeleteRoute|AssignIpv6Addresses)$/,
  elasticloadbalancing: /./,
  autoscaling: /^Describe/,
  kms: /^DescribeKey$/,
};

const sensitive: Apis = {
  iam: /./,
  organizations: /./,
  account: /./,
  sts: /^(AssumeRole|GetFederationToken|GetSessionToken|GetScopedCredentials)/,
  secretsmanager: /./,
  ssm: /^(Get|Describe|Put|Delete|Send|Start).*|^StartSession$/,
  s3: /./,
  rds: /./,
  'rds-data': /./,
  bedrock: /./,
  'bedrock-runtime': /./,
  dynamodb: /./,
  kms: /^(Decrypt|CreateGrant|PutKeyPolicy)/,
  lambda: /./,
  cloudtrail: /./,
  guardduty: /./,
  ec2: /^(RunInstances|CreateFleet|RequestSpot|CreateLaunchTemplate|ModifyImageAttribute|ModifySnapshotAttribute|CreateSnapshot|GetPasswordData|CreateKeyPair|ImportKeyPair)/,
};

/** Cluster API's nodes fetch their bootstrap data once and delete it (`clusterawsadm`, node policy of each secrets backend). */
const bootstrap = (service: string, record: CloudTrailRecord): boolean => {
  if (service === 'secretsmanager' && /^(GetSecretValue|DeleteSecret)$/.test(record.eventName))
    return /(^|:secret:)aws\.cluster\.x-k8s\.io\//.test(text(askedOf(record), 'secretId') ?? '');
  if (service === 'ssm' && /^(GetParameter|DeleteParameter)$/.test(record.eventName))
    return /^\/cluster\.x-k8s\.io\/|:parameter\/cluster\.x-k8s\.io\//.test(text(askedOf(record), 'name') ?? '');
  return false;
};

const within = (apis: Apis, service: string, api: string): boolean =>
  Object.hasOwn(apis, service) && apis[service]?.test(api) === true;

const isNodes = (service: string, api: string): boolean => {
  const apis = Object.hasOwn(node, service) ? node[service] : undefined;
  return apis !== undefined && (apis === 'any' || apis.includes(api));
};

/** What shows that a call of a node role may be something else than nodes call: another service, or another call of one. */
export const beyondNode = (): readonly When<CloudTrailRecord>[] => {
  const sourcesOf = (services: readonly string[]): readonly string[] =>
    services.flatMap(service => [service, `${service}.amazonaws.com`]);
  return [
    { eventSource: [{ 'anything-but': sourcesOf(Object.keys(node)) }] },
    ...Object.entries(node).flatMap(([service, apis]) =>
      apis === 'any' ? [] : [{ eventSource: sourcesOf([service]), eventName: [{ 'anything-but': apis }] }],
    ),
  ];
};

/** Judges one call of a node role. @param role the role's name: control planes of self-managed clusters have a baseline of their own */
export const nodeCall = (record: CloudTrailRecord, role: string): NodeCall => {
  const service = String(record.eventSource).replace(/\.amazonaws\.com$/, '');
  const api = String(record.eventName);
  if (isNodes(service, api) || bootstrap(service, record)) return 'baseline';
  if (/control-?plane/i.test(role) && within(controlPlane, service, api)) return 'baseline';
  return within(sensitive, service, api) ? 'sensitive' : 'other';
};
