import { roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { iamSession } from '../../core/kubernetes/example.ts';
import { step } from '../stories/step.ts';
import { asking, byStack, roleArn, shop, withCluster, withGateway, withKarpenter, withPlatform } from './cast.ts';
import { installChart, pools } from './chart.ts';
import { makeRole, nodePolicies, trusts } from './iam.ts';
import { groupNode, karpenterNode, karpenterPrepares } from './nodes.ts';
import type { Work } from './work.ts';

const { cluster } = shop;
const exec = 'cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1';
const creation = 'Shop-ClusterCreationRole360249B6-AbCdEfGhIjKl';
const clusterRole = 'Shop-ClusterRoleFA261979-AbCdEfGhIjKl';
const groupRole = 'Shop-ClusterNodegroupDefaultCapacityNodeGroupRole55953B04-AbCd';
const controllerRole = 'Shop-KarpenterRoleC7FFAC11-AbCdEfGhIjKl';
const nodeRole = 'Shop-KarpenterNodeRole4F0C2E9A-AbCdEfGhIjKl';
const stack = byStack(roleSession(exec, 'AWSCloudFormation'));
/** The function that makes the cluster, with the role that then owns it. */
const maker = {
  by: roleSession(creation, 'AWSCDK.EKSCluster.Create.00000000-0000-4000-8000-0000000000cd'),
  record: {
    sourceIPAddress: '203.0.113.180',
    userAgent: 'aws-sdk-js/3.900.0 ua/2.1 os/linux lang/js md/nodejs#22.19.0 exec-env/AWS_Lambda_nodejs22.x',
  },
};
const helm = asking(iamSession(creation, 'EKSGetTokenAuth'), 'Helm/3.18.6', shop, '203.0.113.181');
const kubectl = asking(
  iamSession(creation, 'EKSGetTokenAuth'),
  'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000',
  shop,
  '203.0.113.181',
);
const karpenter = roleSession(controllerRole, `eks-${cluster}-karpenter-6d-3f0c1a2b`);
const nodegroups = serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup');
const group = `eks-ClusterNodegroupDefault-0aaabbbb-0000-4000-8000-000000000005`;

export const cdk: Work = {
  title: 'A new cluster by AWS CDK, Karpenter’s chart among its constructs',
  source:
    'aws/aws-cdk, `aws-eks` (`ClusterCreationRole`, sessions `AWSCDK.EKSCluster.…`, kubectl’s handler) and its bootstrap template (`cdk-hnb659fds-cfn-exec-role-…`); the kubectl session’s name is guessed',
  steps: [
    step(
      '09:00',
      'cdk deploy: roles, and the function that makes the cluster',
      other(
        'cloudformation',
        'ExecuteChangeSet',
        { stackName: 'Shop' },
        { by: roleSession('cdk-hnb659fds-deploy-role-111122223333-eu-west-1', 'aws-cdk-alice') },
      ),
      ...makeRole(clusterRole, trusts.service('eks'), ['AmazonEKSClusterPolicy'], stack),
      iam('CreateRole', { roleName: creation, assumeRolePolicyDocument: trusts.service('lambda') }, stack),
      other(
        'lambda',
        'CreateFunction20150331',
        { functionName: 'Shop-awscdkawseksClusterResourceProvider-OnEvent' },
        stack,
      ),
      eks(
        'CreateCluster',
        {
          name: cluster,
          roleArn: roleArn(clusterRole),
          resourcesVpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: true, subnetIds: ['subnet-0bbb'] },
          logging: { clusterLogging: [{ types: ['audit', 'authenticator'], enabled: true }] },
        },
        maker,
      ),
    ),
    step(
      '09:12',
      'its issuer of tokens, aws-auth, a node group',
      iam(
        'CreateOpenIDConnectProvider',
        { url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE9876543210', clientIDList: ['sts.amazonaws.com'] },
        {
          by: roleSession(
            'Shop-CustomAWSCDKOpenIdConnectProviderCustomResourceProvi-AbCd',
            'Shop-CustomAWSCDKOpenIdConnect',
          ),
        },
      ),
      ...makeRole(groupRole, trusts.service('ec2'), nodePolicies, stack),
      kubectl('patch', 'configmaps', 'kube-system', 'aws-auth', {
        requestObject: {
          data: {
            mapRoles: JSON.stringify([
              {
                rolearn: roleArn(groupRole),
                username: 'system:node:{{EC2PrivateDNSName}}',
                groups: ['system:bootstrappers', 'system:nodes'],
              },
            ]),
            mapUsers: '[]',
          },
        },
      }),
      eks('CreateNodegroup', { name: cluster, nodegroupName: 'default', nodeRole: roleArn(groupRole) }, stack),
      iam('CreateInstanceProfile', { instanceProfileName: group }, { by: nodegroups }),
      iam('AddRoleToInstanceProfile', { instanceProfileName: group, roleName: groupRole }, { by: nodegroups }),
      ...[1, 2].flatMap(number => groupNode({ number, role: groupRole, profile: group, at: '09:12' }, group)),
    ),
    step(
      '09:20',
      'Karpenter’s roles and its association',
      ...makeRole(controllerRole, trusts.pods, [{ KarpenterPolicy: { Statement: [] } }], stack),
      ...makeRole(nodeRole, trusts.service('ec2'), nodePolicies, stack),
      eks(
        'CreatePodIdentityAssociation',
        { name: cluster, namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: roleArn(controllerRole) },
        stack,
      ),
      eks('CreateAccessEntry', { name: cluster, principalArn: roleArn(nodeRole), type: 'EC2_LINUX' }, stack),
      eks('CreateAddon', { name: cluster, addonName: 'eks-pod-identity-agent' }, stack),
    ),
    step('09:25', 'its chart and a NodePool, by kubectl’s function', ...installChart(helm), ...pools(kubectl, 'patch')),
    step(
      '09:30',
      'the first nodes',
      ...karpenterPrepares(nodeRole, karpenter),
      ...[11, 12, 13].flatMap(number =>
        karpenterNode({ number, role: nodeRole, profile: `${cluster}_1234567890123456789`, at: '09:30' }, karpenter),
      ),
    ),
  ],
  named: {
    ...withCluster({ nodeRoles: ['Shop-KarpenterNodeRole*', 'Shop-ClusterNodegroup*'] }),
    ...withKarpenter(controllerRole),
    ...withPlatform(exec, creation, 'Shop-CustomAWSCDKOpenIdConnectProvider*'),
    ...withGateway,
  },
  still: {
    'cloudtrail/eks-endpoint-exposed (high)':
      'CDK opens the API server to every address; `EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(…)` says to which',
    'cloudtrail/controller-role-policy-changed (medium)':
      'what Karpenter may do is written: once a cluster and upgrade',
  },
  most: [24, 38, 2],
};
