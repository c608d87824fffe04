import { call, nodeSession, roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { iam, other } from '../../core/cloudtrail/example-iam.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { step } from '../stories/step.ts';
import { withPlatform } from './cast.ts';
import { makeRole, trusts } from './iam.ts';
import type { Work } from './work.ts';

/** StackSets act in an account with the execution role, through CloudFormation (CloudFormation User Guide, “stack set permissions”). */
const stacked = (role: string) => ({
  by: { ...roleSession(role, 'AWSCloudFormation'), invokedBy: 'cloudformation.amazonaws.com' },
  record: { sourceIPAddress: 'cloudformation.amazonaws.com', userAgent: 'cloudformation.amazonaws.com' },
});
const tower = stacked('AWSControlTowerExecution');
const sets = stacked('stacksets-exec-0123456789abcdef0123456789abcdef');
const accelerator = { by: roleSession('AWSAccelerator-DeploymentRole', 'AssumeRoleSession') };
const organizations = { by: roleSession('AWSControlTowerAdmin', 'AWSControlTower') };
const config = { by: serviceLinked('config.amazonaws.com', 'AWSServiceRoleForConfig') };
const guardDuty = { by: serviceLinked('guardduty.amazonaws.com', 'AWSServiceRoleForAmazonGuardDuty') };
const inspector = { by: serviceLinked('inspector2.amazonaws.com', 'AWSServiceRoleForAmazonInspector2') };
const ssm = { by: serviceLinked('ssm.amazonaws.com', 'AWSServiceRoleForAmazonSSM') };
const org = (api: string, request: JsonObject, by: typeof organizations = organizations) =>
  other('organizations', api, request, { ...by, record: { awsRegion: 'us-east-1' } });
const node = nodeSession();

export const landingZone: Work = {
  title: 'A landing zone: Control Tower, Landing Zone Accelerator, security services, patching',
  source:
    'AWS Control Tower User Guide (`AWSControlTowerExecution`); CloudFormation User Guide, “StackSets” (`stacksets-exec-…`); awslabs/landing-zone-accelerator-on-aws; service-linked roles of the services’ guides; Systems Manager User Guide, “Patch Manager”. Session names are guessed',
  steps: [
    step(
      '06:00',
      'Control Tower enrols an account: moves it, attaches its controls',
      org('MoveAccount', {
        accountId: '444455556666',
        sourceParentId: 'r-0000',
        destinationParentId: 'ou-0000-workload',
      }),
      org('AttachPolicy', { policyId: 'p-guardrails', targetId: 'ou-0000-workload' }),
      org('UpdatePolicy', { policyId: 'p-guardrails', content: '{"Statement":[]}' }),
      org('DetachPolicy', { policyId: 'p-oldguards', targetId: 'ou-0000-workload' }),
    ),
    step(
      '06:10',
      'its stack sets make the baseline: trail, log group, Config, roles',
      ...makeRole(
        'aws-controltower-ConfigRecorderRole',
        trusts.service('config'),
        ['service-role/AWS_ConfigRole'],
        tower,
      ),
      ...makeRole(
        'aws-controltower-AdministratorExecutionRole',
        trusts.service('lambda'),
        ['AdministratorAccess'],
        tower,
      ),
      other('logs', 'CreateLogGroup', { logGroupName: 'aws-controltower/CloudTrailLogs' }, tower),
      other(
        'logs',
        'PutRetentionPolicy',
        { logGroupName: 'aws-controltower/CloudTrailLogs', retentionInDays: 14 },
        tower,
      ),
      other(
        'cloudtrail',
        'CreateTrail',
        { name: 'aws-controltower-BaselineCloudTrail', s3BucketName: 'example', isMultiRegionTrail: true },
        tower,
      ),
      other('cloudtrail', 'StartLogging', { name: 'aws-controltower-BaselineCloudTrail' }, tower),
      other(
        'config',
        'PutConfigurationRecorder',
        { configurationRecorder: { name: 'aws-controltower-BaselineConfigRecorder' } },
        tower,
      ),
      other(
        'config',
        'StartConfigurationRecorder',
        { configurationRecorderName: 'aws-controltower-BaselineConfigRecorder' },
        tower,
      ),
      other(
        'sns',
        'Subscribe',
        { topicArn: 'arn:aws:sns:eu-west-1:111122223333:aws-controltower-SecurityNotifications' },
        tower,
      ),
      other('events', 'PutRule', { name: 'aws-controltower-ConfigComplianceChangeEventRule' }, tower),
    ),
    step(
      '07:00',
      'a new landing zone replaces the account’s trail by the organization’s',
      other('cloudtrail', 'StopLogging', { name: 'aws-controltower-BaselineCloudTrail' }, tower),
      other('cloudtrail', 'DeleteTrail', { name: 'aws-controltower-BaselineCloudTrail' }, tower),
      other('logs', 'DeleteLogGroup', { logGroupName: 'aws-controltower/CloudTrailLogs' }, tower),
    ),
    step(
      '08:00',
      'the accelerator hardens the account',
      ec2('EnableEbsEncryptionByDefault', {}, accelerator),
      wrappedEc2('ModifyInstanceMetadataDefaults', { HttpTokens: 'required' }, accelerator),
      ec2('EnableSnapshotBlockPublicAccess', { state: 'block-all-sharing' }, accelerator),
      iam(
        'CreateRole',
        { roleName: 'AWSAccelerator-SessionManager', assumeRolePolicyDocument: trusts.service('ec2') },
        accelerator,
      ),
      other('logs', 'PutRetentionPolicy', { logGroupName: '/aws/eks/prod/cluster', retentionInDays: 365 }, accelerator),
      other(
        'logs',
        'PutSubscriptionFilter',
        {
          logGroupName: '/aws/eks/prod/cluster',
          filterName: '/aws/eks/prod/cluster',
          filterPattern: '',
          destinationArn: 'arn:aws:logs:eu-west-1:444455556666:destination:AWSAcceleratorCloudWatchToS3',
        },
        accelerator,
      ),
      other(
        'logs',
        'AssociateKmsKey',
        { logGroupName: '/aws/eks/prod/cluster', kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/x' },
        accelerator,
      ),
    ),
    step(
      '09:00',
      'GuardDuty, Inspector and Security Hub are enabled across the organization',
      other('guardduty', 'CreateDetector', { enable: true }, sets),
      other(
        'guardduty',
        'UpdateDetector',
        { detectorId: 'd0', enable: true, features: [{ name: 'EKS_AUDIT_LOGS', status: 'ENABLED' }] },
        sets,
      ),
      other('eks', 'CreateAddon', { name: 'prod', addonName: 'aws-guardduty-agent' }, guardDuty),
      wrappedEc2('CreateSnapshots', { InstanceSpecification: { InstanceId: 'i-0aaaabbbbccccdddd' } }, inspector),
      other('inspector2', 'Enable', { resourceTypes: ['EC2', 'ECR'] }, sets),
      other('securityhub', 'EnableSecurityHub', {}, sets),
      ec2('DescribeInstances', {}, config),
      other('eks', 'DescribeCluster', { name: 'prod' }, config),
    ),
    step(
      '10:00',
      'Systems Manager patches nodes',
      fleetRun(),
      other(
        'ssm',
        'SendCommand',
        { documentName: 'AWS-RunPatchBaseline', targets: [{ key: 'tag:Patch', values: ['true'] }] },
        ssm,
      ),
      other('ssm', 'StartAssociationsOnce', { associationIds: ['00000000-0000-4000-8000-0000000000aa'] }, ssm),
      ...[
        'UpdateInstanceInformation',
        'GetDeployablePatchSnapshotForInstance',
        'PutInventory',
        'PutComplianceItems',
      ].map(api =>
        call('ssm', api, {
          userIdentity: node,
          sourceIPAddress: '10.0.12.34',
          vpcEndpointId: 'vpce-0123456789abcdef0',
        }),
      ),
    ),
  ],
  named: {
    ...withPlatform('AWSControlTowerExecution', 'stacksets-exec-*', 'AWSAccelerator-*', 'AWSControlTowerAdmin'),
    accounts: [...exampleSettings.accounts, '444455556666'],
  },
  still: {
    'cloudtrail/controller-role-policy-changed (medium)':
      'a policy of the organization that bounds every role is changed, or an account leaves it: to be read against the change',
    'cloudtrail/detection-disabled (medium)': 'a trail is taken away, and the audit log gets another key',
  },
  most: [6, 6, 6],
};
