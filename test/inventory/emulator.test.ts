import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { DescribeImagesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tripline } from '../usage/run.ts';
import { hasMoto, startMoto } from './moto.ts';

const region = 'eu-west-1';
let stop: () => Promise<void> = async () => {};

// Where moto's server is not installed, the same is tested against recorded answers in inventory.test.ts.
describe.skipIf(!hasMoto())('against an emulator, over the real protocols', () => {
  beforeAll(async () => {
    stop = await startMoto();
    const iam = new IAMClient({ region });
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await iam.send(new CreateRoleCommand({ RoleName: 'KarpenterNodeRole-prod', AssumeRolePolicyDocument: trust }));
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'prod' }));
    await iam.send(
      new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'prod', RoleName: 'KarpenterNodeRole-prod' }),
    );
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: 'extras',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
        }),
      }),
    );
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'KarpenterNodeRole-prod', PolicyArn: Policy?.Arn }));
    const ec2 = new EC2Client({ region });
    const [image] = (await ec2.send(new DescribeImagesCommand({}))).Images ?? [];
    await ec2.send(
      new RunInstancesCommand({
        ImageId: image?.ImageId,
        MinCount: 2,
        MaxCount: 2,
        MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 2, HttpEndpoint: 'enabled' },
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'kubernetes.io/cluster/prod', Value: 'owned' }] },
        ],
      }),
    );
    await new EKSClient({ region }).send(
      new CreateClusterCommand({
        name: 'prod',
        roleArn: 'arn:aws:iam::123456789012:role/cluster',
        resourcesVpcConfig: { subnetIds: ['subnet-0aaa', 'subnet-0bbb'], endpointPublicAccess: true },
      }),
    );
    await new S3Client({ region, forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'trail', CreateBucketConfiguration: { LocationConstraint: region } }),
    );
    const trails = new CloudTrailClient({ region });
    await trails.send(new CreateTrailCommand({ Name: 'main', S3BucketName: 'trail', IsMultiRegionTrail: true }));
    await trails.send(new StartLoggingCommand({ Name: 'main' }));
  }, 60_000);
  afterAll(() => stop());

  test('tripline inventory reads the account and says what is wrong with it', async () => {
    const { code, stdout, stderr } = await tripline('inventory', '--region', region, '--json', '--fail-on', 'high');
    // moto knows no pod identity: the clusters cannot be read whole, which is said and holds up nothing else.
    expect(stderr).toContain('2 instances');
    expect(stderr).toContain('0 of 1 node roles fully compliant, 1 policies');
    const codes = stdout
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as { code: string }).code);
    expect(codes).toEqual(expect.arrayContaining(['imds-tokens-optional', 'imds-hop-limit', 'node-role-policy']));
    expect(codes).not.toContain('trail-missing');
    expect(code).toBe(1);
  });
});
