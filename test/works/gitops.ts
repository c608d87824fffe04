import { call, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { iamSession } from '../../core/kubernetes/example.ts';
import { step } from '../stories/step.ts';
import { asController, asking, byToken, prod, roleArn, withPlatform } from './cast.ts';
import { installChart, pools } from './chart.ts';
import { makeRole, nodePolicies, trusts } from './iam.ts';
import { fromKarpenter, karpenterNode } from './nodes.ts';
import type { Work } from './work.ts';

const argo = asController('argocd', 'argocd-application-controller', 'argocd-application-controller/v3.1', prod);
const sets = asController('argocd', 'argocd-applicationset-controller', 'argocd-applicationset-controller/v3.1', prod);
const crossplane = asController('crossplane-system', 'provider-aws-eks-0a1b2c3d', 'provider-aws-eks', prod);
const github = 'token.actions.githubusercontent.com';
const ci = { by: byToken('github-actions', 'GitHubActions', github), record: { sourceIPAddress: '203.0.113.150' } };
const spacelift = { by: roleSession('spacelift', '01J00000000000000000000000@example') };
const provider = {
  by: byToken('crossplane-provider-aws', '1788256800000000000'),
  record: { sourceIPAddress: '203.0.113.10' },
};
const ack = { by: byToken('ack-eks-controller', '1788256800000000000'), record: { sourceIPAddress: '203.0.113.10' } };
const kubectl = asking(iamSession('github-actions', 'GitHubActions'), 'Helm/3.18.6', prod);

export const gitops: Work = {
  title: 'GitOps and pipelines: Argo CD, GitHub Actions, Spacelift, Crossplane, ACK',
  source:
    'Argo CD’s manifests (accounts); aws-actions/configure-aws-credentials (session `GitHubActions`); Spacelift’s documentation, “AWS integration” (session by run); Crossplane’s provider-upjet-aws, aws-controllers-k8s/eks-controller (their names are guessed)',
  steps: [
    step(
      '09:00',
      'Argo CD syncs its applications and, from them, Karpenter, pools and classes',
      sets('create', 'applications.argoproj.io', 'argocd', 'karpenter'),
      argo('patch', 'applications.argoproj.io', 'argocd', 'karpenter'),
      ...installChart(argo),
      ...pools(argo),
      ...pools(argo, 'patch'),
      argo('patch', 'validatingwebhookconfigurations.admissionregistration.k8s.io', '', 'kyverno-resource-validating'),
      argo('create', 'daemonsets.apps', 'kube-system', 'ebs-csi-node', {
        requestObject: {
          spec: { template: { spec: { containers: [{ name: 'driver', securityContext: { privileged: true } }] } } },
        },
      }),
    ),
    step(
      '09:05',
      'Karpenter launches from it',
      createTemplate({ by: karpenter, record: fromKarpenter(prod) }),
      ...[1, 2, 3].flatMap(number =>
        karpenterNode(
          {
            number,
            place: prod,
            role: 'KarpenterNodeRole-prod',
            profile: 'prod_1234567890123456789',
            image: 'ami-0123456789abcdef0',
            at: '09:05',
          },
          karpenter,
        ),
      ),
    ),
    step(
      '10:00',
      'GitHub Actions takes its role by a token and applies a plan',
      call('sts', 'AssumeRoleWithWebIdentity', {
        userIdentity: {
          type: 'WebIdentityUser',
          principalId: `arn:aws:iam::111122223333:oidc-provider/${github}:sts.amazonaws.com:repo:example/infra:ref:refs/heads/main`,
          userName: 'repo:example/infra:ref:refs/heads/main',
          identityProvider: `arn:aws:iam::111122223333:oidc-provider/${github}`,
        },
        sourceIPAddress: '203.0.113.150',
        requestParameters: { roleArn: roleArn('github-actions'), roleSessionName: 'GitHubActions' },
      }),
      ec2('DescribeLaunchTemplateVersions', { launchTemplateId: 'lt-0bbb' }, ci),
      eks('UpdateNodegroupConfig', { nodegroupName: 'system', scalingConfig: { maxSize: 6 } }, ci),
      eks('CreateAccessEntry', { principalArn: roleArn('team-a'), type: 'STANDARD', kubernetesGroups: ['team-a'] }, ci),
      eks(
        'CreatePodIdentityAssociation',
        { namespace: 'team-a', serviceAccount: 'web', roleArn: roleArn('team-a-web') },
        ci,
      ),
      kubectl('create', 'rolebindings.rbac.authorization.k8s.io', 'team-a', 'developers', {
        requestObject: {
          roleRef: { kind: 'ClusterRole', name: 'edit' },
          subjects: [{ kind: 'Group', name: 'team-a' }],
        },
      }),
    ),
    step(
      '11:00',
      'Spacelift makes a node group',
      ...makeRole('batch-eks-node-group', trusts.service('ec2'), nodePolicies, spacelift),
      eks('CreateNodegroup', { nodegroupName: 'batch', nodeRole: roleArn('batch-eks-node-group') }, spacelift),
    ),
    step(
      '12:00',
      'Crossplane and ACK each make one, by objects that Argo CD applies',
      argo('create', 'nodegroups.eks.aws.upbound.io', '', 'crossplane'),
      crossplane('patch', 'nodegroups.eks.aws.upbound.io/status', '', 'crossplane'),
      eks('CreateNodegroup', { nodegroupName: 'crossplane', nodeRole: roleArn('batch-eks-node-group') }, provider),
      iam('TagRole', { roleName: 'batch-eks-node-group' }, provider),
      argo('create', 'nodegroups.eks.services.k8s.aws', 'ack-system', 'ack'),
      eks('CreateNodegroup', { nodegroupName: 'ack', nodeRole: roleArn('batch-eks-node-group') }, ack),
      eks('UpdateNodegroupVersion', { nodegroupName: 'ack', version: '1.34' }, ack),
    ),
  ],
  named: {
    ...withPlatform('github-actions', 'spacelift', 'crossplane-provider-aws', 'ack-eks-controller'),
    gitops: { users: [...(exampleSettings.gitops.users ?? []), 'system:serviceaccount:argocd:*'] },
    nodeRoles: ['*-eks-node-group'],
    detections: {
      'kubernetes/host-access-pod': {
        exemptions: [
          {
            when: {
              user: { username: ['system:serviceaccount:argocd:argocd-application-controller'] },
              objectRef: { namespace: ['kube-system'], resource: ['daemonsets'] },
            },
            reason: 'agents that our repository installs beside AWS’s',
            expires: '2027-01-01',
          },
        ],
      },
    },
  },
  still: {},
  most: [7, 22, 0],
};
