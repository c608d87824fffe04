import type { Event } from '../event.ts';
import type { JsonObject } from '../json.ts';
import { karpenter, overlay } from './example.ts';
import { karpenterFleet } from './example-callers.ts';
import { karpenterTags, made, type Over, tagList, wrappedTags } from './example-ec2.ts';

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
