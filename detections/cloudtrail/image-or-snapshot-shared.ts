import { serviceLinked } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { listed } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { member, text } from '../../core/json.ts';

const image = (imageId: string, whom: { readonly [name: string]: string }, over = {}) =>
  ec2(
    'ModifyImageAttribute',
    { imageId, attributeType: 'launchPermission', launchPermission: { add: { items: [whom] } } },
    over,
  );
const snapshot = (whom: { readonly [name: string]: string }, over = {}) =>
  ec2(
    'ModifySnapshotAttribute',
    {
      snapshotId: 'snap-0aaa',
      attributeType: 'CREATE_VOLUME_PERMISSION',
      createVolumePermission: { add: { items: [whom] } },
    },
    over,
  );
const scanner = serviceLinked(
  'malware-protection.guardduty.amazonaws.com',
  'AWSServiceRoleForAmazonGuardDutyMalwareProtection',
);

const secondKey = (account: string) =>
  wrappedEc2('AssociateKmsKeyId', { SnapshotId: 'snap-0aaa', KmsKeyId: `arn:aws:kms:eu-west-1:${account}:key/0a1b` });
const copied = (vault: string) =>
  other('backup', 'StartCopyJob', {
    recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-0aaa',
    sourceBackupVaultName: 'Default',
    destinationBackupVaultArn: `arn:aws:backup:eu-west-1:${vault}:backup-vault:x`,
    iamRoleArn: 'arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole',
  });

export const detection = cloudtrail({
  id: 'cloudtrail/image-or-snapshot-shared',
  title: '{principal} shared {resource} outside the accounts that are ours',
  severity: [
    ['high', { fact: { 'image.shared': { ours: false, with: 'world' } } }],
    ['high', { fact: { 'image.shared': { ours: false, approval: 'approved' } } }],
    'medium',
  ],
  when: { fact: { 'image.shared': { ours: false }, 'call.outcome': 'succeeded' } },
  // Malware scanners of AWS share a copy with the service's account, with roles that only the service can assume.
  unless: [{ fact: { 'principal.kind': 'service' } }],
  by: view =>
    listed(view, 'image.shared')
      .filter(one => member(one, 'ours') === false)
      .map(one => ({ resource: text(one, 'resource') ?? 'unknown' })),
  resources: view => listed(view, 'image.shared').map(one => `shared with ${text(one, 'with')}`),
  attack: ['T1537'],
  why: "A node's image or disk holds credentials, configuration and whatever pods wrote. Sharing it hands a copy to another account without one byte leaving through the network.",
  references: [
    'EC2 API Reference, ModifyImageAttribute, ModifySnapshotAttribute',
    'AWS Backup API Reference, StartCopyJob',
    'EC2 API Reference, AssociateKmsKeyId',
    'DataDog Stratus Red Team, aws.exfiltration.ec2-share-ami and ec2-share-ebs-snapshot (detonation logs)',
  ],
  runbook: [
    confirmCall,
    'Take it back: aws ec2 reset-snapshot-attribute --region REGION --snapshot-id SNAPSHOT --attribute createVolumePermission (image: aws ec2 reset-image-attribute --region REGION --image-id IMAGE --attribute launchPermission)',
    revokeCaller,
    'Block it for the account: aws ec2 enable-snapshot-block-public-access --region REGION --state block-all-sharing; aws ec2 enable-image-block-public-access --region REGION --image-block-public-access-state block-new-sharing',
    lookAround,
  ],
  blind: [
    'Whether a snapshot came from a node, or an unlisted image is one of nodes, is in no record: sharing with one account is then medium.',
    'Sharing with an organization or organizational unit counts as outside: exempt your own.',
    'Whose a bucket is that an image is written to is in no record: each counts as outside. The parameters of stores and exports are from the API model. Disks that are copied within the account are not shared (cloudtrail/node-disk-copied). What a plan of AWS Backup copies by itself is not seen: a service does it.',
    'A copy into another account through a role there makes its record there. A further key that is named by its id or alias alone may be anybody’s: sharing the snapshot is seen.',
  ],
  examples: {
    matches: [
      {
        name: 'an approved node image is shared with another account',
        severity: 'high',
        event: image('ami-0123456789abcdef0', { userId: '444455556666' }),
      },
      {
        name: 'some image is shared with another account',
        severity: 'medium',
        event: image('ami-0fedcba9876543210', { userId: '444455556666' }),
      },
      {
        name: 'AWS Backup is told to copy one into another account',
        severity: 'medium',
        event: copied('444455556666'),
      },
      {
        name: 'a key of another account opens a snapshot, too',
        severity: 'medium',
        event: secondKey('444455556666'),
      },
      { name: 'a snapshot is made public', severity: 'high', event: snapshot({ group: 'all' }) },
      {
        name: 'an approved node image is stored in a bucket',
        severity: 'high',
        event: ec2('CreateStoreImageTask', { imageId: 'ami-0123456789abcdef0', bucket: 'example-bucket' }),
      },
      {
        name: 'some image is exported into a bucket',
        severity: 'medium',
        event: ec2('ExportImage', {
          ExportImageRequest: {
            ImageId: 'ami-0fedcba9876543210',
            DiskImageFormat: 'VMDK',
            S3ExportLocation: { S3Bucket: 'example-bucket' },
          },
        }),
      },
      {
        name: 'an instance is exported into a bucket',
        severity: 'medium',
        event: ec2('CreateInstanceExportTask', {
          instanceId: 'i-0aaaabbbbccccdddd',
          exportToS3Task: { s3Bucket: 'example-bucket' },
        }),
      },
      {
        name: 'a snapshot is shared with another account',
        severity: 'medium',
        event: snapshot({ userId: '444455556666' }),
      },
    ],
    misses: [
      { name: 'AWS Backup copies one into another vault of ours', event: copied('111122223333') },
      { name: 'a second key of our own opens a snapshot', event: secondKey('111122223333') },
      {
        name: 'a store is refused',
        event: ec2(
          'CreateStoreImageTask',
          { imageId: 'ami-0123456789abcdef0', bucket: 'example-bucket' },
          { record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      },
      {
        name: 'an image is taken out of a bucket',
        event: ec2('CreateRestoreImageTask', { objectKey: 'ami-0123456789abcdef0.bin', bucket: 'example-bucket' }),
      },
      {
        name: 'a scanner of AWS shares a copy with its own account',
        event: snapshot({ userId: '444455556666' }, { by: scanner }),
      },
      {
        name: 'an image is shared with an account of ours',
        event: image('ami-0123456789abcdef0', { userId: '111122223333' }),
      },
      {
        name: 'a refused attempt',
        event: image(
          'ami-0123456789abcdef0',
          { userId: '444455556666' },
          { record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      },
      {
        name: 'sharing is taken back',
        event: ec2('ModifyImageAttribute', {
          imageId: 'ami-0123456789abcdef0',
          attributeType: 'launchPermission',
          launchPermission: { remove: { items: [{ userId: '444455556666' }] } },
        }),
      },
    ],
  },
});
