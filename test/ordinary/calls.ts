import { call, nodeSession, roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import type { Settings } from '../../core/settings.ts';
import type { Operation } from './operation.ts';

const instance = 'i-0aaaabbbbccccdddd';
const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
const asPlatform = (...names: readonly string[]): Partial<Settings> => ({ platform: { arns: names.map(role) } });

/** `hashicorp/terraform-provider-aws` signs with the SDK for Go, which names sessions so where nobody else does. */
const terraform = { by: roleSession('terraform', 'aws-go-sdk-1788256800000000000') };
const byTerraform = asPlatform('terraform');
const acting = (name: string, session: string, invokedBy: string): { readonly by: UserIdentity } => ({
  by: { ...roleSession(name, session), invokedBy },
});
const snapshots = (by: { readonly by: UserIdentity }) =>
  wrappedEc2('CreateSnapshots', { InstanceSpecification: { InstanceId: instance } }, by);
const podToken = (userIdentity: UserIdentity) =>
  call('eks-auth', 'AssumeRoleForPodIdentity', {
    userIdentity,
    sourceIPAddress: '203.0.113.10',
    userAgent: 'aws-sdk-go-v2/1.41.1 os/linux lang/go#1.25.5 md/GOOS#linux md/GOARCH#arm64 api/eksauth#1.15.1',
    requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    readOnly: true,
  });
const group = (api: string, request: object, by = terraform) =>
  other('autoscaling', api, { autoScalingGroupName: 'eks-batch-0aaa', ...request }, by);

const controlPlane = 'cloudtrail/control-plane-changed-by-unexpected';
const nodeGroup = 'cloudtrail/node-group-changed-by-unexpected';

/** Calls of AWS's API. */
export const calls: readonly Operation[] = [
  {
    what: 'Terraform upgrades a cluster',
    event: eks('UpdateClusterVersion', { version: '1.34' }, terraform),
    bare: [`${controlPlane} (medium)`],
    hushed: byTerraform,
  },
  {
    what: 'CloudFormation does, on behalf of an administrator',
    event: eks('UpdateClusterVersion', { version: '1.34' }, acting('admin', 'alice', 'cloudformation.amazonaws.com')),
    bare: [`${controlPlane} (medium)`],
    hushed: asPlatform('admin'),
  },
  {
    what: 'eksctl installs an add-on of AWS’s in a new cluster',
    event: eks('CreateAddon', { addonName: 'kube-proxy' }, terraform),
    bare: [`${controlPlane} (low)`],
    hushed: byTerraform,
  },
  {
    what: 'Terraform gives an add-on another version',
    event: eks('UpdateAddon', { addonName: 'coredns', addonVersion: 'v1.12.4-eksbuild.1' }, terraform),
  },
  {
    what: 'GuardDuty installs its agent',
    event: eks(
      'CreateAddon',
      { addonName: 'aws-guardduty-agent' },
      { by: serviceLinked('guardduty.amazonaws.com', 'AWSServiceRoleForAmazonGuardDuty') },
    ),
  },
  {
    what: 'Terraform takes a cluster’s protection away before it deletes it',
    event: eks('UpdateClusterConfig', { deletionProtection: false }, terraform),
    bare: [`${controlPlane} (high)`],
    hushed: byTerraform,
  },
  {
    what: 'AWS Backup makes an image of a node that is tagged for it',
    event: ec2(
      'CreateImage',
      { instanceId: instance, name: 'AwsBackup_x' },
      acting('AWSBackupDefaultServiceRole', 'AWSBackup-AWSBackupDefaultServiceRole', 'backup.amazonaws.com'),
    ),
    after: [fleetRun()],
  },
  {
    what: 'Data Lifecycle Manager snapshots a node that is tagged for it',
    event: snapshots(acting('AWSDataLifecycleManagerDefaultRole', 'dlm', 'dlm.amazonaws.com')),
    after: [fleetRun()],
  },
  {
    what: 'a vendor’s scanner snapshots a node, without an agent',
    event: snapshots({ by: roleSession('VendorScanner', 'scan') }),
    after: [fleetRun()],
    bare: ['cloudtrail/node-disk-copied (medium)'],
    hushed: {
      detections: {
        'cloudtrail/node-disk-copied': {
          exemptions: [
            {
              when: { userIdentity: { sessionContext: { sessionIssuer: { arn: [role('VendorScanner')] } } } },
              reason: 'our scanner',
              expires: '2027-01-01',
            },
          ],
        },
      },
    },
  },
  { what: 'the EBS driver snapshots a volume', event: wrappedEc2('CreateSnapshot', { VolumeId: 'vol-0aaa' }) },
  {
    what: 'a person looks why an instance does not start',
    event: ec2('GetConsoleOutput', { instanceId: instance }),
    bare: ['cloudtrail/bootstrap-data-read (low)'],
    hushed: { secretReaders: { arns: [role('developer')] } },
  },
  {
    what: 'a node of Auto Mode exchanges a pod’s token',
    event: podToken(nodeSession(instance, 'AmazonEKSAutoNodeRole')),
  },
  {
    what: 'a hybrid node does, by Systems Manager',
    event: podToken(roleSession('AmazonEKSHybridNodesRole', 'mi-0123456789abcdef0')),
  },
  {
    what: 'a hybrid node does, by a certificate and a role of its own name',
    event: podToken(roleSession('edge', 'edge-7')),
    bare: ['cloudtrail/pod-token-exchanged-off-node (high)'],
    hushed: { nodeRoles: ['edge'] },
  },
  {
    what: 'a pipeline for IAM writes who may be the platform',
    event: iam(
      'UpdateAssumeRolePolicy',
      {
        roleName: 'platform-deployer',
        policyDocument: JSON.stringify({
          Statement: [{ Effect: 'Allow', Principal: { AWS: role('ci') }, Action: 'sts:AssumeRole' }],
        }),
      },
      terraform,
    ),
    unnamed: ['cloudtrail/exempt-identity-handed-on (high)'],
    hushed: asPlatform('platform-deployer', 'terraform'),
    still: ['cloudtrail/exempt-identity-handed-on (low)'],
  },
  {
    what: 'Terraform requires tokens by default',
    event: wrappedEc2(
      'ModifyInstanceMetadataDefaults',
      { HttpTokens: 'required', HttpPutResponseHopLimit: -1, HttpEndpoint: 'no-preference' },
      terraform,
    ),
  },
  {
    what: 'Terraform has autoscalers balance zones',
    event: group('SuspendProcesses', { scalingProcesses: ['AZRebalance'] }),
    bare: [`${nodeGroup} (medium)`],
    hushed: byTerraform,
  },
  {
    what: 'EKS hooks into the group of a node group',
    event: group(
      'PutLifecycleHook',
      { lifecycleHookName: 'Launch-LC-Hook' },
      { by: serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup') },
    ),
  },
  {
    what: 'Cluster Autoscaler sets how many a group holds',
    event: group('SetDesiredCapacity', { desiredCapacity: 3 }, { by: roleSession('cluster-autoscaler', '1') }),
  },
  {
    what: 'a person has AWS Backup copy an image into the account of backups',
    event: other('backup', 'StartCopyJob', {
      recoveryPointArn: 'arn:aws:ec2:eu-west-1::image/ami-0aaa',
      destinationBackupVaultArn: 'arn:aws:backup:eu-west-1:444455556666:backup-vault:x',
    }),
    bare: ['cloudtrail/image-or-snapshot-shared (medium)'],
    hushed: { accounts: ['111122223333', '444455556666'] },
  },
];
