import { call, karpenter, serviceLinked } from '../../core/cloudtrail/example.ts';
import { autoScaling } from '../../core/cloudtrail/example-callers.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { step } from '../stories/step.ts';
import { asking, prod, terraform, terraformUser, withPlatform } from './cast.ts';
import { fromKarpenter, groupNode, instanceOf, karpenterEnds, karpenterNode, type Node, nameOf } from './nodes.ts';
import type { Work } from './work.ts';

const on = (api: string, request: JsonObject) => eks(api, request, terraform);
const group = 'eks-system-0aaaabbb-0000-4000-8000-000000000001';
const node = (number: number, at: string): Node => ({
  number,
  at,
  place: prod,
  role: 'KarpenterNodeRole-prod',
  profile: 'prod_1234567890123456789',
  image: 'ami-0123456789abcdef0',
});
const times = (from: number, count: number, at: string): readonly Node[] =>
  Array.from({ length: count }, (_, index) => node(from + index, at));
const rolled = ['10:30', '10:36', '10:42', '10:48'];
const manager = asking(
  { username: 'eks:node-manager', groups: ['system:authenticated'] },
  'vpcLambda/v0.0.0',
  prod,
  '192.0.2.140',
);
const helm = asking(terraformUser, 'Helm/3.18.6', prod);
const groupNodes = [301, 302, 303].map(number => ({ ...node(number, '11:20'), profile: group }));
const oldNodes = [201, 202, 203].map(number => ({ ...node(number, '08:00'), profile: group }));

export const upgrade: Work = {
  title: 'A cluster’s upgrade: control plane, add-ons, Karpenter, every node',
  source:
    'EKS User Guide, “Update existing cluster to new Kubernetes version”; Karpenter, “Drift”; terraform-provider-aws, aws_eks_cluster, aws_eks_addon, aws_eks_node_group',
  steps: [
    step(
      '08:00',
      'before: a node group and twenty-four nodes of Karpenter’s',
      ...oldNodes.flatMap(one => groupNode(one, group)),
      ...times(1, 24, '08:00').flatMap(one => karpenterNode(one, karpenter)),
    ),
    step(
      '10:00',
      'Terraform upgrades the control plane, then add-ons',
      on('UpdateClusterVersion', { version: '1.34' }),
      ...['vpc-cni', 'coredns', 'kube-proxy'].map(addonName =>
        on('UpdateAddon', { addonName, addonVersion: 'v1.12.4-eksbuild.1' }),
      ),
      on('UpdateAddon', {
        addonName: 'vpc-cni',
        addonVersion: 'v1.20.4-eksbuild.1',
        configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}',
      }),
    ),
    step(
      '10:20',
      'Karpenter’s policies and chart get another version, and its class another image',
      helm('list', 'secrets', 'kube-system', '', {
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=name%3Dkarpenter%2Cowner%3Dhelm',
      }),
      ...['NodeLifecycle', 'IAMIntegration'].map(part =>
        iam(
          'CreatePolicyVersion',
          {
            policyArn: `arn:aws:iam::111122223333:policy/KarpenterController${part}Policy-prod`,
            policyDocument: '{"Statement":[]}',
            setAsDefault: true,
          },
          terraform,
        ),
      ),
      helm('patch', 'customresourcedefinitions.apiextensions.k8s.io', '', 'nodepools.karpenter.sh'),
      helm('patch', 'clusterroles.rbac.authorization.k8s.io', '', 'karpenter-core', {
        requestObject: {
          rules: [{ apiGroups: ['karpenter.sh'], resources: ['nodeclaims'], verbs: ['patch', 'delete'] }],
        },
      }),
      helm('patch', 'deployments.apps', 'kube-system', 'karpenter', {
        requestObject: {
          spec: {
            template: {
              spec: { containers: [{ name: 'controller', image: 'public.ecr.aws/karpenter/controller:1.14.1' }] },
            },
          },
        },
      }),
      helm('patch', 'ec2nodeclasses.karpenter.k8s.aws', '', 'default'),
      createTemplate({ by: karpenter, record: fromKarpenter(prod) }),
    ),
    ...rolled.map((at, round) =>
      step(
        at,
        round === 0 ? 'drift: Karpenter replaces six nodes' : 'and six more',
        ...times(101 + 6 * round, 6, at).flatMap(one => karpenterNode(one, karpenter)),
        ...times(1 + 6 * round, 6, at).flatMap(one => karpenterEnds(one, karpenter)),
      ),
    ),
    step(
      '11:15',
      'the node group is rolled out',
      on('UpdateNodegroupVersion', { nodegroupName: 'system', version: '1.34' }),
      other(
        'autoscaling',
        'UpdateAutoScalingGroup',
        { autoScalingGroupName: group, maxSize: 6 },
        { by: serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup') },
      ),
    ),
    step(
      '11:20',
      'EKS makes nodes, and drains and ends the old ones',
      ...groupNodes.flatMap(one => groupNode(one, group)),
      ...oldNodes.flatMap(one => [
        manager('patch', 'nodes', '', nameOf(one), { requestObject: { spec: { unschedulable: true } } }),
        manager('create', 'pods/eviction', 'team-a', 'web-5d4f8c7b9d-x2x7z'),
        call('ec2', 'TerminateInstances', {
          userIdentity: autoScaling,
          sourceIPAddress: 'autoscaling.amazonaws.com',
          userAgent: 'autoscaling.amazonaws.com',
          requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
        }),
      ]),
    ),
  ],
  named: withPlatform('terraform'),
  still: {
    'cloudtrail/controller-role-policy-changed (medium)':
      'what Karpenter may do is written: once a cluster and upgrade',
  },
  most: [14, 14, 2],
};
