import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { step } from '../stories/step.ts';
import { asking, prod, roleArn, terraform, terraformUser, withPlatform } from './cast.ts';
import { uninstallChart } from './chart.ts';
import { deleteRole, nodePolicies } from './iam.ts';
import { fromKarpenter, karpenterEnds, karpenterNode, type Node } from './nodes.ts';
import type { Work } from './work.ts';

const kubectl = asking(terraformUser, 'Helm/3.18.6', prod);
const nodes: readonly Node[] = Array.from({ length: 14 }, (_, index) => ({
  number: index + 1,
  place: prod,
  role: 'KarpenterNodeRole-prod',
  profile: 'prod_1234567890123456789',
  image: 'ami-0123456789abcdef0',
  at: '08:00',
}));
const on = (api: string, request: JsonObject) => eks(api, request, terraform);
const rules = ['HealthEvent', 'SpotInterrupt', 'InstanceRebalance', 'InstanceStateChange'];

export const destroy: Work = {
  title: 'A cluster is given up: terraform destroy',
  source:
    'terraform-aws-modules/terraform-aws-eks, `modules/karpenter`, the example “karpenter” (“Tear Down & Clean-Up”)',
  steps: [
    step('08:00', 'before: fourteen nodes of Karpenter’s', ...nodes.flatMap(one => karpenterNode(one, karpenter))),
    step(
      '14:00',
      'NodePool and class go, and Karpenter ends their nodes',
      kubectl('delete', 'nodepools.karpenter.sh', '', 'default'),
      kubectl('delete', 'ec2nodeclasses.karpenter.k8s.aws', '', 'default'),
      ...nodes.flatMap(one => karpenterEnds(one, karpenter)),
      ...['RemoveRoleFromInstanceProfile', 'DeleteInstanceProfile'].map(api =>
        iam(
          api,
          { instanceProfileName: 'prod_1234567890123456789', roleName: 'KarpenterNodeRole-prod' },
          { by: karpenter, record: fromKarpenter(prod) },
        ),
      ),
      call('ec2', 'DeleteLaunchTemplate', {
        userIdentity: karpenter,
        ...fromKarpenter(prod),
        requestParameters: {
          DeleteLaunchTemplateRequest: { LaunchTemplateName: 'karpenter.k8s.aws/1234567890123456789' },
        },
      }),
    ),
    step('14:20', 'the chart goes', ...uninstallChart(kubectl)),
    step(
      '14:25',
      'the module karpenter goes',
      ...rules.flatMap(rule => [
        other(
          'events',
          'RemoveTargets',
          { rule: `Karpenter${rule}-2026`, ids: ['KarpenterInterruptionQueueTarget'] },
          terraform,
        ),
        other('events', 'DeleteRule', { name: `Karpenter${rule}-2026` }, terraform),
      ]),
      other(
        'sqs',
        'DeleteQueue',
        { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/Karpenter-prod' },
        terraform,
      ),
      call('eks', 'DeletePodIdentityAssociation', {
        userIdentity: terraform.by,
        ...terraform.record,
        requestParameters: { name: 'prod', associationId: 'a-0aaa' },
        responseElements: {
          association: {
            clusterName: 'prod',
            namespace: 'kube-system',
            serviceAccount: 'karpenter',
            roleArn: roleArn('prod-karpenter'),
            associationId: 'a-0aaa',
          },
        },
      }),
      on('DeleteAccessEntry', { principalArn: encodeURIComponent(roleArn('KarpenterNodeRole-prod')) }),
      ...deleteRole('prod-karpenter', ['arn:aws:iam::111122223333:policy/KarpenterController-20260901'], terraform),
      iam('DeletePolicy', { policyArn: 'arn:aws:iam::111122223333:policy/KarpenterController-20260901' }, terraform),
      ...deleteRole('KarpenterNodeRole-prod', nodePolicies, terraform),
    ),
    step(
      '14:30',
      'the cluster goes',
      ...['coredns', 'vpc-cni', 'kube-proxy'].map(addonName => on('DeleteAddon', { addonName })),
      on('UpdateClusterConfig', { deletionProtection: false }),
      on('DeleteNodegroup', { nodegroupName: 'karpenter-20260901' }),
      on('DisassociateAccessPolicy', {
        principalArn: encodeURIComponent(roleArn('terraform')),
        policyArn: encodeURIComponent('arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'),
      }),
      on('DeleteAccessEntry', { principalArn: encodeURIComponent(roleArn('terraform')) }),
      on('DeleteCluster', {}),
      iam(
        'DeleteOpenIDConnectProvider',
        {
          openIDConnectProviderArn:
            'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789',
        },
        terraform,
      ),
      other('logs', 'DeleteLogGroup', { logGroupName: '/aws/eks/prod/cluster' }, terraform),
      other('kms', 'ScheduleKeyDeletion', { keyId: '00000000-0000-4000-8000-0000000000ee' }, terraform),
      writeTags('DeleteTags', ['subnet-0aaa', 'sg-0aaa'], { 'karpenter.sh/discovery': 'prod' }, terraform),
    ),
  ],
  named: withPlatform('terraform'),
  still: {
    'cloudtrail/controller-role-policy-changed (medium)': 'what Karpenter may do is written',
    'cloudtrail/detection-disabled (medium)': 'the module deletes the cluster’s audit log, which is evidence, too',
  },
  most: [16, 17, 2],
};
