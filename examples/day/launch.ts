import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import type { JsonObject } from '../../core/json.ts';
import { account, image, karpenterAgent, region, type Trail, who } from './aws.ts';
import { type Instance, launchedItem, mint, newInstance, type Tag } from './instance.ts';

const ownTags = (pool: string, nodeClass: string): readonly Tag[] => [
  ['karpenter.sh/nodepool', pool],
  ['karpenter.k8s.aws/ec2nodeclass', nodeClass],
  ['eks:eks-cluster-name', 'prod'],
  ['kubernetes.io/cluster/prod', 'owned'],
];

/** A list in EC2's wrapped encoding: one element is an object, every element carries its number. */
const wrapped = (elements: readonly JsonObject[]): JsonObject | readonly JsonObject[] => {
  const numbered = elements.map((one, index) => ({ tag: index + 1, ...one }));
  return numbered.length === 1 && numbered[0] !== undefined ? numbered[0] : numbered;
};
const wrappedTags = (tags: readonly Tag[]) => wrapped(tags.map(([Key, Value]) => ({ Key, Value })));

/** A Karpenter launch as CloudTrail tells it: template, CreateFleet, RunInstances by the fleet, keys, the NodeClaim's tag. */
export const karpenterLaunch = (
  trail: Trail,
  time: number,
  pool: string,
  types: readonly string[],
  count: number,
  nodeClass = 'default',
): Instance[] => {
  const { random } = trail;
  const name = `karpenter.k8s.aws/${random.below(1e9)}${random.below(1e9)}`;
  const tags = ownTags(pool, nodeClass);
  const by = { userAgent: karpenterAgent };
  if (random.next() < 0.4)
    trail.add(time - 2_000, 'ec2', 'CreateLaunchTemplate', who.karpenter, {
      ...by,
      requestParameters: {
        CreateLaunchTemplateRequest: {
          LaunchTemplateName: name,
          ClientToken: random.guid(),
          LaunchTemplateData: {
            ImageId: image,
            UserData: '<sensitiveDataRemoved>',
            IamInstanceProfile: { Name: 'KarpenterNodeRole-prod' },
            BlockDeviceMapping: {
              tag: 1,
              DeviceName: '/dev/xvda',
              Ebs: { Encrypted: true, VolumeSize: 80, VolumeType: 'gp3', DeleteOnTermination: true },
            },
            NetworkInterface: {
              tag: 1,
              DeviceIndex: 0,
              AssociatePublicIpAddress: false,
              SecurityGroupId: [
                { tag: 1, content: 'sg-0aaa' },
                { tag: 2, content: 'sg-0bbb' },
              ],
            },
            MetadataOptions: {
              HttpEndpoint: 'enabled',
              HttpProtocolIpv6: 'disabled',
              HttpPutResponseHopLimit: 1,
              HttpTokens: 'required',
              InstanceMetadataTags: 'disabled',
            },
            TagSpecification: { tag: 1, ResourceType: 'network-interface', Tag: wrappedTags(tags) },
          },
          TagSpecification: { tag: 1, ResourceType: 'launch-template', Tag: wrappedTags(tags) },
        },
      },
      responseElements: {
        CreateLaunchTemplateResponse: {
          launchTemplate: {
            launchTemplateId: `lt-0${random.hex(16)}`,
            launchTemplateName: name,
            defaultVersionNumber: 1,
            latestVersionNumber: 1,
          },
        },
      },
    });
  const type = random.pick(types);
  const made = Array.from({ length: count }, () => newInstance(random, time, type, pool, 'KarpenterNodeRole-prod'));
  const ids = made.map(one => one.id);
  trail.add(time, 'ec2', 'CreateFleet', who.karpenter, {
    ...by,
    requestParameters: {
      CreateFleetRequest: {
        Type: 'instant',
        TargetCapacitySpecification: { DefaultTargetCapacityType: 'spot', TotalTargetCapacity: count },
        SpotOptions: { AllocationStrategy: 'price-capacity-optimized' },
        LaunchTemplateConfigs: {
          tag: 1,
          LaunchTemplateSpecification: { LaunchTemplateName: name, Version: '$Latest' },
          Overrides: wrapped(
            types.map(InstanceType => ({
              InstanceType,
              SubnetId: 'subnet-0aaa',
              ImageId: image,
              AvailabilityZone: `${region}a`,
            })),
          ),
        },
        TagSpecification: ['instance', 'volume', 'fleet'].map((ResourceType, index) => ({
          tag: index + 1,
          ResourceType,
          Tag: wrappedTags(tags),
        })),
      },
    },
    responseElements: {
      CreateFleetResponse: {
        xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/',
        requestId: random.guid(),
        fleetId: `fleet-${random.guid()}`,
        errorSet: '',
        fleetInstanceSet: {
          item: {
            lifecycle: 'spot',
            instanceType: type,
            instanceIds: { item: ids.length === 1 ? (ids[0] ?? '') : ids },
          },
        },
      },
    },
  });
  const launch = trail.add(
    time + 1_000,
    'ec2',
    'RunInstances',
    { ...withoutKey(who.karpenter), invokedBy: 'ec2fleet.amazonaws.com' },
    {
      sourceIPAddress: 'ec2fleet.amazonaws.com',
      userAgent: 'ec2fleet.amazonaws.com',
      requestParameters: {
        instancesSet: { items: [{ minCount: count, maxCount: count }] },
        instanceType: type,
        subnetId: 'subnet-0aaa',
        availabilityZone: `${region}a`,
        launchTemplate: { launchTemplateName: name, version: '$Latest' },
        blockDeviceMapping: {},
      },
      responseElements: {
        requestId: random.guid(),
        reservationId: `r-0${random.hex(16)}`,
        ownerId: account,
        groupSet: {},
        instancesSet: { items: made.map(one => launchedItem(one, tags)) },
      },
    },
  );
  for (const one of made) {
    mint(trail, time + 2_000, one, launch.requestID);
    trail.add(time + 70_000, 'ec2', 'CreateTags', who.karpenter, {
      ...by,
      requestParameters: {
        resourcesSet: { items: [{ resourceId: one.id }] },
        tagSet: {
          items: [
            { key: 'karpenter.sh/nodeclaim', value: one.claim },
            { key: 'Name', value: `${pool}/${one.claim}` },
            { key: 'eks:eks-cluster-name', value: 'prod' },
          ],
        },
      },
      responseElements: { requestId: random.guid(), _return: true },
    });
  }
  return made;
};

/** The fleet's RunInstances carries Karpenter's session without its access key. */
const withoutKey = ({ accessKeyId: _, ...identity }: UserIdentity): UserIdentity => identity;
