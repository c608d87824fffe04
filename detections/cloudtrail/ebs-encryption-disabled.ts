import { ec2, karpenterTags, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import type { OpenPattern } from '../../core/pattern/language.ts';

const disk = (encrypted: boolean) => ({
  blockDeviceMapping: { items: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 80, encrypted, volumeType: 'gp3' } }] },
});
const volume = (encrypted: boolean | undefined, key: string, response: JsonObject | null = null) =>
  ec2(
    'CreateVolume',
    {
      size: '80',
      zone: 'eu-west-1a',
      volumeType: 'gp3',
      encrypted,
      tagSpecificationSet: { items: [{ resourceType: 'volume', tags: [{ key, value: 'owned' }] }] },
    },
    {},
    response,
  );

/** What the EBS CSI driver may make no volume without (its IAM policy asks for it), and nothing else writes. */
const driversTag = 'ebs.csi.aws.com/cluster';
const ofCluster = (...key: readonly OpenPattern[]) => ({ tagSpecificationSet: { items: { tags: { key } } } });

export const detection = cloudtrail({
  id: 'cloudtrail/ebs-encryption-disabled',
  title: '{principal} let disks of nodes or clusters be unencrypted, by {event}',
  severity: [
    // The driver always says whether to encrypt: no is what a StorageClass means that says nothing of it, each day anew.
    ['low', { eventName: 'CreateVolume', requestParameters: ofCluster({ prefix: driversTag }) }],
    'medium',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      { eventName: 'DisableEbsEncryptionByDefault' },
      { fact: { 'volume.unencrypted': true, 'launch.nodes': { 'anything-but': 'none' } } },
      {
        fact: { 'volume.unencrypted': true },
        requestParameters: ofCluster({ prefix: 'kubernetes.io/' }, { prefix: driversTag }),
      },
    ],
  },
  by: view => [
    view.record.eventName === 'DisableEbsEncryptionByDefault'
      ? { account: view.event.account, region: view.event.region }
      : { principal: said(view, 'principal.id') },
  ],
  attack: ['T1685', 'T1530'],
  why: 'Without default encryption every later disk and snapshot of a node can be read by whoever gets a copy of it. Asking for an unencrypted disk in so many words is rarely an accident.',
  references: [
    'EC2 API Reference, DisableEbsEncryptionByDefault, CreateVolume, RunInstances',
    'EBS User Guide, "Encryption by default"',
    'kubernetes-sigs/aws-ebs-csi-driver, pkg/cloud (CreateVolume is always told whether to encrypt) and its IAM policy',
  ],
  runbook: [
    confirmCall,
    'Put it back: aws ec2 enable-ebs-encryption-by-default --region REGION',
    'Find what is unencrypted: aws ec2 describe-volumes --region REGION --filters Name=encrypted,Values=false --query "Volumes[].[VolumeId,CreateTime,Tags]"',
    'Where the EBS CSI driver made it, have its StorageClass say so: kubectl get storageclass -o custom-columns=NAME:.metadata.name,ENCRYPTED:.parameters.encrypted, and make the class anew with the parameter encrypted: "true"',
    lookAround,
  ],
  blind: [
    'An account that encrypts by default encrypts what asks not to be: of a volume the response says so, of a launch nothing does, so that it is reported.',
    'A disk that the call does not mention may still be unencrypted: absence says nothing.',
    'A volume is known as one of nodes by its creation tags only.',
  ],
  examples: {
    matches: [
      {
        name: 'encryption by default is switched off',
        event: wrappedEc2('DisableEbsEncryptionByDefault', {}),
      },
      {
        name: 'a node is launched with an unencrypted disk',
        event: runInstances({ tags: { 'karpenter.sh/nodepool': 'default' }, request: disk(false) }),
      },
      {
        name: 'an unencrypted volume is made for the cluster',
        event: volume(false, 'kubernetes.io/cluster/prod'),
        severity: 'medium',
      },
      {
        name: 'the CSI driver makes one, for a StorageClass that says nothing of encryption',
        event: volume(false, driversTag, { volumeId: 'vol-0aaa', encrypted: false }),
        severity: 'low',
      },
    ],
    misses: [
      { name: 'encryption by default is switched on', event: wrappedEc2('EnableEbsEncryptionByDefault', {}) },
      {
        name: 'a node is launched with an encrypted disk',
        event: runInstances({ tags: karpenterTags, request: disk(true) }),
      },
      {
        name: 'an instance that is no node is launched with an unencrypted disk',
        event: runInstances({ request: disk(false) }),
      },
      {
        name: 'a volume for the cluster that leaves encryption to the account',
        event: volume(undefined, 'kubernetes.io/cluster/prod'),
      },
      {
        name: 'the CSI driver makes one, which the account encrypts all the same',
        event: volume(false, driversTag, { volumeId: 'vol-0aaa', encrypted: true }),
      },
      { name: 'an unencrypted volume that is for no cluster', event: volume(false, 'Team') },
      {
        name: 'switching it off is refused',
        event: wrappedEc2(
          'DisableEbsEncryptionByDefault',
          {},
          { record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      },
    ],
  },
});
