import type { Event } from '../event.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { call, developer, karpenter, overlay, roleSession } from './example.ts';
import type { UserIdentity } from './record.ts';

/** What an EC2 example states over the ordinary call: parts of request and response are merged in, `undefined` removes. */
export interface Over {
  readonly by?: UserIdentity;
  readonly request?: JsonObject;
  readonly response?: JsonObject | null;
  /** Other members of the record: `errorCode`, `awsRegion`, `eventTime`, … A call that failed has no response. */
  readonly record?: JsonObject;
}

const made = (api: string, request: JsonObject, response: JsonObject | null, over: Over, wrapped: boolean) => {
  const body = overlay(request, over.request ?? {});
  const failed = over.record?.['errorCode'] !== undefined;
  const answer = failed || over.response === null || response === null ? null : overlay(response, over.response ?? {});
  const wrap = (value: JsonObject | null, suffix: string) =>
    wrapped && value !== null ? { [`${api}${suffix}`]: value } : value;
  return call('ec2', api, {
    userIdentity: over.by ?? developer,
    requestParameters: wrap(body, 'Request'),
    responseElements: wrap(answer, 'Response'),
    ...over.record,
  });
};

/** An older EC2 API's call: lower camel, lists as `…Set.items`. */
export const ec2 = (
  api: string,
  request: JsonObject,
  over: Over = {},
  response: JsonObject | null = null,
): Event<'cloudtrail'> =>
  made(api, request, response ?? { requestId: '11111111-2222-3333-4444-555555555555', _return: true }, over, false);

/** A newer EC2 API's call: `<Api>Request` and `<Api>Response`. */
export const wrappedEc2 = (
  api: string,
  request: JsonObject,
  over: Over = {},
  response: JsonObject | null = null,
): Event<'cloudtrail'> =>
  made(api, request, response ?? { xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/', return: true }, over, true);

/** The Cluster API provider's controller session. */
export const clusterApi = roleSession('controllers.cluster-api-provider-aws.sigs.k8s.io', '1788256800000000000');

/** The platform team's deployment session. */
export const platform = roleSession('platform-deployer', 'deploy');

/** Auto Scaling's service-linked role, launching for a node group. */
export const autoScaling: UserIdentity = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLEEXAMPLEASG:AutoScaling',
  arn: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling',
  accountId: '111122223333',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEEXAMPLEASG',
      arn: 'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      accountId: '111122223333',
      userName: 'AWSServiceRoleForAutoScaling',
    },
    attributes: { creationDate: '2026-09-01T09:30:00Z', mfaAuthenticated: 'false' },
  },
  invokedBy: 'autoscaling.amazonaws.com',
};

/** A cluster's role, of any name, as EKS Auto Mode launches with it. */
export const autoMode: UserIdentity = {
  ...roleSession('shop-control-plane', 'aws-go-sdk-1788256800000000000'),
  invokedBy: 'eks.amazonaws.com',
};

/** What EKS Auto Mode tags nodes with (EKS User Guide, AmazonEKSComputePolicy). */
export const autoModeTags = {
  'eks:eks-cluster-name': 'prod',
  'eks:kubernetes-node-class-name': 'default',
  'eks:kubernetes-node-pool-name': 'general-purpose',
} as const;

/** Karpenter's session as EC2 Fleet uses it for RunInstances: no access key, `invokedBy` the service. */
export const karpenterFleet: UserIdentity = (({ accessKeyId: _, ...identity }) => ({
  ...identity,
  invokedBy: 'ec2fleet.amazonaws.com',
}))(karpenter);

/** Tags as an older API's request and response hold them. */
export const tagList = (tags: { readonly [key: string]: string }): readonly JsonObject[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

/** Tags as a newer API's request holds them: one element stands alone. */
export const wrappedTags = (tags: { readonly [key: string]: string }): Json => {
  const all = Object.entries(tags).map(([Key, Value], index) => ({ tag: index + 1, Key, Value }));
  return all.length === 1 && all[0] !== undefined ? all[0] : all;
};

/** What Karpenter 1.x writes on what it launches. */
export const karpenterTags = {
  'karpenter.sh/nodepool': 'default',
  'karpenter.k8s.aws/ec2nodeclass': 'default',
  'eks:eks-cluster-name': 'prod',
  'kubernetes.io/cluster/prod': 'owned',
} as const;

/** What the Cluster API provider writes on what it launches. */
export const clusterApiTags = {
  'sigs.k8s.io/cluster-api-provider-aws/cluster/fleet': 'owned',
  'sigs.k8s.io/cluster-api-provider-aws/role': 'node',
  'kubernetes.io/cluster/fleet': 'owned',
  Name: 'fleet-md-0-abcde',
} as const;

interface Run extends Over {
  readonly type?: string;
  readonly tags?: { readonly [key: string]: string };
  /** The launched instance, over an ordinary hardened one. */
  readonly instance?: JsonObject;
}

/** A direct RunInstances of one hardened m7g.large: EC2 User Guide's shape, and the response as CloudTrail has it. */
export const runInstances = ({
  type = 'm7g.large',
  tags = {},
  instance = {},
  ...over
}: Run = {}): Event<'cloudtrail'> => {
  const tagged = Object.keys(tags).length > 0;
  const request = {
    instancesSet: { items: [{ imageId: 'ami-0123456789abcdef0', minCount: 1, maxCount: 1 }] },
    instanceType: type,
    blockDeviceMapping: {},
    monitoring: { enabled: false },
    disableApiTermination: false,
    disableApiStop: false,
    clientToken: 'C75407B7-0000-4000-8000-000000000000',
    subnetId: 'subnet-0aaa',
    ...(tagged ? { tagSpecificationSet: { items: [{ resourceType: 'instance', tags: tagList(tags) }] } } : {}),
  };
  const launched = overlay(
    {
      instanceId: 'i-0aaaabbbbccccdddd',
      imageId: 'ami-0123456789abcdef0',
      instanceState: { code: 0, name: 'pending' },
      instanceType: type,
      launchTime: Date.parse('2026-09-01T10:00:00Z'),
      subnetId: 'subnet-0aaa',
      vpcId: 'vpc-0aaa',
      privateIpAddress: '10.0.12.34',
      tagSet: tagged ? { items: tagList(tags) } : {},
      iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/prod-node', id: 'AIPAEXAMPLEEXAMPLEEXA' },
      metadataOptions: {
        state: 'pending',
        httpTokens: 'required',
        httpPutResponseHopLimit: 1,
        httpEndpoint: 'enabled',
        httpProtocolIpv4: 'enabled',
        httpProtocolIpv6: 'disabled',
        instanceMetadataTags: 'disabled',
      },
    },
    instance,
  );
  const response = {
    requestId: '11111111-2222-3333-4444-555555555555',
    reservationId: 'r-0aaa',
    ownerId: '111122223333',
    groupSet: {},
    instancesSet: { items: [launched] },
  };
  return made('RunInstances', request, response, over, false);
};

/** RunInstances as EC2 Fleet calls it with Karpenter's session: no image in the request, the effective one in the response. */
export const fleetRun = ({ type = 'm7g.large', instance = {}, ...over }: Run = {}): Event<'cloudtrail'> =>
  runInstances({
    type,
    tags: karpenterTags,
    instance,
    by: karpenterFleet,
    ...over,
    request: {
      instancesSet: { items: [{ minCount: 1, maxCount: 1 }] },
      tagSpecificationSet: undefined,
      launchTemplate: { launchTemplateId: 'lt-0aaa', version: '1' },
      ...over.request,
    },
    record: { sourceIPAddress: 'ec2fleet.amazonaws.com', userAgent: 'ec2fleet.amazonaws.com', ...over.record },
  });

interface Fleet extends Over {
  /** Instance types of the override list. */
  readonly types?: readonly string[];
  /** Members of every override. */
  readonly override?: JsonObject;
  /** Type of the launched instance; null: the fleet launched nothing. */
  readonly launched?: string | null;
  readonly instances?: readonly string[];
}

const one = <T>(list: readonly T[]): T | readonly T[] => (list.length === 1 && list[0] !== undefined ? list[0] : list);

/** Karpenter's CreateFleet: instant, template by name, one override a type. */
export const createFleet = ({
  types = ['m7g.large', 'm7g.xlarge'],
  override = {},
  launched = types[0] ?? null,
  instances = ['i-0aaaabbbbccccdddd'],
  ...over
}: Fleet = {}): Event<'cloudtrail'> => {
  const overrides = types.map((InstanceType, index) => ({
    tag: index + 1,
    InstanceType,
    SubnetId: 'subnet-0aaa',
    ImageId: 'ami-0123456789abcdef0',
    AvailabilityZone: 'eu-west-1a',
    ...override,
  }));
  const request = {
    Type: 'instant',
    TargetCapacitySpecification: { DefaultTargetCapacityType: 'on-demand', TotalTargetCapacity: instances.length },
    OnDemandOptions: { AllocationStrategy: 'lowest-price' },
    LaunchTemplateConfigs: {
      tag: 1,
      LaunchTemplateSpecification: { LaunchTemplateName: 'karpenter.k8s.aws/1234567890123456789', Version: '$Latest' },
      Overrides: one(overrides),
    },
    TagSpecification: [
      { tag: 1, ResourceType: 'instance', Tag: wrappedTags(karpenterTags) },
      { tag: 2, ResourceType: 'fleet', Tag: wrappedTags({ 'karpenter.sh/nodepool': 'default' }) },
    ],
  };
  const fleet = {
    lifecycle: 'on-demand',
    instanceType: launched ?? '',
    instanceIds: { item: one(instances) },
    launchTemplateAndOverrides: {
      overrides: { instanceType: launched ?? '', imageId: 'ami-0123456789abcdef0', availabilityZone: 'eu-west-1a' },
    },
  };
  const response = {
    xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    requestId: '22222222-2222-3333-4444-555555555555',
    fleetId: 'fleet-0aaa',
    errorSet: '',
    fleetInstanceSet: launched === null ? '' : { item: fleet },
  };
  return made('CreateFleet', request, response, { by: karpenter, ...over }, true);
};

interface Template extends Over {
  readonly name?: string;
  /** Over the hardened LaunchTemplateData that Karpenter writes. */
  readonly data?: JsonObject;
  readonly tags?: { readonly [key: string]: string };
}

/** Karpenter's CreateLaunchTemplate. */
export const createTemplate = ({
  name = 'karpenter.k8s.aws/1234567890123456789',
  data = {},
  tags = karpenterTags,
  ...over
}: Template = {}): Event<'cloudtrail'> => {
  const request: JsonObject = {
    LaunchTemplateName: name,
    ClientToken: '33333333-0000-4000-8000-000000000000',
    LaunchTemplateData: overlay(
      {
        ImageId: 'ami-0123456789abcdef0',
        UserData: '<sensitiveDataRemoved>',
        IamInstanceProfile: { Name: 'prod_9876543210987654321' },
        BlockDeviceMapping: {
          tag: 1,
          DeviceName: '/dev/xvda',
          Ebs: { Encrypted: true, VolumeSize: 80, VolumeType: 'gp3', DeleteOnTermination: true },
        },
        NetworkInterface: {
          tag: 1,
          DeviceIndex: 0,
          AssociatePublicIpAddress: false,
          SecurityGroupId: { tag: 1, content: 'sg-0aaa' },
        },
        MetadataOptions: {
          HttpEndpoint: 'enabled',
          HttpProtocolIpv6: 'disabled',
          HttpPutResponseHopLimit: 1,
          HttpTokens: 'required',
          InstanceMetadataTags: 'disabled',
        },
      },
      data,
    ),
    ...(Object.keys(tags).length > 0
      ? { TagSpecification: { tag: 1, ResourceType: 'launch-template', Tag: wrappedTags(tags) } }
      : {}),
  };
  const response = {
    launchTemplate: {
      launchTemplateId: 'lt-0aaa',
      launchTemplateName: name,
      defaultVersionNumber: 1,
      latestVersionNumber: 1,
    },
  };
  return made('CreateLaunchTemplate', request, response, { by: karpenter, ...over }, true);
};

/** CreateTags or DeleteTags. A tag whose value is null is named without one, as DeleteTags may. */
export const writeTags = (
  api: 'CreateTags' | 'DeleteTags',
  resources: readonly string[],
  tags: { readonly [key: string]: string | null },
  over: Over = {},
): Event<'cloudtrail'> =>
  ec2(
    api,
    {
      resourcesSet: { items: resources.map(resourceId => ({ resourceId })) },
      tagSet: {
        items: Object.entries(tags).map(([key, value]) =>
          isObject(value) || value === null ? { key } : { key, value },
        ),
      },
    },
    over,
  );
