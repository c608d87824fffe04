import { call, nodeSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const node = 'i-0aaaabbbbccccdddd';
const launched = [fleetRun()];
const copied: Form['seen'] = ['cloudtrail/node-disk-copied', 'medium'];
const image = 'ami-0123456789abcdef0';

/** What a node keeps on its disks, says on its console, and starts from. */
export const ofDisks: Family = {
  goal: 'What is on a node’s disks, and the images that they start from',
  forms: [
    {
      form: 'snapshots of all disks of a node',
      event: wrappedEc2('CreateSnapshots', { InstanceSpecification: { InstanceId: node } }),
      after: launched,
      seen: copied,
    },
    {
      form: 'an image of a node',
      event: ec2('CreateImage', { instanceId: node, name: 'x', noReboot: true }),
      after: launched,
      seen: copied,
    },
    {
      form: 'a backup of a snapshot into another account',
      event: other('backup', 'StartCopyJob', {
        recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-0aaa',
        destinationBackupVaultArn: 'arn:aws:backup:eu-west-1:999999999999:backup-vault:x',
      }),
      seen: ['cloudtrail/image-or-snapshot-shared', 'medium'],
    },
    {
      form: 'a key of another account for a snapshot, besides its own (AssociateKmsKeyId)',
      event: wrappedEc2('AssociateKmsKeyId', {
        SnapshotId: 'snap-0aaa',
        KmsKeyId: 'arn:aws:kms:eu-west-1:999999999999:key/0a1b2c3d',
      }),
      seen: ['cloudtrail/image-or-snapshot-shared', 'medium'],
    },
    {
      form: 'a snapshot shared by a policy of Data Lifecycle Manager',
      event: ec2(
        'ModifySnapshotAttribute',
        { snapshotId: 'snap-0aaa', createVolumePermission: { add: { items: [{ userId: '999999999999' }] } } },
        {
          by: {
            ...nodeSession(node, 'AWSDataLifecycleManagerDefaultRole'),
            invokedBy: 'dlm.amazonaws.com',
            inScopeOf: {},
            sessionContext: {
              sessionIssuer: {
                type: 'Role',
                arn: 'arn:aws:iam::111122223333:role/service-role/AWSDataLifecycleManagerDefaultRole',
              },
            },
          },
        },
      ),
      seen: ['cloudtrail/image-or-snapshot-shared', 'medium'],
    },
    {
      form: 'what a control plane printed as it booted',
      event: ec2('GetConsoleOutput', { instanceId: node, latest: true }),
      seen: ['cloudtrail/bootstrap-data-read', 'low'],
    },
    {
      form: 'the blocks of a snapshot, by a node',
      event: call('ebs', 'ListSnapshotBlocks', {
        userIdentity: nodeSession(node),
        sourceIPAddress: '10.0.12.34',
        requestParameters: { snapshotId: 'snap-0aaa' },
      }),
      seen: ['cloudtrail/node-role-beyond-baseline', 'medium'],
    },
    {
      form: 'a snapshot of a volume by its id',
      event: ec2('CreateSnapshot', { volumeId: 'vol-0aaa' }),
      after: launched,
      seen: unseen('no record says whose root volume one is, and storage drivers snapshot volumes all day'),
    },
    {
      form: 'a copy of a volume (CopyVolumes)',
      event: wrappedEc2('CopyVolumes', { SourceVolumeId: 'vol-0aaa' }),
      after: launched,
      seen: unseen('no record says whose root volume one is'),
    },
    {
      form: 'a volume of a node, put on an instance of one’s own',
      event: ec2('AttachVolume', { instanceId: 'i-0eeeeffff00001111', volumeId: 'vol-0aaa', device: '/dev/sdf' }),
      after: launched,
      seen: unseen('it looks like any volume: to take a node’s root volume off the node must be stopped first'),
    },
    {
      form: 'AWS Backup told to back a node up',
      event: other('backup', 'StartBackupJob', {
        resourceArn: `arn:aws:ec2:eu-west-1:111122223333:instance/${node}`,
        backupVaultName: 'x',
      }),
      after: launched,
      seen: unseen('plans do so for whatever is tagged: what leaves the account is seen'),
    },
    {
      form: 'a policy that shares snapshots of what bears nodes’ tags',
      event: other('dlm', 'CreateLifecyclePolicy', { executionRoleArn: 'x', state: 'ENABLED' }),
      seen: unseen('what it shares is recorded as shared, each snapshot by itself'),
    },
    {
      form: 'a snapshot copied under the key of another account',
      event: ec2('CopySnapshot', {
        sourceSnapshotId: 'snap-0aaa',
        kmsKeyId: 'arn:aws:kms:eu-west-1:999999999999:key/0a1b',
      }),
      seen: unseen('it stays in the account: whom it is shared with is seen'),
    },
    {
      form: 'a grant on the key of disks for another account',
      event: other('kms', 'CreateGrant', {
        keyId: '0a1b2c3d-0000-4000-8000-000000000001',
        granteePrincipal: 'arn:aws:iam::999999999999:root',
        operations: ['Decrypt', 'CreateGrant'],
      }),
      seen: unseen(
        'an id does not say what the key is of, and without a shared snapshot it opens nothing: sharing is seen',
      ),
    },
    {
      form: 'a CSI snapshot that stands for any snapshot of the account',
      event: audit('create', 'volumesnapshotcontents.snapshot.storage.k8s.io', { objectRef: { name: 'x' } }),
      seen: unseen('EKS logs no bodies of these, and backup operators make them all day'),
    },
    {
      form: 'an image that was thrown away, back out of the recycle bin',
      event: ec2('RestoreImageFromRecycleBin', { imageId: 'ami-0fedcba9876543210' }),
      seen: unseen('what is launched from it is judged by its id'),
    },
    ...['EnableImage', 'DisableImageDeprecation'].map(
      (api): Form => ({
        form: `an image taken back into service (${api})`,
        event: ec2(api, { imageId: 'ami-0fedcba9876543210' }),
        seen: unseen('what is launched from it is judged by its id; deprecated images may be launched anyway'),
      }),
    ),
    ...['DisableImage', 'DeregisterImage', 'EnableImageDeprecation'].map(
      (api): Form => ({
        form: `the approved image taken away (${api})`,
        event: ec2(api, { imageId: image, deprecateAt: '2026-09-02T00:00:00Z' }),
        seen: unseen(
          'it launches nothing: nodes that fail to launch are the platform’s own alarms, and image pipelines do so',
        ),
      }),
    ),
    {
      form: 'a recycle bin that keeps nothing',
      event: other('rbin', 'UpdateRule', { identifier: 'x', retentionPeriod: { retentionPeriodValue: 1 } }),
      seen: unseen('it only takes a way back from whoever deletes images'),
    },
    {
      form: 'a snapshot read by a scanner of AWS’s',
      event: other(
        'ebs',
        'ListSnapshotBlocks',
        { snapshotId: 'snap-0aaa' },
        { by: serviceLinked('agentless.inspector2.amazonaws.com', 'AWSServiceRoleForAmazonInspector2Agentless') },
      ),
      seen: unseen('it is what agentless scanning is'),
    },
  ],
  traceless: [
    [
      'the blocks of a snapshot read by EBS direct APIs (ListSnapshotBlocks, GetSnapshotBlock)',
      'they are data events of snapshots, which trails leave out as a rule, and name a snapshot of which nothing is known: that a node’s disks were copied is seen',
    ],
  ],
};
