import { roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import { step } from '../stories/step.ts';
import {
  administrator,
  administrators,
  asking,
  byStack,
  natGateway,
  roleArn,
  shop,
  signedIn,
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
const nodeRole = `KarpenterNodeRole-${cluster}`;
const controllerRole = `${cluster}-karpenter`;
const groupRole = `eksctl-${cluster}-nodegroup-${cluster}-ng-NodeInstanceRole-AbCdEfGhIjKl`;
const serviceRole = `eksctl-${cluster}-cluster-ServiceRole-AbCdEfGhIjKl`;
const policies = [
  'NodeLifecycle',
  'IAMIntegration',
  'EKSIntegration',
  'Interruption',
  'ResourceDiscovery',
  'ZonalShift',
].map(part => `KarpenterController${part}Policy-${cluster}`);
const policyArn = (name: string): string => `arn:aws:iam::111122223333:policy/${name}`;
const karpenter = roleSession(controllerRole, `eks-${cluster}-karpenter-6d-3f0c1a2b`);
const group = `eks-${cluster}-ng-0aaabbbb-0000-4000-8000-000000000003`;

const stack = byStack(administrator);
const cli = { by: administrator };
const eksctl = {
  by: administrator,
  record: {
    userAgent: 'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#amd64 eksctl/0.221.0',
  },
};
const formed = (StackName: string) => other('cloudformation', 'CreateStack', { stackName: StackName }, eksctl);
const nodegroups = serviceLinked('eks-nodegroup.amazonaws.com', 'AWSServiceRoleForAmazonEKSNodegroup');
const kubectl = asking(signedIn, 'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000');
const helm = asking(signedIn, 'Helm/3.18.6');

export const gettingStarted: Work = {
  title: 'Karpenter’s getting-started: CloudFormation, eksctl, Helm',
  source:
    'aws/karpenter-provider-aws, “Getting Started with Karpenter” (`cloudformation.yaml` and its scripts); eksctl-io/eksctl, `pkg/cfn/builder`',
  steps: [
    step(
      '09:00',
      'the stack Karpenter-shop: the nodes’ role, six policies, the queue and its rules',
      other('cloudformation', 'CreateChangeSet', { stackName: `Karpenter-${cluster}` }, cli),
      other('cloudformation', 'ExecuteChangeSet', { stackName: `Karpenter-${cluster}` }, cli),
      ...makeRole(nodeRole, trusts.service('ec2'), nodePolicies, stack),
      ...policies.map(policyName => iam('CreatePolicy', { policyName, policyDocument: '{"Statement":[]}' }, stack)),
      other('sqs', 'CreateQueue', { queueName: cluster }, stack),
      other(
        'sqs',
        'SetQueueAttributes',
        {
          queueUrl: `https://sqs.eu-west-1.amazonaws.com/111122223333/${cluster}`,
          attributes: {
            Policy: JSON.stringify({
              Id: 'EC2InterruptionPolicy',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { Service: ['events.amazonaws.com', 'sqs.amazonaws.com'] },
                  Action: 'sqs:SendMessage',
                  Resource: `arn:aws:sqs:eu-west-1:111122223333:${cluster}`,
                },
                { Sid: 'DenyHTTP', Effect: 'Deny', Action: 'sqs:*', Principal: '*', Resource: '*' },
              ],
            }),
          },
        },
        stack,
      ),
      ...['ScheduledChangeRule', 'SpotInterruptionRule', 'RebalanceRule', 'InstanceStateChangeRule'].flatMap(rule => [
        other('events', 'PutRule', { name: `Karpenter-${cluster}-${rule}-AbCd`, state: 'ENABLED' }, stack),
        other(
          'events',
          'PutTargets',
          {
            rule: `Karpenter-${cluster}-${rule}-AbCd`,
            targets: [{ id: 'KarpenterInterruptionQueueTarget', arn: `arn:aws:sqs:eu-west-1:111122223333:${cluster}` }],
          },
          stack,
        ),
      ]),
    ),
    step(
      '09:05',
      'eksctl’s stack of the cluster',
      formed(`eksctl-${cluster}-cluster`),
      ...natGateway(stack),
      ...makeRole(
        serviceRole,
        trusts.service('eks'),
        ['AmazonEKSClusterPolicy', 'AmazonEKSVPCResourceController'],
        stack,
      ),
      eks(
        'CreateCluster',
        {
          name: cluster,
          roleArn: roleArn(serviceRole),
          version: '1.34',
          accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: true },
          resourcesVpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: false, subnetIds: ['subnet-0bbb'] },
          zonalShiftConfig: { enabled: true },
        },
        stack,
      ),
    ),
    step(
      '09:17',
      'add-ons, the logs, the issuer of tokens',
      ...['vpc-cni', 'kube-proxy', 'coredns', 'metrics-server', 'eks-pod-identity-agent'].map(addonName =>
        eks('CreateAddon', { name: cluster, addonName }, eksctl),
      ),
      eks(
        'UpdateClusterConfig',
        { name: cluster, logging: { clusterLogging: [{ types: ['audit', 'authenticator'], enabled: true }] } },
        eksctl,
      ),
      iam(
        'CreateOpenIDConnectProvider',
        { url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE9876543210', clientIDList: ['sts.amazonaws.com'] },
        eksctl,
      ),
    ),
    step(
      '09:19',
      'Karpenter’s role and its association',
      formed(`eksctl-${cluster}-podidentityrole-kube-system-karpenter`),
      ...makeRole(controllerRole, trusts.pods, policies.map(policyArn), stack),
      eks(
        'CreatePodIdentityAssociation',
        { name: cluster, namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: roleArn(controllerRole) },
        eksctl,
      ),
      kubectl('get', 'configmaps', 'kube-system', 'aws-auth'),
      kubectl('update', 'configmaps', 'kube-system', 'aws-auth', {
        requestObject: {
          data: {
            mapRoles: `- rolearn: ${roleArn(nodeRole)}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  - system:bootstrappers\n  - system:nodes\n`,
          },
        },
      }),
    ),
    step(
      '09:22',
      'a managed node group',
      formed(`eksctl-${cluster}-nodegroup-${cluster}-ng`),
      ...makeRole(groupRole, trusts.service('ec2'), nodePolicies, stack),
      createTemplate({
        name: `eksctl-${cluster}-nodegroup-${cluster}-ng`,
        by: stack.by,
        tags: {},
        data: {
          ImageId: undefined,
          IamInstanceProfile: undefined,
          UserData: undefined,
          MetadataOptions: {
            HttpTokens: 'required',
            HttpPutResponseHopLimit: 2,
            HttpEndpoint: undefined,
            HttpProtocolIpv6: undefined,
            InstanceMetadataTags: undefined,
          },
        },
        record: stack.record,
      }),
      eks(
        'CreateNodegroup',
        {
          name: cluster,
          nodegroupName: `${cluster}-ng`,
          nodeRole: roleArn(groupRole),
          launchTemplate: { id: 'lt-0bbb', version: '1' },
        },
        stack,
      ),
      iam('CreateInstanceProfile', { instanceProfileName: group }, { by: nodegroups }),
      iam('AddRoleToInstanceProfile', { instanceProfileName: group, roleName: groupRole }, { by: nodegroups }),
    ),
    step(
      '09:24',
      'its nodes',
      ...[1, 2].flatMap(number =>
        groupNode(
          {
            number,
            role: groupRole,
            profile: group,
            at: '09:24',
            metadata: { httpTokens: 'required', httpPutResponseHopLimit: 2, httpEndpoint: 'enabled' },
          },
          group,
        ),
      ),
    ),
    step('09:30', 'Karpenter’s chart, a look at it, and the first NodePool', ...installChart(helm), ...pools(kubectl)),
    step(
      '09:32',
      'Karpenter makes its profile, its template and the first nodes',
      ...karpenterPrepares(nodeRole, karpenter),
      ...[11, 12, 13].flatMap(number =>
        karpenterNode({ number, role: nodeRole, profile: `${cluster}_1234567890123456789`, at: '09:32' }, karpenter),
      ),
    ),
    step(
      '10:30',
      'what the guide looks at: Prometheus, Grafana and its password',
      helm('create', 'namespaces', '', 'monitoring'),
      kubectl('create', 'pods/portforward', 'monitoring', 'grafana-7d9c8b6f5-abcde'),
      kubectl('get', 'secrets', 'monitoring', 'grafana'),
      kubectl('get', 'pods/log', 'kube-system', 'karpenter-5d4f8c7b9d-x2x7z'),
    ),
  ],
  named: {
    ...withCluster({ nodeRoles: ['KarpenterNodeRole-*', 'eksctl-*-NodeInstanceRole-*'] }),
    ...withKarpenter(controllerRole),
    ...withGateway,
    ...withPlatform(administrators),
  },
  still: {
    'cloudtrail/eks-endpoint-exposed (high)':
      'eksctl opens the API server to every address; `vpc.publicAccessCIDRs` says to which',
    'cloudtrail/controller-role-policy-changed (medium)':
      'what Karpenter may do is written: once a cluster and upgrade',
    'cloudtrail/imdsv1-instance-launched (medium)':
      'eksctl’s node groups let pods have the node’s credentials; `disablePodIMDS: true` does not',
  },
  most: [18, 31, 6],
};
