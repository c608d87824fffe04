import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListAssociatedAccessPoliciesCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import {
  GetAccountAuthorizationDetailsCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';

export const account = '111122223333';
const nodeRole = `arn:aws:iam::${account}:role/KarpenterNodeRole-prod`;
export const extras = `arn:aws:iam::${account}:policy/node-extras`;
const tagger = `arn:aws:iam::${account}:policy/ec2-anything`;
const encoded = (Statement: readonly object[]): string =>
  encodeURIComponent(JSON.stringify({ Version: '2012-10-17', Statement }));
const allow = (Action: string | readonly string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource });
const trust = encoded([{ ...allow('sts:AssumeRole'), Principal: { Service: 'ec2.amazonaws.com' } }]);

const metadata = { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' } as const;
const nodeTags = [
  { Key: 'karpenter.sh/nodepool', Value: 'default' },
  { Key: 'kubernetes.io/cluster/prod', Value: 'owned' },
];
/** A hardened node of Karpenter's. */
export const node = {
  InstanceId: 'i-0aaaabbbbccccdddd',
  ImageId: 'ami-0123456789abcdef0',
  InstanceType: 'm7g.large',
  LaunchTime: new Date('2026-08-30T10:00:00Z'),
  VpcId: 'vpc-0aaa',
  SubnetId: 'subnet-0aaa',
  IamInstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/prod_1234567890` },
  MetadataOptions: metadata,
  Tags: nodeTags,
  NetworkInterfaces: [
    {
      NetworkInterfaceId: 'eni-0aaa',
      PrivateIpAddresses: [{ PrivateIpAddress: '10.0.12.34' }],
      Ipv4Prefixes: [{ Ipv4Prefix: '10.0.13.0/28' }],
    },
  ],
} as const;
export const server = {
  ...node,
  InstanceId: 'i-0ffffffffffffffff',
  Tags: [{ Key: 'Name', Value: 'webserver' }],
  MetadataOptions: { ...metadata, HttpTokens: 'optional' },
  NetworkInterfaces: [],
} as const;
/** Of a node group, with everything wrong. */
export const weak = {
  ...server,
  InstanceId: 'i-0bbbbbbbbbbbbbbbb',
  ImageId: 'ami-0fedcba9876543210',
  PublicIpAddress: '203.0.113.77',
  MetadataOptions: { ...metadata, HttpTokens: 'optional', HttpPutResponseHopLimit: 2 },
  Tags: [
    { Key: 'eks:nodegroup-name', Value: 'workers' },
    { Key: 'eks:cluster-name', Value: 'prod' },
  ],
} as const;

/** An account as its APIs answer, in two pages where they page. Everything that a rule looks at is there, good and bad. */
export const mockAccount = () => {
  const [ec2, iam, eks, cloudtrail] = [
    mockClient(EC2Client),
    mockClient(IAMClient),
    mockClient(EKSClient),
    mockClient(CloudTrailClient),
  ];
  ec2
    .on(DescribeInstancesCommand)
    .resolves({ Reservations: [{ Instances: [node as never, server as never] }], NextToken: 'more' })
    .on(DescribeInstancesCommand, { NextToken: 'more' })
    .resolves({ Reservations: [{ Instances: [weak as never] }] })
    .on(DescribeImagesCommand)
    .resolves({
      Images: [
        { ImageId: 'ami-0123456789abcdef0', OwnerId: '602401143452', ImageOwnerAlias: 'amazon' },
        { ImageId: 'ami-0fedcba9876543210', OwnerId: '444455556666' },
      ],
    })
    .on(DescribeLaunchTemplateVersionsCommand)
    .resolves({
      LaunchTemplateVersions: [
        {
          LaunchTemplateId: 'lt-0aaa',
          LaunchTemplateName: 'eks-workers',
          LaunchTemplateData: { MetadataOptions: { HttpTokens: 'optional' } },
        },
        { LaunchTemplateId: 'lt-0ccc', LaunchTemplateName: 'eks-silent', LaunchTemplateData: {} },
        {
          LaunchTemplateId: 'lt-0bbb',
          LaunchTemplateName: 'website',
          LaunchTemplateData: { MetadataOptions: { HttpTokens: 'optional' } },
        },
      ],
    })
    .on(DescribeVpcsCommand)
    .resolves({
      Vpcs: [
        { VpcId: 'vpc-0aaa', CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }, { CidrBlock: '100.64.0.0/16' }] },
        { VpcId: 'vpc-0bbb', CidrBlockAssociationSet: [{ CidrBlock: '10.9.0.0/16' }] },
      ],
    })
    .on(DescribeSubnetsCommand)
    .resolves({
      Subnets: [
        {
          ...{ SubnetId: 'subnet-0aaa', VpcId: 'vpc-0aaa', MapPublicIpOnLaunch: true },
          Tags: [{ Key: 'karpenter.sh/discovery', Value: 'prod' }],
        },
        { SubnetId: 'subnet-0bbb', VpcId: 'vpc-0aaa', MapPublicIpOnLaunch: true },
        { SubnetId: 'subnet-0ccc', Tags: [{ Key: 'karpenter.sh/discovery', Value: 'prod' }] },
      ],
    })
    .on(DescribeSecurityGroupsCommand)
    .resolves({
      SecurityGroups: [
        {
          GroupId: 'sg-0aaa',
          Tags: [{ Key: 'karpenter.sh/discovery', Value: 'prod' }],
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        },
        {
          GroupId: 'sg-0bbb',
          Tags: [{ Key: 'karpenter.sh/discovery', Value: 'prod' }],
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
        },
        { GroupId: 'sg-0ccc', IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] },
      ],
    })
    .on(DescribeNatGatewaysCommand)
    .resolves({ NatGateways: [{ NatGatewayAddresses: [{ PublicIp: '203.0.113.10' }] }] })
    .on(DescribeVpcEndpointsCommand)
    .resolves({ VpcEndpoints: [{ VpcEndpointId: 'vpce-0aaa', VpcId: 'vpc-0aaa' }] })
    .on(DescribeAddressesCommand)
    .resolves({ Addresses: [{ PublicIp: '203.0.113.10' }, { PublicIp: '203.0.113.11' }] })
    .on(GetEbsEncryptionByDefaultCommand)
    .resolves({ EbsEncryptionByDefault: false });
  iam
    .on(ListInstanceProfilesCommand)
    .resolves({
      InstanceProfiles: [
        {
          InstanceProfileName: 'prod_1234567890',
          CreateDate: new Date('2026-01-01T00:00:00Z'),
          Roles: [{ RoleName: 'KarpenterNodeRole-prod' } as never],
        } as never,
        { InstanceProfileName: 'empty', Roles: [] } as never,
      ],
    })
    .on(ListRolesCommand)
    .resolves({
      Roles: [
        { Arn: nodeRole, RoleName: 'KarpenterNodeRole-prod', AssumeRolePolicyDocument: trust } as never,
        {
          Arn: `arn:aws:iam::${account}:role/webserver`,
          RoleName: 'webserver',
          AssumeRolePolicyDocument: trust,
        } as never,
      ],
      IsTruncated: true,
      Marker: 'more',
    })
    .on(ListRolesCommand, { Marker: 'more' })
    .resolves({
      Roles: [
        {
          Arn: `arn:aws:iam::${account}:role/prod-karpenter`,
          RoleName: 'prod-karpenter',
          AssumeRolePolicyDocument: encoded([{ ...allow('sts:AssumeRole'), Principal: '*' }]),
        } as never,
      ],
    })
    .on(ListAttachedRolePoliciesCommand)
    .resolves({ AttachedPolicies: [] })
    .on(ListAttachedRolePoliciesCommand, { RoleName: 'KarpenterNodeRole-prod' })
    .resolves({
      AttachedPolicies: [
        { PolicyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy' },
        { PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
        { PolicyArn: extras },
      ],
    })
    .on(ListRolePoliciesCommand)
    .resolves({ PolicyNames: [] })
    .on(ListRolePoliciesCommand, { RoleName: 'prod-karpenter' })
    .resolves({ PolicyNames: ['controller'] })
    .on(ListRolePoliciesCommand, { RoleName: 'KarpenterNodeRole-prod' })
    .resolves({ PolicyNames: ['pull'] })
    .on(GetRolePolicyCommand, { PolicyName: 'controller' })
    .resolves({ PolicyDocument: encoded([allow(['ec2:RunInstances', 'ec2:CreateTags'])]) })
    .on(GetRolePolicyCommand, { PolicyName: 'pull' })
    .resolves({ PolicyDocument: encoded([allow(['ecr:BatchGetImage', 'ecr:GetAuthorizationToken'])]) })
    .on(GetPolicyCommand)
    .resolves({ Policy: { DefaultVersionId: 'v3' } })
    .on(GetPolicyVersionCommand, { VersionId: 'v3' })
    .resolves({ PolicyVersion: { Document: encoded([allow(['s3:GetObject', 'ecr:BatchGetImage'])]) } });
  // Documents may come on a later page than who carries them.
  iam
    .on(GetAccountAuthorizationDetailsCommand)
    .resolves({
      RoleDetailList: [
        {
          Arn: nodeRole,
          RolePolicyList: [{ PolicyName: 'pull', PolicyDocument: encoded([allow('ecr:BatchGetImage')]) }],
          AttachedManagedPolicies: [{ PolicyArn: extras }],
        },
        {
          Arn: `arn:aws:iam::${account}:role/prod-karpenter`,
          RolePolicyList: [{ PolicyName: 'controller', PolicyDocument: encoded([allow('ec2:CreateTags')]) }],
        },
        {
          Arn: `arn:aws:iam::${account}:role/deployer`,
          AttachedManagedPolicies: [{ PolicyArn: tagger }],
          PermissionsBoundary: { PermissionsBoundaryArn: extras },
        },
      ],
      IsTruncated: true,
      Marker: 'more',
    })
    .on(GetAccountAuthorizationDetailsCommand, { Marker: 'more' })
    .resolves({
      UserDetailList: [{ Arn: `arn:aws:iam::${account}:user/dev`, GroupList: ['developers'] }],
      GroupDetailList: [{ GroupName: 'developers', AttachedManagedPolicies: [{ PolicyArn: tagger }] }],
      Policies: [
        {
          Arn: tagger,
          PolicyVersionList: [
            { IsDefaultVersion: false, Document: encoded([allow('s3:GetObject')]) },
            { IsDefaultVersion: true, Document: encoded([allow('ec2:*')]) },
          ],
        },
        { Arn: extras, PolicyVersionList: [{ IsDefaultVersion: true, Document: encoded([allow('s3:GetObject')]) }] },
      ],
    });
  eks
    .on(ListClustersCommand)
    .resolves({ clusters: ['prod'] })
    .on(DescribeClusterCommand)
    .resolves({
      cluster: {
        arn: `arn:aws:eks:eu-west-1:${account}:cluster/prod`,
        logging: { clusterLogging: [{ types: ['api', 'audit'], enabled: false }] },
        resourcesVpcConfig: { vpcId: 'vpc-0aaa', endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/0'] },
        accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' },
      },
    })
    .on(ListAccessEntriesCommand)
    .resolves({
      accessEntries: [`arn:aws:iam::${account}:role/platform-deployer`, `arn:aws:iam::${account}:role/intern`],
    })
    .on(DescribeAccessEntryCommand)
    .resolves({ accessEntry: { kubernetesGroups: [] } })
    .on(ListAssociatedAccessPoliciesCommand)
    .resolves({
      associatedAccessPolicies: [{ policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy' }],
    })
    .on(ListPodIdentityAssociationsCommand)
    .resolves({ associations: [{ associationId: 'a-1' }] })
    .on(DescribePodIdentityAssociationCommand)
    .resolves({ association: { namespace: 'shop', serviceAccount: 'web', roleArn: nodeRole } })
    .on(ListNodegroupsCommand)
    .resolves({ nodegroups: ['workers'] })
    .on(DescribeNodegroupCommand)
    .resolves({ nodegroup: { nodeRole } });
  cloudtrail
    .on(DescribeTrailsCommand)
    .resolves({
      trailList: [{ Name: 'main', TrailARN: 'arn:main', IsMultiRegionTrail: true, LogFileValidationEnabled: false }],
    })
    .on(GetTrailStatusCommand)
    .resolves({ IsLogging: true })
    .on(GetEventSelectorsCommand)
    .resolves({
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }],
    });
  return { ec2, iam, eks, cloudtrail };
};
