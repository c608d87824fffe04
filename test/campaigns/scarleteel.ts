import { call } from '../../core/cloudtrail/example.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { away, launched, onNode, refusedBy, user, victim } from './cast.ts';

const pod = {
  sourceIPAddress: '203.0.113.10',
  userAgent: 'aws-cli/1.29.85 Python/3.9.16 Linux/5.10.198 botocore/1.31.85',
};
const bynode = (service: string, api: string, over: object = {}) =>
  call(service, api, { userIdentity: onNode, ...away, ...over });
const stolen = user('lambda-deployer');
const admin = user('admin-joe', 'AKIAEXAMPLE00000008');
const trail = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/main';

export const scarleteel: Campaign = {
  title: 'SCARLETEEL: from a notebook in a pod to the account',
  source: 'Sysdig, "SCARLETEEL" (2023) and "SCARLETEEL 2.0" (2023)',
  steps: [
    quiet('08:00', 'a node is launched', 'ordinary', launched),
    step(
      '09:10',
      'a script in a pod asks with the node’s role',
      call('sts', 'GetCallerIdentity', { userIdentity: onNode, ...pod }),
      call('s3', 'ListBuckets', { userIdentity: onNode, ...pod }),
      call('lambda', 'ListFunctions20150331', { userIdentity: onNode, ...pod }),
    ),
    step(
      '09:25',
      'the same credentials abroad: who am I, what is here',
      bynode('sts', 'GetCallerIdentity'),
      bynode('s3', 'ListBuckets'),
      bynode('ec2', 'DescribeInstances'),
      bynode('iam', 'ListUsers', { awsRegion: 'us-east-1', ...refusedBy(onNode.arn ?? '', 'iam:ListUsers') }),
      bynode('secretsmanager', 'ListSecrets', refusedBy(onNode.arn ?? '', 'secretsmanager:ListSecrets')),
      bynode('lambda', 'ListFunctions20150331'),
      bynode('ec2', 'DescribeVolumes'),
      bynode('ec2', 'DescribeSnapshots'),
    ),
    quiet(
      '10:05',
      'a user’s key from Terraform’s state makes a key of an administrator',
      'a user’s keys are no part of what makes nodes',
      call('sts', 'GetCallerIdentity', { userIdentity: stolen, ...away }),
      call('iam', 'ListAttachedUserPolicies', { userIdentity: stolen, ...away, awsRegion: 'us-east-1' }),
      call('iam', 'CreateAccessKey', {
        userIdentity: stolen,
        ...away,
        awsRegion: 'us-east-1',
        requestParameters: { userName: 'admin-joe' },
        responseElements: {
          accessKey: { accessKeyId: admin.accessKeyId ?? '', userName: 'admin-joe', status: 'Active' },
        },
      }),
    ),
    step(
      '10:20',
      'the administrator stops the trail',
      call('cloudtrail', 'DescribeTrails', { userIdentity: admin, ...away }),
      other('cloudtrail', 'StopLogging', { name: trail }, { by: admin, record: { ...away, readOnly: false } }),
    ),
    step(
      '10:30',
      'miners on bare metal, and where the quota ends',
      runInstances({
        type: 'c5.metal',
        by: admin,
        instance: { instanceId: 'i-0ffff00000000001', privateIpAddress: '10.0.99.1' },
        record: away,
      }),
      ...[1, 2, 3].map(() =>
        runInstances({
          type: 'c5.metal',
          by: admin,
          record: {
            ...away,
            errorCode: 'Client.VcpuLimitExceeded',
            errorMessage:
              'You have requested more vCPU capacity than your current vCPU limit of 96 allows for the instance bucket that the specified instance type belongs to.',
          },
        }),
      ),
    ),
  ],
  told: [
    { detection: 'cloudtrail/node-role-beyond-baseline', severity: 'high', on: victim.role, by: 2 },
    { detection: 'cloudtrail/instance-credentials-off-instance', severity: 'critical', on: victim.instance, by: 3 },
    { detection: 'cloudtrail/detection-disabled', severity: 'critical', on: trail, by: 5 },
    { detection: 'cloudtrail/disallowed-instance-family-launched', severity: 'critical', on: 'c5', by: 6 },
  ],
  most: [11, 18],
};
