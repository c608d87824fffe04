import { call, roleSession } from '../../core/cloudtrail/example.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { step } from '../stories/step.ts';
import {
  asController,
  asking,
  roleArn,
  shop,
  terraform,
  terraformUser,
  withCluster,
  withGateway,
  withPlatform,
} from './cast.ts';
import { makeRole, nodePolicies, trusts } from './iam.ts';
import { instanceOf, issued, launchedAs, type Node, nameOf, starts } from './nodes.ts';
import type { Work } from './work.ts';

const { cluster } = shop;
const vendor = '203.0.113.200';
const role = `castai-eks-${cluster}`;
const nodeRole = `castai-eks-instance-${cluster}`;
const castai = roleSession(role, 'castai-assume-role-session');
const theirs = {
  by: castai,
  record: { sourceIPAddress: vendor, userAgent: 'aws-sdk-go-v2/1.39.0 os/linux lang/go#1.25.1' },
};
const helm = asking(terraformUser, 'Helm/3.18.6');
const controller = asController('castai-agent', 'castai-cluster-controller');
const tags = {
  'cast:cluster-id': '00000000-0000-4000-8000-00000000ca57',
  'cast:managed-by': 'cast.ai',
  [`kubernetes.io/cluster/${cluster}`]: 'owned',
};
const nodes: readonly Node[] = [1, 2, 3].map(number => ({ number, role: nodeRole, profile: nodeRole, at: '10:00' }));

export const castAi: Work = {
  title: 'CAST AI: onboarding, its launches, and nodes that it ends',
  source:
    'castai/terraform-castai-eks-role-iam, `main.tf`; castai/docs, “EKS”, “Permissions Setup Used In Cloud Providers”; session’s and tags’ names are guessed',
  steps: [
    step(
      '09:00',
      'Terraform makes the vendor’s role and that of its nodes',
      ...makeRole(
        role,
        trusts.account('arn:aws:iam::444455556666:user/castai-crossrole-0000', 'external-0000'),
        ['AmazonEC2ReadOnlyAccess', 'IAMReadOnlyAccess', { [`castai-user-policy-${cluster}`]: { Statement: [] } }],
        terraform,
      ),
      iam('CreatePolicy', { policyName: `CastEKSPolicy-${cluster}`, policyDocument: '{"Statement":[]}' }, terraform),
      iam(
        'AttachRolePolicy',
        { roleName: role, policyArn: `arn:aws:iam::111122223333:policy/CastEKSPolicy-${cluster}` },
        terraform,
      ),
      ...makeRole(nodeRole, trusts.service('ec2'), nodePolicies, terraform),
      iam('CreateInstanceProfile', { instanceProfileName: nodeRole }, terraform),
      iam('AddRoleToInstanceProfile', { instanceProfileName: nodeRole, roleName: nodeRole }, terraform),
      eks('CreateAccessEntry', { name: cluster, principalArn: roleArn(nodeRole), type: 'EC2_LINUX' }, terraform),
    ),
    step(
      '09:10',
      'its charts',
      helm('create', 'namespaces', '', 'castai-agent'),
      helm('create', 'deployments.apps', 'castai-agent', 'castai-agent'),
      helm('create', 'clusterrolebindings.rbac.authorization.k8s.io', '', 'castai-agent', {
        requestObject: {
          roleRef: { kind: 'ClusterRole', name: 'castai-agent' },
          subjects: [{ kind: 'ServiceAccount', name: 'castai-agent', namespace: 'castai-agent' }],
        },
      }),
      helm('create', 'clusterroles.rbac.authorization.k8s.io', '', 'castai-cluster-controller', {
        requestObject: {
          rules: [
            { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch', 'delete'] },
            { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
            {
              apiGroups: ['certificates.k8s.io'],
              resources: ['certificatesigningrequests', 'certificatesigningrequests/approval'],
              verbs: ['get', 'list', 'delete', 'create', 'patch', 'update'],
            },
          ],
        },
      }),
      helm('create', 'daemonsets.apps', 'castai-agent', 'castai-spot-handler', {
        requestObject: { spec: { template: { spec: { hostNetwork: true, containers: [{ name: 'handler' }] } } } },
      }),
    ),
    step(
      '10:00',
      'the vendor takes its role, looks around and launches',
      call('sts', 'AssumeRole', {
        userIdentity: {
          type: 'AWSAccount',
          principalId: 'AIDAEXAMPLEEXAMPLECST',
          accountId: '444455556666',
        },
        sourceIPAddress: vendor,
        requestParameters: { roleArn: roleArn(role), roleSessionName: 'castai-assume-role-session' },
      }),
      other('ec2', 'DescribeInstances', {}, theirs),
      other('iam', 'GetInstanceProfile', { instanceProfileName: nodeRole }, theirs),
      ...nodes.flatMap(one => [
        runInstances({
          by: castai,
          tags,
          type: 'm6a.large',
          instance: launchedAs(one),
          request: { iamInstanceProfile: { name: nodeRole }, userData: '<sensitiveDataRemoved>' },
          record: theirs.record,
        }),
        issued(one),
        ...starts(one),
      ]),
    ),
    step(
      '12:00',
      'rebalances: drains nodes and ends them',
      ...nodes.flatMap(one => [
        controller('patch', 'nodes', '', nameOf(one), {
          requestObject: {
            spec: { unschedulable: true, taints: [{ key: 'autoscaling.cast.ai/draining', effect: 'NoSchedule' }] },
          },
        }),
        controller('create', 'pods/eviction', 'team-a', 'web-5d4f8c7b9d-x2x7z'),
        controller('delete', 'nodes', '', nameOf(one)),
        call('ec2', 'TerminateInstances', {
          userIdentity: castai,
          ...theirs.record,
          requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
        }),
      ]),
    ),
  ],
  named: {
    ...withCluster({ nodeRoles: [nodeRole] }),
    ...withPlatform('terraform', role),
    ...withGateway,
    exemptNamespaces: ['castai-agent'],
  },
  still: {},
  most: [2, 8, 0],
};
