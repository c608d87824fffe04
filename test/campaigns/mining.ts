import { call } from '../../core/cloudtrail/example.ts';
import { autoScaling } from '../../core/cloudtrail/example-callers.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { iam, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { away, user } from './cast.ts';

const thief = user('ci-deployer');
const by = { by: thief, record: { ...away, readOnly: false } };
const groups = Array.from({ length: 14 }, (_, index) => `SPOT-us-east-1-G4DN-${index}`);
const made = Array.from({ length: 6 }, (_, index) => `i-0ffff0000000000${index + 1}`);
const miner = { ImageId: 'ami-0fedcba9876543210', InstanceType: 'g4dn.12xlarge' };
const template = (name: string, data: object) =>
  createTemplate({ name, data: { ...miner, ...data }, tags: {}, by: thief, record: away });

export const mining: Campaign = {
  title: 'Miners by a stolen key: quotas, dry runs, fourteen groups of GPUs',
  source: 'AWS Security Blog, "Cryptomining campaign targeting Amazon EC2 and Amazon ECS" (2025)',
  steps: [
    step(
      '04:00',
      'what the key may do: quotas and a dry run',
      call('sts', 'GetCallerIdentity', { userIdentity: thief, ...away }),
      call('servicequotas', 'GetServiceQuota', {
        userIdentity: thief,
        ...away,
        requestParameters: { serviceCode: 'ec2', quotaCode: 'L-DB2E81BA' },
      }),
      call('iam', 'GetUser', { userIdentity: thief, ...away, awsRegion: 'us-east-1' }),
      runInstances({
        type: 'g4dn.xlarge',
        by: thief,
        record: {
          ...away,
          errorCode: 'Client.DryRunOperation',
          errorMessage: 'Request would have succeeded, but DryRun flag is set.',
        },
      }),
    ),
    quiet(
      '04:04',
      'roles for what is to come',
      'a role is no node’s until a node uses it',
      iam('CreateServiceLinkedRole', { aWSServiceName: 'autoscaling.amazonaws.com' }, by),
      iam(
        'CreateRole',
        {
          roleName: 'ecsTaskExecutionRole',
          assumeRolePolicyDocument:
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}',
        },
        by,
      ),
      iam(
        'AttachRolePolicy',
        {
          roleName: 'ecsTaskExecutionRole',
          policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
        },
        by,
      ),
      other('ecs', 'CreateCluster', { clusterName: 'task-0001' }, by),
    ),
    step(
      '04:06',
      'templates and groups of GPU instances',
      template('gpu-spot', {}),
      template('gpu-demand', { InstanceType: 'p3.16xlarge' }),
      ...groups.map(autoScalingGroupName =>
        other(
          'autoscaling',
          'CreateAutoScalingGroup',
          {
            autoScalingGroupName,
            minSize: 0,
            maxSize: 999,
            desiredCapacity: 20,
            launchTemplate: { launchTemplateName: 'gpu-spot', version: '$Latest' },
            vPCZoneIdentifier: 'subnet-0aaa',
          },
          by,
        ),
      ),
    ),
    step(
      '04:09',
      'they launch',
      ...made.map((instanceId, index) =>
        runInstances({
          type: 'g4dn.12xlarge',
          by: autoScaling,
          tags: { 'aws:autoscaling:groupName': groups[index] ?? '' },
          instance: {
            instanceId,
            imageId: 'ami-0fedcba9876543210',
            privateIpAddress: `10.0.90.${index + 1}`,
            iamInstanceProfile: {},
          },
          request: { launchTemplate: { launchTemplateId: 'lt-0aaa', version: '1' } },
          record: { sourceIPAddress: 'autoscaling.amazonaws.com', userAgent: 'autoscaling.amazonaws.com' },
        }),
      ),
    ),
    quiet(
      '04:12',
      'and may not be ended',
      'termination protection weakens no node',
      ...made.map(instanceId =>
        ec2(
          'ModifyInstanceAttribute',
          { instanceId, disableApiTermination: { value: true } },
          { by: thief, record: away },
        ),
      ),
    ),
    step(
      '04:15',
      'more of them, and elsewhere',
      other(
        'servicequotas',
        'RequestServiceQuotaIncrease',
        { serviceCode: 'ec2', quotaCode: 'L-3819A6DF', desiredValue: 1024 },
        by,
      ),
      ...['ap-southeast-2', 'ca-central-1', 'sa-east-1'].map(awsRegion =>
        runInstances({
          type: 'c7i.24xlarge',
          by: thief,
          record: {
            ...away,
            awsRegion,
            errorCode: 'Client.VcpuLimitExceeded',
            errorMessage: 'You have requested more vCPU capacity than your current vCPU limit of 5 allows.',
          },
        }),
      ),
    ),
  ],
  told: [
    { detection: 'cloudtrail/disallowed-instance-family-launched', severity: 'medium', on: 'g4dn', by: 1 },
    { detection: 'cloudtrail/disallowed-instance-family-launched', severity: 'critical', on: 'g4dn', by: 4 },
    { detection: 'cloudtrail/launch-outside-approved-region', severity: 'high', on: 'ap-southeast-2', by: 6 },
    { detection: 'cloudtrail/gpu-quota-requested', severity: 'medium', on: 'L-3819A6DF', by: 6 },
  ],
  most: [10, 7],
};
