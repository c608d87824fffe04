import { call, roleSession } from '../../core/cloudtrail/example.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { step } from '../stories/step.ts';
import {
  administrator,
  administrators,
  asController,
  asking,
  byStack,
  prod,
  roleArn,
  signedIn,
  withPlatform,
} from './cast.ts';
import { makeRole, trusts } from './iam.ts';
import { instanceOf, issued, launchedAs, type Node, nameOf, starts } from './nodes.ts';
import type { Work } from './work.ts';

const role = 'SpotRole-act-0000abcd-x7k2';
const spot = roleSession(role, 'Spotinst-act-0000abcd');
const vendor = {
  sourceIPAddress: '203.0.113.201',
  userAgent: 'aws-sdk-java/1.12.700 Linux/5.10 OpenJDK_64-Bit_Server_VM/17',
};
const stack = byStack(administrator);
const kubectl = asking(signedIn, 'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000', prod);
const controller = asController('kube-system', 'ocean-controller', 'ocean-controller/2.0', prod);
const tags = {
  'spotinst:aws:ec2:group:createdBy': 'spotinst',
  'spotinst:aws:ec2:group:id': 'o-0000abcd',
  'kubernetes.io/cluster/prod': 'owned',
};
const nodes: readonly Node[] = [1, 2, 3].map(number => ({
  number,
  place: prod,
  role: 'KarpenterNodeRole-prod',
  profile: 'ocean-nodes',
  at: '10:00',
}));

export const ocean: Work = {
  title: 'Spot Ocean: a role for the vendor, its controller, its launches',
  source: 'spotinst/terraform-spotinst-aws-connect, `main.tf`, `spot_policy.json`; the session’s name is guessed',
  steps: [
    step(
      '09:00',
      'a stack of the vendor’s makes its role',
      ...makeRole(role, trusts.account('arn:aws:iam::444455556666:root', 'spotinst:aws:extid:0000'), [], stack),
      iam('CreatePolicy', { policyName: 'Spot-Policy-act-0000abcd', policyDocument: '{"Statement":[]}' }, stack),
      iam(
        'AttachRolePolicy',
        { roleName: role, policyArn: 'arn:aws:iam::111122223333:policy/Spot-Policy-act-0000abcd' },
        stack,
      ),
      iam('CreateInstanceProfile', { instanceProfileName: 'ocean-nodes' }, { by: administrator }),
      iam(
        'AddRoleToInstanceProfile',
        { instanceProfileName: 'ocean-nodes', roleName: 'KarpenterNodeRole-prod' },
        { by: administrator },
      ),
    ),
    step(
      '09:10',
      'its controller in the cluster',
      kubectl('create', 'clusterroles.rbac.authorization.k8s.io', '', 'ocean-controller', {
        requestObject: {
          rules: [
            { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'patch', 'update', 'delete'] },
            { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
            { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['get', 'list'] },
          ],
        },
      }),
      kubectl('create', 'clusterrolebindings.rbac.authorization.k8s.io', '', 'ocean-controller', {
        requestObject: {
          roleRef: { kind: 'ClusterRole', name: 'ocean-controller' },
          subjects: [{ kind: 'ServiceAccount', name: 'ocean-controller', namespace: 'kube-system' }],
        },
      }),
      kubectl('create', 'secrets', 'kube-system', 'spotinst-kubernetes-cluster-controller'),
      kubectl('create', 'deployments.apps', 'kube-system', 'ocean-controller'),
    ),
    step(
      '10:00',
      'the vendor takes its role and launches spot instances',
      call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSAccount', principalId: 'AIDAEXAMPLEEXAMPLESPT', accountId: '444455556666' },
        ...vendor,
        requestParameters: { roleArn: roleArn(role), roleSessionName: 'Spotinst-act-0000abcd' },
      }),
      ...nodes.flatMap(one => [
        runInstances({
          by: spot,
          tags,
          type: 'm6i.large',
          instance: launchedAs(one),
          request: { iamInstanceProfile: { name: 'ocean-nodes' }, userData: '<sensitiveDataRemoved>' },
          record: vendor,
        }),
        issued(one),
        ...starts(one),
      ]),
    ),
    step(
      '12:00',
      'its controller drains, the vendor ends',
      ...nodes.flatMap(one => [
        controller('patch', 'nodes', '', nameOf(one), { requestObject: { spec: { unschedulable: true } } }),
        controller('delete', 'nodes', '', nameOf(one)),
        call('ec2', 'TerminateInstances', {
          userIdentity: spot,
          ...vendor,
          requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
        }),
      ]),
    ),
  ],
  named: withPlatform(administrators, role),
  still: {},
  most: [3, 3, 0],
};
