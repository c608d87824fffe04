import { call, developer, karpenter, serviceLinked } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const version = { nodegroupName: 'system', launchTemplate: { name: 'system-nodes', version: '9' } };
const group = 'eks-system-0aaaabbb-0000-4000-8000-000000000001';
const template = { launchTemplateName: 'batch', version: '1' };

const arn = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod';
const hyperPod = {
  clusterName: 'training',
  orchestrator: { eks: { clusterArn: arn } },
  instanceGroups: [
    {
      instanceGroupName: 'workers',
      instanceType: 'ml.m5.xlarge',
      instanceCount: 1,
      executionRole: 'arn:aws:iam::111122223333:role/hyperpod',
      lifeCycleConfig: { sourceS3Uri: 's3://example-bucket/lifecycle', onCreate: 'on_create.sh' },
    },
  ],
};

/** Instances that a group launches besides, now or later (Auto Scaling API Reference); autoscalers only set how many it holds. */
const scaling = ['LaunchInstances', 'PutWarmPool', 'PutScheduledUpdateGroupAction'];

const suspend = 'SuspendProcesses';

/** Processes without which every instance still ends and is mended (Auto Scaling User Guide, "Types of processes"). */
const harmless = ['AZRebalance', 'AlarmNotification', 'ScheduledActions', 'AddToLoadBalancer'] as const;

/** What takes an instance out of its group's hands, so that it outlives what replaces nodes, or the group away. */
const escaping = [
  'DetachInstances',
  'EnterStandby',
  'SetInstanceProtection',
  suspend,
  'PutLifecycleHook',
  'DeleteAutoScalingGroup',
];

export const detection = cloudtrail({
  id: 'cloudtrail/node-group-changed-by-unexpected',
  title: '{principal} changed what EKS makes nodes from: {event} {target}',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    // Scaling, labels and taints: what people do by hand.
    ['medium', { eventName: ['UpdateNodegroupConfig', 'UpdateAutoScalingGroup', 'BatchAddClusterNodes', ...scaling] }],
    // Without a list, all processes; of these, autoscalers are run without the balance of zones, and the others end no instance.
    ['high', { eventName: suspend, requestParameters: { scalingProcesses: [{ 'anything-but': [...harmless] }] } }],
    ['medium', { eventName: suspend, requestParameters: { scalingProcesses: [...harmless] } }],
    'high',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      {
        eventSource: 'eks.amazonaws.com',
        eventName: [
          'CreateNodegroup',
          'UpdateNodegroupVersion',
          'UpdateNodegroupConfig',
          'DeleteNodegroup',
          'CreateFargateProfile',
          'DeleteFargateProfile',
          'DeleteCluster',
        ],
      },
      // EKS Auto Mode: its pools, and the role of its nodes.
      {
        eventSource: 'eks.amazonaws.com',
        eventName: 'UpdateClusterConfig',
        requestParameters: {
          $or: [
            { computeConfig: { enabled: [{ exists: true }] } },
            { computeConfig: { nodePools: [{ exists: true }] } },
            { computeConfig: { nodeRoleArn: [{ exists: true }] } },
          ],
        },
      },
      // SageMaker HyperPod and Batch put nodes of their own into an EKS cluster.
      {
        eventSource: 'sagemaker.amazonaws.com',
        eventName: 'CreateCluster',
        requestParameters: { orchestrator: { eks: { clusterArn: [{ exists: true }] } } },
      },
      {
        eventSource: 'sagemaker.amazonaws.com',
        eventName: ['UpdateCluster', 'UpdateClusterSoftware', 'BatchAddClusterNodes'],
      },
      {
        eventSource: 'batch.amazonaws.com',
        eventName: 'CreateComputeEnvironment',
        requestParameters: { eksConfiguration: { eksClusterArn: [{ exists: true }] } },
      },
      // The group behind a node group, which EKS names so; autoscalers only set how many it holds.
      {
        eventSource: 'autoscaling.amazonaws.com',
        eventName: ['UpdateAutoScalingGroup', 'StartInstanceRefresh', 'AttachInstances', ...scaling, ...escaping],
        requestParameters: { autoScalingGroupName: [{ prefix: 'eks-' }] },
      },
    ],
  },
  unless: [
    { fact: { 'principal.kind': ['platform', 'gitops', 'service'] } },
    { fact: { 'principal.controller': ['cluster-api', 'eks'], 'principal.kind': 'controller' } },
  ],
  by: view => {
    const { requestParameters } = view.record;
    const cluster = said(view, 'eks.cluster');
    const part = text(requestParameters, 'nodegroupName') ?? text(requestParameters, 'fargateProfileName');
    const group =
      text(requestParameters, 'autoScalingGroupName') ??
      text(requestParameters, 'computeEnvironmentName') ??
      (view.record.eventSource === 'sagemaker.amazonaws.com' ? text(requestParameters, 'clusterName') : undefined);
    const target = group ?? (part === undefined ? cluster : `${cluster}/${part}`);
    return [{ principal: said(view, 'principal.id'), target }];
  },
  attack: ['T1578', 'T1578.002', 'T1578.003'],
  why: 'A node group, a Fargate profile or Auto Mode makes nodes as Karpenter does, from one call of the EKS API: another template version runs other user data on every new node, another role gives it other rights.',
  references: [
    'SageMaker API Reference, CreateCluster (orchestrator) and Batch API Reference, CreateComputeEnvironment (eksConfiguration)',
    'EKS API Reference, CreateNodegroup, UpdateNodegroupVersion, UpdateClusterConfig (computeConfig)',
    'EKS User Guide, "Customize managed nodes with launch templates"',
    'Auto Scaling API Reference, StartInstanceRefresh, AttachInstances, DetachInstances, EnterStandby, SuspendProcesses, LaunchInstances',
  ],
  runbook: [
    confirmCall,
    'See what there is: aws eks describe-nodegroup --region REGION --cluster-name CLUSTER --nodegroup-name NODE_GROUP; aws ec2 describe-launch-template-versions --region REGION --launch-template-id TEMPLATE --versions VERSION; aws eks describe-cluster --region REGION --name CLUSTER --query cluster.computeConfig',
    'Take it back: aws eks update-nodegroup-version --region REGION --cluster-name CLUSTER --nodegroup-name NODE_GROUP --launch-template name=TEMPLATE,version=FORMER_VERSION, or aws eks delete-nodegroup --region REGION --cluster-name CLUSTER --nodegroup-name NODE_GROUP for one that nobody wants; keep a snapshot of a node first; what was deleted comes back from version control alone',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'The platform, GitOps and services are not looked at, whoever wrote the commit.',
    'Auto Scaling groups of self-managed nodes bear any name and are not looked at; the templates and roles of what they launch are (cloudtrail/node-role-taken, cloudtrail/launch-template-unhardened).',
    'That a HyperPod cluster is updated does not say whether EKS orchestrates it: all are reported. What Batch changes of an environment is judged by type and profile alone.',
    'Terraform, eksctl, CDK and scheduled scripts are people until `platform` names their roles.',
    'What a new version of a template holds is not weighed here. The parameters are taken from the API models.',
  ],
  examples: {
    matches: [
      {
        name: 'a person makes a node group',
        event: eks('CreateNodegroup', { nodegroupName: 'batch' }),
        severity: 'high',
      },
      {
        name: 'a person gives one another version of a template',
        event: eks('UpdateNodegroupVersion', version),
        severity: 'high',
      },
      {
        name: 'a person scales one',
        event: eks('UpdateNodegroupConfig', { nodegroupName: 'system', scalingConfig: { desiredSize: 30 } }),
        severity: 'medium',
      },
      {
        name: 'a person switches on Auto Mode',
        event: eks('UpdateClusterConfig', { computeConfig: { enabled: true } }),
        severity: 'high',
      },
      {
        name: 'a person gives Auto Mode another pool',
        event: eks('UpdateClusterConfig', { computeConfig: { nodePools: ['general-purpose'] } }),
      },
      {
        name: 'a person gives the nodes of Auto Mode another role',
        event: eks('UpdateClusterConfig', { computeConfig: { nodeRoleArn: 'arn:aws:iam::111122223333:role/batch' } }),
      },
      {
        name: 'a person replaces the instances of a node group from a template of his own',
        event: other('autoscaling', 'StartInstanceRefresh', {
          autoScalingGroupName: group,
          desiredConfiguration: { launchTemplate: template },
        }),
        severity: 'high',
      },
      {
        name: 'a person gives the group of a node group a template of his own',
        event: other('autoscaling', 'UpdateAutoScalingGroup', {
          autoScalingGroupName: group,
          launchTemplate: template,
        }),
        severity: 'medium',
      },
      {
        name: 'a person takes an instance out of the group of a node group',
        event: other('autoscaling', 'DetachInstances', {
          autoScalingGroupName: group,
          instanceIds: ['i-0aaaabbbbccccdddd'],
          shouldDecrementDesiredCapacity: false,
        }),
        severity: 'high',
      },
      {
        name: 'a person has a group no longer replace instances',
        event: other('autoscaling', suspend, {
          autoScalingGroupName: group,
          scalingProcesses: ['AZRebalance', 'ReplaceUnhealthy'],
        }),
        severity: 'high',
      },
      {
        name: 'a person stops every process of a group',
        event: other('autoscaling', suspend, { autoScalingGroupName: group }),
        severity: 'high',
      },
      {
        name: 'the same by a list of none',
        event: other('autoscaling', suspend, { autoScalingGroupName: group, scalingProcesses: [] }),
        severity: 'high',
      },
      {
        name: 'a person has a group leave zones unbalanced, as guides to autoscalers have it',
        event: other('autoscaling', suspend, { autoScalingGroupName: group, scalingProcesses: ['AZRebalance'] }),
        severity: 'medium',
      },
      {
        name: 'a person keeps instances ready beside the group of a node group',
        event: other('autoscaling', 'PutWarmPool', { autoScalingGroupName: group, minSize: 20, poolState: 'Running' }),
        severity: 'medium',
      },
      {
        name: 'a person makes a HyperPod cluster whose nodes join the cluster',
        event: other('sagemaker', 'CreateCluster', hyperPod),
        severity: 'high',
      },
      {
        name: 'a person gives the machines of HyperPod another script',
        event: other('sagemaker', 'UpdateCluster', {
          clusterName: 'training',
          instanceGroups: hyperPod.instanceGroups,
        }),
      },
      {
        name: 'a person adds machines to it',
        event: other('sagemaker', 'BatchAddClusterNodes', {
          clusterName: 'training',
          nodesToAdd: [{ instanceGroupName: 'workers', incrementTargetCountBy: 2 }],
        }),
        severity: 'medium',
      },
      {
        name: 'a person lets Batch launch nodes of the cluster',
        event: other('batch', 'CreateComputeEnvironment', {
          computeEnvironmentName: 'jobs',
          eksConfiguration: { eksClusterArn: arn, kubernetesNamespace: 'jobs' },
        }),
      },
      {
        name: "Karpenter's role makes a node group, which Karpenter never does",
        event: eks('CreateNodegroup', { nodegroupName: 'batch' }, { by: karpenter }),
      },
      {
        name: 'the Cluster API provider by its usual name only',
        event: eks('UpdateNodegroupVersion', version, { by: clusterApi }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'a person makes a HyperPod cluster of its own',
        event: other('sagemaker', 'CreateCluster', { ...hyperPod, orchestrator: { slurm: {} } }),
      },
      {
        name: 'a person looks at a HyperPod cluster',
        event: other('sagemaker', 'DescribeCluster', hyperPod),
      },
      {
        name: 'another service updates a cluster',
        event: other('memorydb', 'UpdateCluster', { clusterName: 'training' }),
      },
      {
        name: 'another service makes one',
        event: other('kafka', 'CreateCluster', { orchestrator: hyperPod.orchestrator }),
      },
      {
        name: 'a person lets Batch launch instances of its own',
        event: other('batch', 'CreateComputeEnvironment', { computeEnvironmentName: 'jobs' }),
      },
      {
        name: 'a person asks Batch for something else about the cluster',
        event: other('batch', 'UpdateComputeEnvironment', { eksConfiguration: { eksClusterArn: arn } }),
      },
      {
        name: 'another service has such a call',
        event: other('example', 'CreateComputeEnvironment', { eksConfiguration: { eksClusterArn: arn } }),
      },
      { name: 'the platform', event: eks('UpdateNodegroupVersion', version, { by: platform }) },
      { name: 'the Cluster API provider', event: eks('UpdateNodegroupVersion', version, { by: clusterApi }) },
      {
        name: 'EKS itself refreshes the group of a node group',
        event: other(
          'autoscaling',
          'UpdateAutoScalingGroup',
          { autoScalingGroupName: group },
          { by: serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup') },
        ),
      },
      {
        name: 'a refused attempt',
        event: eks('UpdateNodegroupVersion', version, { record: { errorCode: 'AccessDeniedException' } }),
      },
      { name: 'a person looks at one', event: eks('DescribeNodegroup', { nodegroupName: 'system' }) },
      {
        name: 'a person protects a cluster',
        event: eks('UpdateClusterConfig', { deletionProtection: true }),
      },
      {
        name: 'a cluster is made with Auto Mode',
        event: eks('CreateCluster', { computeConfig: { enabled: true, nodePools: ['system'], nodeRoleArn: 'x' } }),
      },
      {
        name: 'another service has a call on such a group',
        event: other('example', 'SuspendProcesses', { autoScalingGroupName: group }),
      },
      {
        name: 'another service has calls of these names',
        event: call('example', 'UpdateClusterConfig', {
          userIdentity: developer,
          requestParameters: { computeConfig: { enabled: true, nodePools: ['a'], nodeRoleArn: 'x' } },
        }),
      },
      { name: 'another service deletes a cluster', event: other('ecs', 'DeleteCluster', { cluster: 'prod' }) },
      {
        name: 'a person changes a group of his own',
        event: other('autoscaling', 'UpdateAutoScalingGroup', {
          autoScalingGroupName: 'batch',
          launchTemplate: template,
        }),
      },
      {
        name: 'an autoscaler sets how many nodes a group holds',
        event: other('autoscaling', 'SetDesiredCapacity', { autoScalingGroupName: group, desiredCapacity: 5 }),
      },
    ],
  },
});
