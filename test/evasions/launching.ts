import { call, roleSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Family, type Form, unseen } from './form.ts';

const gpus: Form['seen'] = ['cloudtrail/disallowed-instance-family-launched', 'critical'];
const changed: Form['seen'] = ['cloudtrail/node-group-changed-by-unexpected', 'high'];
const scaled: Form['seen'] = ['cloudtrail/node-group-changed-by-unexpected', 'medium'];
const node = 'i-0aaaabbbbccccdddd';
const group = (api: string, request: JsonObject = {}) =>
  other('autoscaling', api, { autoScalingGroupName: 'eks-system-0aaa', ...request });
const template = { LaunchTemplateSpecification: { LaunchTemplateId: 'lt-0aaa', Version: '1' } };
/** What a service launches for the caller, with a role that it was given. */
const launchedBy = (service: string, role: string, type = 'p4d.24xlarge') =>
  runInstances({ type, by: { ...roleSession(role, 'CCSSession'), invokedBy: service } });

/** More instances, by calls that are not RunInstances. */
export const byOtherCalls: Family = {
  goal: 'Instances, by other calls and by services that launch for the caller',
  forms: [
    {
      form: 'whether GPUs could be had, in a dry run',
      event: runInstances({ type: 'p5.48xlarge', record: { errorCode: 'Client.DryRunOperation' } }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'medium'],
    },
    {
      form: 'GPUs for a fleet that is there (ModifyFleet)',
      event: wrappedEc2('ModifyFleet', {
        FleetId: 'fleet-0aaa',
        LaunchTemplateConfig: { tag: 1, ...template, Overrides: { tag: 1, InstanceType: 'p5.48xlarge' } },
      }),
      seen: gpus,
    },
    {
      form: 'GPUs for a spot fleet that is there (ModifySpotFleetRequest)',
      event: ec2('ModifySpotFleetRequest', {
        spotFleetRequestId: 'sfr-0aaa',
        launchTemplateConfigs: [{ overrides: [{ instanceType: 'p5.48xlarge' }] }],
      }),
      seen: gpus,
    },
    ...['acceleratorManufacturerSet', 'acceleratorNameSet', 'acceleratorTypeSet', 'allowedInstanceTypeSet'].map(
      (list): Form => ({
        form: `GPUs for a spot fleet by what it asks for (${list})`,
        event: ec2('RequestSpotFleet', {
          spotFleetRequestConfig: {
            launchTemplateConfigs: {
              items: [{ overrides: { items: [{ instanceRequirements: { [list]: { items: ['p5.48xlarge'] } } }] } }],
            },
          },
        }),
        seen: gpus,
      }),
    ),
    {
      form: 'a capacity block',
      event: wrappedEc2(
        'PurchaseCapacityBlock',
        { CapacityBlockOfferingId: 'cb-0aaa', InstancePlatform: 'Linux/UNIX' },
        {},
        { capacityReservation: { instanceType: 'p5.48xlarge' } },
      ),
      seen: gpus,
    },
    {
      form: 'a capacity block for longer',
      event: wrappedEc2(
        'PurchaseCapacityBlockExtension',
        { CapacityBlockExtensionOfferingId: 'cbe-0aaa', CapacityReservationId: 'cr-0aaa' },
        {},
        { capacityBlockExtensionSet: { item: { instanceType: 'p5.48xlarge', capacityReservationId: 'cr-0aaa' } } },
      ),
      seen: gpus,
    },
    {
      form: 'a dedicated host made one of GPUs (ModifyHosts)',
      event: ec2('ModifyHosts', { hostId: 'h-0aaa', instanceFamily: 'p5' }),
      seen: gpus,
    },
    {
      form: 'a template’s version with GPUs, made from another version',
      event: wrappedEc2('CreateLaunchTemplateVersion', {
        LaunchTemplateId: 'lt-0aaa',
        SourceVersion: '3',
        LaunchTemplateData: { InstanceType: 'p5.48xlarge' },
      }),
      seen: gpus,
    },
    {
      form: 'launched now by a node group’s own group (LaunchInstances)',
      event: group('LaunchInstances'),
      seen: scaled,
    },
    { form: 'kept warm beside a node group', event: group('PutWarmPool', { poolState: 'Running' }), seen: scaled },
    {
      form: 'a node group that grows at night',
      event: group('PutScheduledUpdateGroupAction', { desiredCapacity: 50, recurrence: '0 3 * * *' }),
      seen: scaled,
    },
    ...[
      'DetachInstances',
      'EnterStandby',
      'SetInstanceProtection',
      'SuspendProcesses',
      'PutLifecycleHook',
      'DeleteAutoScalingGroup',
    ].map(
      (api): Form => ({
        form: `an instance kept from what replaces nodes, or its group gone (${api})`,
        event: group(api, { instanceIds: [node] }),
        seen: changed,
      }),
    ),
    ...[
      ['EMR', 'elasticmapreduce.amazonaws.com', 'EMR_DefaultRole'],
      ['ECS Managed Instances', 'ecs.amazonaws.com', 'ecsInfrastructureRole'],
      ['Lambda Managed Instances', 'lambda.amazonaws.com', 'lambda-operator'],
      ['CloudFormation, with a role', 'cloudformation.amazonaws.com', 'stack-role'],
      ['Image Builder', 'imagebuilder.amazonaws.com', 'image-builder'],
      ['an automation of Systems Manager', 'ssm.amazonaws.com', 'automation'],
    ].map(
      ([who, service = '', role = '']): Form => ({
        form: `what ${who} launches`,
        event: launchedBy(service, role),
        seen: gpus,
      }),
    ),
    ...[
      ['Service Catalog', 'servicecatalog', 'ProvisionProduct', { productId: 'prod-0aaa' }],
      ['CloudFormation', 'cloudformation', 'CreateStack', { stackName: 'x', capabilities: ['CAPABILITY_NAMED_IAM'] }],
      ['EMR', 'elasticmapreduce', 'RunJobFlow', { instances: { masterInstanceType: 'p4d.24xlarge' } }],
      ['ECS', 'ecs', 'CreateCapacityProvider', { name: 'x' }],
      ['Lambda', 'lambda', 'CreateCapacityProvider', { capacityProviderName: 'x' }],
      ['a parallel cluster', 'pcs', 'CreateComputeNodeGroup', { instanceConfigs: [{ instanceType: 'p5.48xlarge' }] }],
    ].map(
      ([who, service, api, request]): Form => ({
        form: `${who} asked to launch`,
        event: other(service as string, api as string, request as JsonObject), // the rows above
        seen: unseen('EC2 records what the service launches for the caller, in the account: that is judged'),
      }),
    ),
    {
      form: 'GPUs for a training job or a notebook of SageMaker',
      event: other('sagemaker', 'CreateTrainingJob', { resourceConfig: { instanceType: 'ml.p4d.24xlarge' } }),
      seen: unseen('they run in accounts of AWS’s and are nobody’s nodes: quotas and budgets of SageMaker bound them'),
    },
    {
      form: 'more of what a fleet launches already',
      event: wrappedEc2('ModifyFleet', {
        FleetId: 'fleet-0aaa',
        TargetCapacitySpecification: { TotalTargetCapacity: 500 },
      }),
      seen: unseen('the launches that follow are judged and counted (cloudtrail/launch-burst)'),
    },
    {
      form: 'a reservation of GPUs that is there, of more',
      event: wrappedEc2('ModifyCapacityReservation', { CapacityReservationId: 'cr-0aaa', InstanceCount: 50 }),
      seen: unseen('nothing tells its type; it was seen when it was made, and a launch into it is'),
    },
    {
      form: 'the bill of another account’s reservation',
      event: wrappedEc2('AcceptCapacityReservationBillingOwnership', { CapacityReservationId: 'cr-0aaa' }),
      seen: unseen('it costs, and makes no node'),
    },
    {
      form: 'the size of a node group’s own group',
      event: group('SetDesiredCapacity', { desiredCapacity: 50 }),
      seen: unseen('autoscalers set it all day, within the bounds of the node group: those are seen when they change'),
    },
    {
      form: 'an instance of a node group ended by its group',
      event: other('autoscaling', 'TerminateInstanceInAutoScalingGroup', { instanceId: node }),
      seen: unseen('autoscalers do it all day'),
    },
    {
      form: 'an instance moved onto a host of one’s own',
      event: ec2('ModifyInstancePlacement', { instanceId: node, tenancy: 'host', hostId: 'h-0aaa' }),
      seen: unseen('it stays what it is: the host was seen when it was allocated'),
    },
    {
      form: 'subnets shared with another account',
      event: call('ram', 'CreateResourceShare', {
        requestParameters: { name: 'x', resourceArns: ['arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0aaa'] },
      }),
      seen: unseen(
        'what is launched there is another account’s, and its nodes are admitted by access entries or tokens',
      ),
    },
  ],
};
