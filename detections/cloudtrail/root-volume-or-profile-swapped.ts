import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { onNodes } from '../../core/state/instance.ts';

const instance = 'i-0aaaabbbbccccdddd';
const replaced = (over = {}) =>
  wrappedEc2('CreateReplaceRootVolumeTask', { InstanceId: instance, ImageId: 'ami-0fedcba9876543210' }, over);

export const detection = cloudtrail({
  id: 'cloudtrail/root-volume-or-profile-swapped',
  title: '{principal} replaced the {instance.act} of the instance {instance}',
  severity: 'high',
  when: { fact: { 'instance.act': ['root-volume', 'profile'], 'call.outcome': 'succeeded' } },
  by: view => {
    const targets = texts(view, 'instance.targets');
    return (targets.length > 0 ? targets : ['unknown']).map(id => ({ instance: id }));
  },
  resources: view => [said(view, 'instance.profile')].filter(profile => profile !== 'unknown'),
  state: onNodes(),
  attack: ['T1578', 'T1098.003'],
  why: "A new root volume puts other code on a node that everybody trusts already, under its name and address. A new instance profile gives a node's pods and processes another role within minutes.",
  references: [
    'EC2 API Reference, CreateReplaceRootVolumeTask, AssociateIamInstanceProfile, ReplaceIamInstanceProfileAssociation',
    'EC2 User Guide, "Replace the root volume"',
  ],
  runbook: [
    confirmCall,
    'See what it has now: aws ec2 describe-iam-instance-profile-associations --region INSTANCE_REGION --filters Name=instance-id,Values=INSTANCE; aws ec2 describe-replace-root-volume-tasks --region INSTANCE_REGION --filters Name=instance-id,Values=INSTANCE',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'ReplaceIamInstanceProfileAssociation names the instance in its response only.',
    'Instances launched before the pipeline are unknown until they are inventoried: findings on them are medium.',
    'ReplaceIamInstanceProfileAssociation is recorded wrapped (TrailDiscover); AssociateIamInstanceProfile is known by analogy: both encodings are read.',
  ],
  examples: {
    matches: [
      { name: "a node's root volume is replaced", severity: 'high', event: replaced(), after: [fleetRun()] },
      { name: 'the root volume of an unknown instance is replaced', severity: 'medium', event: replaced() },
      {
        name: "a volume is attached in the place of a node's root volume",
        severity: 'high',
        event: ec2('AttachVolume', { instanceId: instance, volumeId: 'vol-0aaa', device: '/dev/xvda' }),
        after: [fleetRun()],
      },
      {
        name: "a node's profile is replaced",
        severity: 'high',
        event: wrappedEc2(
          'ReplaceIamInstanceProfileAssociation',
          { AssociationId: 'iip-assoc-0aaa', IamInstanceProfile: { Name: 'admin' } },
          { response: { iamInstanceProfileAssociation: { instanceId: instance } } },
        ),
        after: [fleetRun()],
      },
      {
        name: 'a node gets a profile, in the plain encoding',
        severity: 'high',
        event: ec2('AssociateIamInstanceProfile', { instanceId: instance, iamInstanceProfile: { name: 'admin' } }),
        after: [fleetRun()],
      },
    ],
    misses: [
      {
        name: 'the storage driver attaches a volume to a node',
        event: ec2('AttachVolume', { instanceId: instance, volumeId: 'vol-0aaa', device: '/dev/xvdaa' }),
        after: [fleetRun()],
      },
      {
        name: 'the root volume of an instance that is no node is replaced',
        event: replaced(),
        after: [runInstances()],
      },
      {
        name: 'a denied attempt',
        event: replaced({ record: { errorCode: 'Client.UnauthorizedOperation' } }),
        after: [fleetRun()],
      },
      {
        name: 'a node is terminated',
        event: ec2('TerminateInstances', { instancesSet: { items: [{ instanceId: instance }] } }),
        after: [fleetRun()],
      },
    ],
  },
});
