import { call } from '../../../core/cloudtrail/example.ts';
import { asks, each, type Said } from './saying.ts';

const world = { ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '0.0.0.0/0' };
export const exposure: readonly Said[] = [
  ...['snapshot/snap-0aaa', 'image/ami-0aaa'].map((one): Said => {
    const [kind = '', resource = ''] = one.split('/');
    return [
      asks('backup', 'StartCopyJob', {
        recoveryPointArn: `arn:aws:ec2:eu-west-1::${one}`,
        destinationBackupVaultArn: 'arn:aws:backup:eu-west-1:444455556666:backup-vault:x',
      }),
      { 'image.shared': [{ resource, kind, with: '444455556666', ours: false, approval: 'unapproved' }] },
    ];
  }),
  [
    asks('backup', 'StartCopyJob', {
      recoveryPointArn: 'arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:job-1',
      destinationBackupVaultArn: 'arn:aws:backup:eu-west-1:444455556666:backup-vault:x',
    }),
    { 'image.shared': [] },
  ],
  [
    asks('ec2', 'ModifyImageAttribute', {
      imageId: 'ami-0fedcba9876543210',
      launchPermission: { add: { items: [{ userId: '444455556666' }] } },
    }),
    {
      'image.shared': [
        { resource: 'ami-0fedcba9876543210', kind: 'image', with: '444455556666', ours: false, approval: 'unapproved' },
      ],
    },
  ],
  [
    asks('ec2', 'ModifySnapshotAttribute', {
      snapshotId: 'snap-0aaa',
      createVolumePermission: { add: { items: [{ group: 'all' }] } },
    }),
    {
      'image.shared': [{ resource: 'snap-0aaa', kind: 'snapshot', with: 'world', ours: false, approval: 'unapproved' }],
    },
  ],
  [
    asks('ec2', 'AssociateKmsKeyId', {
      AssociateKmsKeyIdRequest: { SnapshotId: 'snap-0aaa', KmsKeyId: 'arn:aws:kms:eu-west-1:444455556666:key/0a1b' },
    }),
    {
      'image.shared': [
        { resource: 'snap-0aaa', kind: 'snapshot', with: '444455556666', ours: false, approval: 'unapproved' },
      ],
    },
  ],
  [
    asks('ec2', 'AssociateKmsKeyId', { AssociateKmsKeyIdRequest: { SnapshotId: 'snap-0aaa', KmsKeyId: 'alias/a' } }),
    { 'image.shared': [] },
  ],
  [
    asks('ec2', 'AuthorizeSecurityGroupIngress', { groupId: 'sg-0aaa', ...world }),
    { 'network.opened': [{ group: 'sg-0aaa', what: 'ssh', range: '0.0.0.0/0' }] },
  ],
  [
    asks('ec2', 'ModifySecurityGroupRules', {
      ModifySecurityGroupRulesRequest: {
        GroupId: 'sg-0aaa',
        SecurityGroupRule: { tag: 1, SecurityGroupRule: { IpProtocol: '-1', CidrIpv6: '::/0' } },
      },
    }),
    { 'network.opened': [{ group: 'sg-0aaa', what: 'all', range: '::/0' }] },
  ],
  ...each(
    'ec2',
    'CreateStoreImageTask',
    { imageId: 'ami-0aaa', bucket: 'b' },
    {
      'image.shared': [{ resource: 'ami-0aaa', kind: 'image', with: 'bucket b', ours: false, approval: 'unapproved' }],
    },
  ),
  ...each(
    'ec2',
    'ExportImage',
    { imageId: 'ami-0aaa', s3ExportLocation: { s3Bucket: 'b' } },
    {
      'image.shared': [{ resource: 'ami-0aaa', kind: 'image', with: 'bucket b', ours: false, approval: 'unapproved' }],
    },
  ),
  ...each(
    'ec2',
    'CreateInstanceExportTask',
    { instanceId: 'i-0aaa', exportToS3: { s3Bucket: 'b' } },
    {
      'image.shared': [{ resource: 'i-0aaa', kind: 'instance', with: 'bucket b', ours: false, approval: 'unapproved' }],
    },
  ),
  ...each(
    'ec2',
    'CreateInstanceExportTask',
    { instanceId: 'i-0aaa', exportToS3Task: { S3Bucket: 'c' } },
    {
      'image.shared': [{ resource: 'i-0aaa', kind: 'instance', with: 'bucket c', ours: false, approval: 'unapproved' }],
    },
  ),
  [asks('ec2', 'CreateVolume', { encrypted: false }), { 'volume.unencrypted': true }],
  [
    asks('ec2', 'CreateVolume', { encrypted: false }, { responseElements: { encrypted: false } }),
    { 'volume.unencrypted': true },
  ],
  [
    asks('ec2', 'CreateVolume', { encrypted: false }, { responseElements: { encrypted: true } }),
    { 'volume.unencrypted': false },
  ],
  [
    asks('ec2', 'RunInstances', { blockDeviceMapping: { items: [{ ebs: { encrypted: false } }] } }),
    { 'volume.unencrypted': true },
  ],
];

export const places: readonly Said[] = [
  [
    call('s3', 'ListBuckets', { sourceIPAddress: '100.64.3.4' }),
    { 'source.pod': true, 'source.clusters': ['prod'], 'source.place': 'cluster', 'source.network': '100.64.3.0/24' },
  ],
  [call('s3', 'ListBuckets', { sourceIPAddress: '192.168.3.4' }), { 'source.pod': true, 'source.clusters': ['fleet'] }],
  [call('s3', 'ListBuckets', { sourceIPAddress: '::ffff:100.64.3.4' }), { 'source.pod': true }],
  [
    call('s3', 'ListBuckets', { sourceIPAddress: '10.0.3.4' }),
    { 'source.pod': false, 'source.clusters': ['prod'], 'source.kind': 'address' },
  ],
  [call('s3', 'ListBuckets', { sourceIPAddress: 'AWS Internal' }), { 'source.pod': false, 'source.kind': 'internal' }],
  ...[
    'Boto3/1.40',
    'aws-sdk-java/2',
    '[S3Console/0.4]',
    'curl/8',
    'APN/1.0 HashiCorp/1.0 Terraform/1.9',
    'x Boto3/1.40',
  ].map((userAgent): Said => [call('s3', 'ListBuckets', { userAgent }), { 'agent.application': true }]),
  ...[
    'Go-http-client/1.1',
    'aws-sdk-go-v2/1.41 exec-env/x',
    'aws-cli/2.30 Botocore/1',
    'amazon-ssm-agent/3 curl',
    'kubelet/v1',
    'containerd/2',
    'ecr-credential-provider/1',
  ].map((userAgent): Said => [call('s3', 'ListBuckets', { userAgent }), { 'agent.application': false }]),
];
