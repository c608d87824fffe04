import { roleSession } from '../../core/cloudtrail/example.ts';
import { ec2, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { eks } from '../../core/cloudtrail/example-iam.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { step } from '../stories/step.ts';
import { administrator, administrators, asking, prod, roleArn, signedIn, withPlatform } from './cast.ts';
import { installChart, pools } from './chart.ts';
import { makeRole, nodePolicies, trusts } from './iam.ts';
import { karpenterNode, karpenterPrepares } from './nodes.ts';
import type { Work } from './work.ts';

const by = { by: administrator };
const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789';
const controllerRole = 'KarpenterControllerRole-prod';
const nodeRole = 'KarpenterNodeRole-prod';
const karpenter = roleSession(controllerRole, '1788256800000000000', {
  sessionContext: { webIdFederationData: { federatedProvider: `arn:aws:iam::111122223333:oidc-provider/${issuer}` } },
});
const kubectl = asking(signedIn, 'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000', prod);

export const migration: Work = {
  title: 'From Cluster Autoscaler to Karpenter, by hand',
  source: 'Karpenter, “Migrating from Cluster Autoscaler” and its scripts',
  steps: [
    step(
      '09:00',
      'roles of nodes and of the controller',
      ...makeRole(nodeRole, trusts.service('ec2'), nodePolicies, by),
      ...makeRole(
        controllerRole,
        trusts.token(issuer, 'system:serviceaccount:kube-system:karpenter'),
        [
          {
            'KarpenterControllerPolicy-prod': {
              Statement: [{ Effect: 'Allow', Action: ['ec2:RunInstances'], Resource: '*' }],
            },
          },
        ],
        by,
      ),
    ),
    step(
      '09:10',
      'tags on subnets and security groups, found in the groups’ templates',
      eks('DescribeNodegroup', { nodegroupName: 'workers' }, by),
      writeTags('CreateTags', ['subnet-0aaa', 'subnet-0bbb', 'subnet-0ccc'], { 'karpenter.sh/discovery': 'prod' }, by),
      ec2('DescribeLaunchTemplateVersions', { launchTemplateId: 'lt-0bbb' }, by),
      writeTags('CreateTags', ['sg-0aaa'], { 'karpenter.sh/discovery': 'prod' }, by),
    ),
    step(
      '09:15',
      'aws-auth is edited',
      kubectl('get', 'configmaps', 'kube-system', 'aws-auth'),
      kubectl('patch', 'configmaps', 'kube-system', 'aws-auth', {
        requestObject: {
          data: {
            mapRoles: `- rolearn: ${roleArn(nodeRole)}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  - system:bootstrappers\n  - system:nodes\n`,
          },
        },
      }),
    ),
    step('09:20', 'Karpenter and a NodePool', ...installChart(kubectl), ...pools(kubectl)),
    step(
      '09:40',
      'Cluster Autoscaler is stopped, groups shrink',
      kubectl('patch', 'deployments.apps/scale', 'kube-system', 'cluster-autoscaler', {
        requestObject: { spec: { replicas: 0 } },
      }),
      eks(
        'UpdateNodegroupConfig',
        { nodegroupName: 'workers', scalingConfig: { minSize: 2, maxSize: 2, desiredSize: 2 } },
        by,
      ),
    ),
    step(
      '09:45',
      'Karpenter launches what is missing',
      ...karpenterPrepares(nodeRole, karpenter, prod),
      ...Array.from({ length: 6 }, (_, index) =>
        karpenterNode(
          {
            number: index + 1,
            place: prod,
            role: nodeRole,
            profile: 'prod_1234567890123456789',
            image: 'ami-0123456789abcdef0',
            at: '09:45',
          },
          karpenter,
        ),
      ).flat(),
      kubectl('get', 'pods/log', 'kube-system', 'karpenter-5d4f8c7b9d-x2x7z'),
    ),
  ],
  named: {
    ...withPlatform(administrators),
    controllers: exampleSettings.controllers.map(one =>
      one.kind === 'karpenter' ? { ...one, roles: [roleArn(controllerRole)] } : one,
    ),
  },
  still: {
    'cloudtrail/controller-role-policy-changed (medium)':
      'what Karpenter may do is written: once a cluster and upgrade',
  },
  most: [18, 28, 1],
};
