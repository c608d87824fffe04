import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { eks, iam } from '../../core/cloudtrail/example-iam.ts';
import { createFleet, createTemplate, fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit, iamSession, node } from '../../core/kubernetes/example.ts';
import { step } from '../stories/step.ts';
import { asking, roleArn, shop, terraform, terraformUser, withCluster, withGateway, withPlatform } from './cast.ts';
import { makeRole, trusts } from './iam.ts';
import { instanceOf, issued, launchedAs, type Node } from './nodes.ts';
import type { Work } from './work.ts';

const { cluster } = shop;
const clusterRole = `${cluster}-auto-cluster`;
const nodeRole = `${cluster}-eks-auto-20260901`;
const auto = { ...roleSession(clusterRole, 'aws-go-sdk-1788256800000000000'), invokedBy: 'eks.amazonaws.com' };
const own = { sourceIPAddress: 'eks.amazonaws.com', userAgent: 'eks.amazonaws.com' };
const tags = {
  'eks:eks-cluster-name': cluster,
  'eks:kubernetes-node-class-name': 'default',
  'eks:kubernetes-node-pool-name': 'general-purpose',
};
const nodes: readonly Node[] = [1, 2, 3, 4].map(number => ({
  number,
  role: nodeRole,
  profile: 'eks-eu-west-1-shop-1234567890123456789',
  at: '09:20',
}));
const controllers = asking(
  iamSession(clusterRole, 'aws-go-sdk-1788256800000000000'),
  'karpenter.sh/eks',
  shop,
  '192.0.2.140',
);
const kubectl = asking(terraformUser, 'kubectl/v1.34.1', shop);

export const autoMode: Work = {
  title: 'A cluster of EKS Auto Mode',
  source:
    'EKS User Guide, “Create a cluster with EKS Auto Mode”, “Learn about identity and access in EKS Auto Mode”, AmazonEKSComputePolicy; terraform-aws-modules/terraform-aws-eks, `examples/eks-auto-mode`',
  steps: [
    step(
      '09:00',
      'roles and the cluster',
      ...makeRole(
        clusterRole,
        trusts.service('eks'),
        [
          'AmazonEKSClusterPolicy',
          'AmazonEKSComputePolicy',
          'AmazonEKSBlockStoragePolicy',
          'AmazonEKSLoadBalancingPolicy',
          'AmazonEKSNetworkingPolicy',
        ],
        terraform,
      ),
      ...makeRole(
        nodeRole,
        trusts.service('ec2'),
        ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'],
        terraform,
      ),
      eks(
        'CreateCluster',
        {
          name: cluster,
          roleArn: roleArn(clusterRole),
          accessConfig: { authenticationMode: 'API' },
          computeConfig: { enabled: true, nodePools: ['general-purpose', 'system'], nodeRoleArn: roleArn(nodeRole) },
          kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
          storageConfig: { blockStorage: { enabled: true } },
          resourcesVpcConfig: { endpointPublicAccess: false, endpointPrivateAccess: true, subnetIds: ['subnet-0bbb'] },
          logging: { clusterLogging: [{ types: ['audit', 'authenticator'], enabled: true }] },
        },
        terraform,
      ),
      eks('CreateAccessEntry', { name: cluster, principalArn: roleArn('terraform'), type: 'STANDARD' }, terraform),
    ),
    step(
      '09:15',
      'EKS makes a profile and a template',
      iam(
        'CreateInstanceProfile',
        { instanceProfileName: 'eks-eu-west-1-shop-1234567890123456789' },
        { by: auto, record: own },
      ),
      iam(
        'AddRoleToInstanceProfile',
        { instanceProfileName: 'eks-eu-west-1-shop-1234567890123456789', roleName: nodeRole },
        { by: auto, record: own },
      ),
      createTemplate({
        by: auto,
        name: 'eks-auto/1234567890123456789',
        tags,
        data: { IamInstanceProfile: { Name: 'eks-eu-west-1-shop-1234567890123456789' } },
        record: own,
      }),
      controllers('create', 'nodepools.karpenter.sh', '', 'general-purpose'),
      controllers('create', 'nodeclasses.eks.amazonaws.com', '', 'default'),
    ),
    step(
      '09:20',
      'and nodes as pods ask for them',
      ...nodes.flatMap(one => [
        controllers('create', 'nodeclaims.karpenter.sh', '', '', {
          objectRef: { name: `general-purpose-${one.number}` },
        }),
        createFleet({ by: auto, instances: [instanceOf(one)], types: ['c6g.large'], record: own }),
        fleetRun({
          by: auto,
          tags,
          type: 'c6g.large',
          instance: launchedAs(one),
        }),
        issued(one),
        call('eks-auth', 'AssumeRoleForPodIdentity', {
          userIdentity: nodeSession(instanceOf(one), nodeRole),
          sourceIPAddress: shop.gateway,
          requestParameters: { clusterName: cluster, token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
        }),
        audit('create', 'nodes', {
          cluster,
          user: { ...node(instanceOf(one), instanceOf(one), nodeRole) },
          sourceIPs: [shop.gateway],
          objectRef: { name: instanceOf(one) },
          requestObject: {
            kind: 'Node',
            metadata: { name: instanceOf(one) },
            spec: { providerID: `aws:///eu-west-1a/${instanceOf(one)}` },
          },
        }),
      ]),
    ),
    step(
      '10:00',
      'a pool of one’s own',
      kubectl('create', 'nodepools.karpenter.sh', '', 'batch'),
      kubectl('create', 'nodeclasses.eks.amazonaws.com', '', 'batch'),
      eks('CreateAccessEntry', { name: cluster, principalArn: roleArn(nodeRole), type: 'EC2' }, terraform),
    ),
  ],
  named: {
    ...withCluster({ nodeRoles: [`${cluster}-eks-auto-*`] }),
    ...withPlatform('terraform'),
    ...withGateway,
    controllers: [...exampleSettings.controllers, { kind: 'eks', cluster, roles: [roleArn(clusterRole)] }],
  },
  still: {
    'cloudtrail/controller-role-policy-changed (medium)':
      'what EKS may do with the cluster’s role is written: once a cluster',
  },
  most: [10, 20, 3],
};
