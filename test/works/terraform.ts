import { roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { ec2, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { step } from '../stories/step.ts';
import {
  asking,
  natGateway,
  roleArn,
  shop,
  terraform,
  terraformUser,
  withCluster,
  withGateway,
  withKarpenter,
  withPlatform,
} from './cast.ts';
import { installChart, pools } from './chart.ts';
import { makeRole, nodePolicies, trusts } from './iam.ts';
import { groupNode, karpenterNode, karpenterPrepares } from './nodes.ts';
import type { Work } from './work.ts';

const { cluster } = shop;
const controllerRole = 'KarpenterController-20260901090000000000000001';
const groupRole = 'karpenter-eks-node-group-20260901090000000000000002';
const nodeRole = `Karpenter-${cluster}-20260901090000000000000003`;
const clusterRole = `${cluster}-cluster-20260901090000000000000004`;
const queue = `Karpenter-${cluster}`;
const karpenter = roleSession(controllerRole, `eks-${cluster}-karpenter-6d-3f0c1a2b`);
const group = 'eks-karpenter-20260901-0aaaabbb-0000-4000-8000-000000000002';
const helm = asking(terraformUser, 'Helm/3.18.6');
const on = (api: string, request: JsonObject) => eks(api, { name: cluster, ...request }, terraform);
const listen = (rule: string) => [
  other(
    'events',
    'PutRule',
    { name: `Karpenter${rule}-2026090109`, eventPattern: '{"source":["aws.ec2"]}', state: 'ENABLED' },
    terraform,
  ),
  other(
    'events',
    'PutTargets',
    {
      rule: `Karpenter${rule}-2026090109`,
      targets: [{ id: 'KarpenterInterruptionQueueTarget', arn: `arn:aws:sqs:eu-west-1:111122223333:${queue}` }],
    },
    terraform,
  ),
];

export const terraformDay: Work = {
  title: 'A new cluster by Terraform: modules eks and karpenter',
  source: 'terraform-aws-modules/terraform-aws-eks, `main.tf`, `modules/karpenter`, `examples/karpenter`',
  steps: [
    step(
      '09:00',
      'the VPC’s subnets and groups, its NAT gateway, tags by which Karpenter finds them',
      ...natGateway(terraform),
      writeTags('CreateTags', ['subnet-0bbb', 'subnet-0bbc'], { 'karpenter.sh/discovery': cluster }, terraform),
      ec2(
        'AuthorizeSecurityGroupIngress',
        {
          groupId: 'sg-0bbb',
          ipPermissions: {
            items: [{ ipProtocol: 'tcp', fromPort: 10250, toPort: 10250, groups: { items: [{ groupId: 'sg-0bbc' }] } }],
          },
        },
        terraform,
      ),
      writeTags('CreateTags', ['sg-0bbb'], { 'karpenter.sh/discovery': cluster }, terraform),
    ),
    step(
      '09:02',
      'the cluster’s role, key, log group and the cluster',
      ...makeRole(clusterRole, trusts.service('eks'), ['AmazonEKSClusterPolicy'], terraform),
      other('kms', 'CreateKey', { description: `${cluster} cluster encryption key` }, terraform),
      other('logs', 'CreateLogGroup', { logGroupName: `/aws/eks/${cluster}/cluster` }, terraform),
      other(
        'logs',
        'PutRetentionPolicy',
        { logGroupName: `/aws/eks/${cluster}/cluster`, retentionInDays: 90 },
        terraform,
      ),
      on('CreateCluster', {
        roleArn: roleArn(clusterRole),
        version: '1.33',
        accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false },
        resourcesVpcConfig: {
          subnetIds: ['subnet-0bbb', 'subnet-0bbc'],
          endpointPublicAccess: true,
          endpointPrivateAccess: true,
          publicAccessCidrs: ['0.0.0.0/0'],
        },
        logging: { clusterLogging: [{ types: ['api', 'audit', 'authenticator'], enabled: true }] },
      }),
    ),
    step(
      '09:12',
      'who may sign in, and its issuer of tokens',
      iam(
        'CreateOpenIDConnectProvider',
        { url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE9876543210', clientIDList: ['sts.amazonaws.com'] },
        terraform,
      ),
      on('CreateAccessEntry', { principalArn: roleArn('terraform'), type: 'STANDARD' }),
      on('AssociateAccessPolicy', {
        principalArn: encodeURIComponent(roleArn('terraform')),
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster' },
      }),
      ...['eks-pod-identity-agent', 'vpc-cni'].map(addonName => on('CreateAddon', { addonName })),
    ),
    step(
      '09:15',
      'a managed node group for Karpenter itself',
      ...makeRole(groupRole, trusts.service('ec2'), nodePolicies, terraform),
      createTemplate({
        name: 'karpenter-eks-node-group-20260901',
        by: terraform.by,
        tags: {},
        data: { IamInstanceProfile: undefined, ImageId: undefined },
        record: terraform.record,
      }),
      on('CreateNodegroup', {
        nodegroupName: 'karpenter-20260901',
        nodeRole: roleArn(groupRole),
        amiType: 'BOTTLEROCKET_x86_64',
        launchTemplate: { id: 'lt-0bbb', version: '1' },
      }),
      iam(
        'CreateInstanceProfile',
        { instanceProfileName: group },
        { by: serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup') },
      ),
      iam(
        'AddRoleToInstanceProfile',
        { instanceProfileName: group, roleName: groupRole },
        { by: serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup') },
      ),
    ),
    step(
      '09:17',
      'its nodes',
      ...[1, 2].flatMap(number => groupNode({ number, role: groupRole, profile: group, at: '09:17' }, group)),
    ),
    step('09:20', 'further add-ons', ...['coredns', 'kube-proxy'].map(addonName => on('CreateAddon', { addonName }))),
    step(
      '09:21',
      'Karpenter’s roles, its queue and the rules that fill it',
      ...makeRole(controllerRole, trusts.pods, [], terraform),
      iam('CreatePolicy', { policyName: controllerRole, policyDocument: '{"Statement":[]}' }, terraform),
      iam(
        'AttachRolePolicy',
        { roleName: controllerRole, policyArn: `arn:aws:iam::111122223333:policy/${controllerRole}` },
        terraform,
      ),
      on('CreatePodIdentityAssociation', {
        namespace: 'kube-system',
        serviceAccount: 'karpenter',
        roleArn: roleArn(controllerRole),
      }),
      ...makeRole(nodeRole, trusts.service('ec2'), nodePolicies, terraform),
      other('sqs', 'CreateQueue', { queueName: queue }, terraform),
      other(
        'sqs',
        'SetQueueAttributes',
        {
          queueUrl: `https://sqs.eu-west-1.amazonaws.com/111122223333/${queue}`,
          attributes: {
            Policy: JSON.stringify({
              Statement: [
                {
                  Sid: 'SqsWrite',
                  Effect: 'Allow',
                  Action: 'sqs:SendMessage',
                  Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
                  Resource: `arn:aws:sqs:eu-west-1:111122223333:${queue}`,
                },
                { Sid: 'DenyHTTP', Effect: 'Deny', Action: 'sqs:*', Principal: { AWS: '*' }, Resource: '*' },
              ],
            }),
          },
        },
        terraform,
      ),
      ...['HealthEvent', 'SpotInterrupt', 'InstanceRebalance', 'InstanceStateChange'].flatMap(listen),
      on('CreateAccessEntry', { principalArn: roleArn(nodeRole), type: 'EC2_LINUX' }),
    ),
    step('09:25', 'its chart, and the first NodePool', ...installChart(helm), ...pools(helm)),
    step('09:30', 'Karpenter makes its profile and template', ...karpenterPrepares(nodeRole, karpenter)),
    step(
      '09:32',
      'and the first nodes',
      ...[11, 12, 13, 14].flatMap(number =>
        karpenterNode({ number, role: nodeRole, profile: `${cluster}_1234567890123456789`, at: '09:32' }, karpenter),
      ),
    ),
  ],
  named: {
    ...withCluster({ nodeRoles: [`Karpenter-${cluster}-*`, '*-eks-node-group-*'] }),
    ...withKarpenter(controllerRole),
    ...withGateway,
    ...withPlatform('terraform'),
  },
  still: {
    'cloudtrail/eks-endpoint-exposed (high)':
      'the module’s example opens the API server to every address; `endpoint_public_access_cidrs` says to which',
    'cloudtrail/controller-role-policy-changed (medium)':
      'what Karpenter may do is written: once a cluster and upgrade',
  },
  most: [23, 38, 2],
};
