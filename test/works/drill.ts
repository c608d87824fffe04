import { call, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { serviceAccount } from '../../core/kubernetes/example.ts';
import { step } from '../stories/step.ts';
import { administrator, administrators, asking, prod, roleArn, withPlatform } from './cast.ts';
import { instanceOf, karpenterEnds, karpenterNode, type Node, nameOf } from './nodes.ts';
import type { Work } from './work.ts';

const node = (number: number, at: string): Node => ({
  number,
  at,
  place: prod,
  role: 'KarpenterNodeRole-prod',
  profile: 'prod_1234567890123456789',
  image: 'ami-0123456789abcdef0',
});
const some = (from: number, count: number, at: string): readonly Node[] =>
  Array.from({ length: count }, (_, index) => node(from + index, at));
const fis = { by: { ...roleSession('fis-experiments', 'EXPabcdefghijklmno'), invokedBy: 'fis.amazonaws.com' } };
const internal = { sourceIPAddress: 'fis.amazonaws.com', userAgent: 'fis.amazonaws.com' };
const asFis = asking(
  {
    username: 'fis-experiment',
    groups: ['system:authenticated'],
    extra: {
      arn: ['arn:aws:sts::111122223333:assumed-role/fis-experiments/EXPabcdefghijklmno'],
      canonicalArn: [roleArn('fis-experiments')],
    },
  },
  'fis/1.0',
  prod,
  '192.0.2.160',
);
const by = { by: administrator };
const pods = asking(serviceAccount('team-a', 'fis'), 'fis-pod', prod, '100.64.3.9');

export const drill: Work = {
  title: 'A drill: a spot interruption storm, a zone that fails, fault injection',
  source:
    'Karpenter, “Interruption”; EKS User Guide, “zonal shift”; AWS FIS User Guide, “AWS FIS Actions reference” and “Use the AWS FIS aws:eks:pod actions”; the experiment’s session name is guessed',
  steps: [
    step(
      '08:00',
      'before: twenty-four spot nodes',
      ...some(1, 24, '08:00').flatMap(one => karpenterNode(one, karpenter)),
    ),
    step(
      '10:00',
      'FIS interrupts spot instances',
      other('fis', 'StartExperiment', { experimentTemplateId: 'EXT0000' }, by),
      call('ec2', 'SendSpotInstanceInterruptions', {
        userIdentity: fis.by,
        ...internal,
        requestParameters: { instanceIds: some(1, 12, '10:00').map(instanceOf) },
      }),
    ),
    step(
      '10:02',
      'Karpenter replaces twelve',
      ...some(101, 12, '10:02').flatMap(one => karpenterNode(one, karpenter)),
      ...some(1, 12, '10:02').flatMap(one => karpenterEnds(one, karpenter)),
    ),
    step(
      '12:00',
      'a zone is taken out: zonal shift, network cut, instances stopped',
      other(
        'arc-zonal-shift',
        'StartZonalShift',
        {
          resourceIdentifier: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod',
          awayFrom: 'euw1-az1',
          expiresIn: '1h',
        },
        by,
      ),
      other('ec2', 'CreateNetworkAcl', { vpcId: 'vpc-0aaa' }, { ...fis, record: internal }),
      other('ec2', 'ReplaceNetworkAclAssociation', { associationId: 'aclassoc-0aaa' }, { ...fis, record: internal }),
      ...some(13, 6, '12:00').map(one =>
        call('ec2', 'StopInstances', {
          userIdentity: fis.by,
          ...internal,
          requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
        }),
      ),
      ...some(201, 6, '12:00').flatMap(one => karpenterNode(one, karpenter)),
    ),
    step(
      '12:40',
      'commands on nodes that FIS sends by Systems Manager',
      ...some(19, 3, '12:40').map(one =>
        other(
          'ssm',
          'SendCommand',
          { documentName: 'AWSFIS-Run-CPU-Stress', instanceIds: [instanceOf(one)] },
          { ...fis, record: internal },
        ),
      ),
    ),
    step(
      '13:00',
      'faults in pods',
      asFis('create', 'pods', 'team-a', 'fis-00000', {
        requestObject: { spec: { serviceAccountName: 'fis', containers: [{ name: 'fis' }] } },
      }),
      pods('get', 'pods', 'team-a', 'web-5d4f8c7b9d-x2x7z'),
      pods('patch', 'pods/ephemeralcontainers', 'team-a', 'web-5d4f8c7b9d-x2x7z', {
        requestObject: {
          spec: { ephemeralContainers: [{ name: 'fis', securityContext: { capabilities: { add: ['NET_ADMIN'] } } }] },
        },
      }),
    ),
    step(
      '14:00',
      'all is taken back',
      other('arc-zonal-shift', 'CancelZonalShift', { zonalShiftId: 'x' }, by),
      ...some(13, 6, '14:00').map(one =>
        call('ec2', 'StartInstances', {
          userIdentity: fis.by,
          ...internal,
          requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
        }),
      ),
      ...some(13, 6, '14:00').flatMap(one => karpenterEnds(one, karpenter)),
      asFis('delete', 'pods', 'team-a', nameOf(node(1, '14:00'))),
    ),
  ],
  named: { ...withPlatform(administrators, 'fis-experiments') },
  still: {},
  most: [4, 4, 0],
};
