import type { JsonObject } from '../../core/json.ts';
import * as aws from './aws.ts';
import { type Trail, who } from './aws.ts';
import { launchedItem, newInstance } from './instance.ts';
import { hour, midnight, minute } from './random.ts';

const items = (ids: readonly string[]): JsonObject => ({ items: ids.map(resourceId => ({ resourceId })) });

/** People and pipelines: Terraform at noon, consoles all day, backups at night, the account's own services. */
export const peopleWork = (trail: Trail): void => {
  const { random } = trail;
  const cli = {
    sourceIPAddress: aws.office,
    userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1 os/macos lang/python#3.13.7',
  };
  const terraform = {
    sourceIPAddress: '198.51.100.77',
    userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.13.3 aws-sdk-go-v2/1.41.0',
  };
  const consoleAgent = {
    sourceIPAddress: aws.office,
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Safari/605.1.15',
    sessionCredentialFromConsole: 'true',
  };
  for (const at of [11, 15].map(one => midnight + one * hour)) {
    const reads: readonly (readonly [string, string])[] = [
      ['ec2', 'DescribeSubnets'],
      ['ec2', 'DescribeVpcs'],
      ['ec2', 'DescribeSecurityGroups'],
      ['iam', 'GetRole'],
      ['iam', 'ListAttachedRolePolicies'],
      ['iam', 'GetPolicyVersion'],
      ['eks', 'DescribeCluster'],
      ['eks', 'ListAddons'],
      ['s3', 'GetBucketPolicy'],
      ['kms', 'DescribeKey'],
      ['logs', 'DescribeLogGroups'],
    ];
    for (let index = 0; index < 160; index++) {
      const [source, name] = random.pick(reads);
      trail.add(at + index * 400, source, name, who.terraform, {
        ...terraform,
        requestParameters: source === 'iam' ? { roleName: 'KarpenterNodeRole-prod' } : { name: 'prod' },
      });
    }
    trail.add(at + 70_000, 'ec2', 'CreateTags', who.terraform, {
      ...terraform,
      requestParameters: {
        resourcesSet: items(['subnet-0aaa']),
        tagSet: { items: [{ key: 'CostCentre', value: '4711' }] },
      },
    });
    trail.add(at + 72_000, 'ec2', 'AuthorizeSecurityGroupIngress', who.terraform, {
      ...terraform,
      requestParameters: {
        groupId: 'sg-0ddd',
        ipPermissions: {
          items: [
            {
              ipProtocol: 'tcp',
              fromPort: 22,
              toPort: 22,
              groups: {},
              ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }] },
              ipv6Ranges: {},
              prefixListIds: {},
            },
          ],
        },
      },
    });
    trail.add(at + 74_000, 'iam', 'AttachRolePolicy', who.terraform, {
      ...terraform,
      requestParameters: { roleName: 'shop-report', policyArn: `arn:aws:iam::${aws.account}:policy/shop-report-read` },
    });
    trail.add(at + 76_000, 'logs', 'PutRetentionPolicy', who.terraform, {
      ...terraform,
      requestParameters: { logGroupName: '/shop/web', retentionInDays: 30 },
    });
  }
  const looks: readonly (readonly [string, string])[] = [
    ['ec2', 'DescribeInstances'],
    ['ec2', 'DescribeInstanceStatus'],
    ['eks', 'ListClusters'],
    ['eks', 'DescribeCluster'],
    ['eks', 'ListNodegroups'],
    ['cloudwatch', 'GetMetricData'],
    ['logs', 'StartQuery'],
    ['logs', 'GetQueryResults'],
    ['s3', 'ListBuckets'],
    ['ce', 'GetCostAndUsage'],
    ['cloudtrail', 'LookupEvents'],
  ];
  for (let at = midnight + 7 * hour; at < midnight + 19 * hour; at += random.below(50) * 1_000) {
    const [source, name] = random.pick(looks);
    trail.add(at, source === 'cloudwatch' ? 'monitoring' : source, name, random.pick([who.alice, who.bob, who.carol]), {
      ...(random.next() < 0.5 ? consoleAgent : cli),
      requestParameters: {},
    });
  }
  for (const [index, person] of [who.alice, who.bob, who.carol].entries())
    trail.add(midnight + (7 + index) * hour, 'signin', 'ConsoleLogin', person, {
      ...consoleAgent,
      eventType: 'AwsConsoleSignIn',
      readOnly: false,
      awsRegion: 'us-east-1',
      responseElements: { ConsoleLogin: 'Success' },
      additionalEventData: { MobileVersion: 'No', MFAUsed: 'Yes' },
    });
  const sandbox = newInstance(random, midnight + 10 * hour, 't3.micro', 'sandbox', 'sandbox', 9);
  trail.add(sandbox.launched, 'ec2', 'RunInstances', who.alice, {
    ...cli,
    requestParameters: {
      instancesSet: { items: [{ imageId: aws.image, minCount: 1, maxCount: 1 }] },
      instanceType: 't3.micro',
      tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'Name', value: 'alice-sandbox' }] }] },
    },
    responseElements: { instancesSet: { items: [launchedItem(sandbox, [['Name', 'alice-sandbox']])] } },
  });
  trail.add(midnight + 17 * hour, 'ec2', 'TerminateInstances', who.alice, {
    ...cli,
    requestParameters: { instancesSet: { items: [{ instanceId: sandbox.id }] } },
  });
  for (let index = 0; index < 60; index++) {
    const service = random.pick(['config', 'guardduty', 'securityhub', 'resource-explorer-2', 'trustedadvisor']);
    trail.add(
      midnight + random.below(24) * hour,
      'sts',
      'AssumeRole',
      { type: 'AWSService', invokedBy: `${service}.amazonaws.com` },
      {
        sourceIPAddress: `${service}.amazonaws.com`,
        userAgent: `${service}.amazonaws.com`,
        requestParameters: {
          roleArn: `arn:aws:iam::${aws.account}:role/aws-service-role/${service}.amazonaws.com/AWSServiceRole`,
          roleSessionName: random.hex(12),
        },
        responseElements: {
          credentials: {
            accessKeyId: `ASIAEX${random.hex(14).toUpperCase()}`,
            sessionToken: 'example-session-token',
            expiration: 'Sep 1, 2026, 11:59:59 PM',
          },
        },
        sharedEventID: random.guid(),
      },
    );
  }
  const backup = aws.roleSession('backup', 'AWSBackup', { invokedBy: 'backup.amazonaws.com' });
  for (let index = 0; index < 25; index++)
    trail.add(midnight + 3 * hour + index * minute, 'ec2', 'CreateSnapshot', backup, {
      sourceIPAddress: 'backup.amazonaws.com',
      userAgent: 'backup.amazonaws.com',
      readOnly: false,
      requestParameters: { volumeId: `vol-0${random.hex(16)}`, description: 'nightly' },
    });
};
