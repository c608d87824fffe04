import { itemsOf, responseOf, word } from '../../core/cloudtrail/ec2.ts';
import { roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { recallInstance } from '../../core/state/instance.ts';

const instance = 'i-0aaaabbbbccccdddd';
const snapshots = (over = {}) =>
  wrappedEc2('CreateSnapshots', { InstanceSpecification: { InstanceId: instance } }, over);
const inspector = serviceLinked('agentless.inspector2.amazonaws.com', 'AWSServiceRoleForAmazonInspector2Agentless');
const backup = {
  ...roleSession('AWSBackupDefaultServiceRole', 'AWSBackup-AWSBackupDefaultServiceRole'),
  invokedBy: 'backup.amazonaws.com',
};

export const detection = cloudtrail({
  id: 'cloudtrail/node-disk-copied',
  title: '{principal} copied the disks of the node {instance} by {event}',
  severity: 'medium',
  when: { fact: { 'instance.act': 'copy', 'call.outcome': 'succeeded' } },
  unless: [
    { fact: { 'principal.kind': ['platform', 'service', 'controller'] } },
    { userIdentity: { invokedBy: ['backup.amazonaws.com', 'dlm.amazonaws.com'] } },
  ],
  by: view => texts(view, 'instance.targets').map(id => ({ principal: said(view, 'principal.id'), instance: id })),
  resources: ({ record }) => {
    const response = responseOf(record);
    const copies = itemsOf(response, 'snapshotSet').map(one => word(one, 'snapshotId'));
    return [...copies, word(response, 'imageId')].filter(id => id !== undefined);
  },
  state: recallInstance('Only on an instance that is known to be a node.', known =>
    known.kind === 'node' ? { note: `a node of ${known.clusters.join(', ')}` } : undefined,
  ),
  attack: ['T1578', 'T1530', 'T1552.001'],
  why: 'A node’s disk holds the kubelet’s credentials, every pod’s token and mounted secrets, and images. Nodes are replaced and never restored, so that nobody has a use for a copy; with one, whoever may read snapshots reads all of it, by calls that trails leave out (EBS direct APIs).',
  references: [
    'EC2 API Reference, CreateSnapshots, CreateImage',
    'Amazon Inspector User Guide, "Service-linked role permissions for agentless scans"',
    'EBS User Guide, "Use EBS direct APIs to access the contents of an EBS snapshot"',
  ],
  runbook: [
    confirmCall,
    'See what became of the copy: aws ec2 describe-volumes --region INSTANCE_REGION --filters Name=snapshot-id,Values=SNAPSHOT; aws ec2 describe-snapshot-attribute --region INSTANCE_REGION --snapshot-id SNAPSHOT --attribute createVolumePermission',
    'Take it out of reach once it is no longer evidence: aws ec2 delete-snapshot --region INSTANCE_REGION --snapshot-id SNAPSHOT, of an image aws ec2 deregister-image --region INSTANCE_REGION --image-id IMAGE --delete-associated-snapshots; and treat what was on the node as compromised: replace it, and the secrets of its pods',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'CreateSnapshot and CopyVolumes name a volume, and no record says whose root volume one is.',
    'Who preserves a node as evidence is reported as well, unless the settings list them as the platform.',
    'A vendor’s scanner that snapshots instances without an agent is reported for each node that it looks at: let an exemption of this detection pass its role (`userIdentity.sessionContext.sessionIssuer.arn`), and not `platform`, which exempts it from nearly all. GuardDuty’s and Inspector’s are services.',
    'AWS Backup and Data Lifecycle Manager copy what is tagged for them; who tags a node so is not looked at.',
    'Nodes whose launch was not seen are not known to be nodes. What is read of a snapshot (GetSnapshotBlock) is a data event.',
    'CreateSnapshots is read in both encodings; no recorded call was seen. Who calls for AWS Backup was, for Data Lifecycle Manager it is inferred.',
  ],
  examples: {
    matches: [
      { name: 'a person snapshots the disks of a node', event: snapshots(), after: [fleetRun()] },
      {
        name: 'a person makes an image of one',
        event: ec2('CreateImage', { instanceId: instance, name: 'x', noReboot: true }),
        after: [fleetRun()],
      },
    ],
    misses: [
      { name: 'the platform', event: snapshots({ by: platform }), after: [fleetRun()] },
      { name: 'Inspector, without an agent', event: snapshots({ by: inspector }), after: [fleetRun()] },
      { name: 'AWS Backup, by its plan', event: snapshots({ by: backup }), after: [fleetRun()] },
      { name: 'an instance that is no node', event: snapshots(), after: [runInstances()] },
      { name: 'an instance of which nothing is known', event: snapshots() },
      {
        name: 'a refused attempt',
        event: snapshots({ record: { errorCode: 'Client.UnauthorizedOperation' } }),
        after: [fleetRun()],
      },
      {
        name: 'a node is stopped',
        event: ec2('StopInstances', { instancesSet: { items: [{ instanceId: instance }] } }),
        after: [fleetRun()],
      },
    ],
  },
});
