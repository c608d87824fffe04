import { example, roleSession } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Random, seconds } from './random.ts';

export { roleSession };
export const { account, region } = example;
export const image = 'ami-0123456789abcdef0';
export const egress = '203.0.113.10';
export const office = '198.51.100.23';
export const endpoint = 'vpce-0123456789abcdef0';
export const oidc = `arn:aws:iam::${account}:oidc-provider/oidc.eks.${region}.amazonaws.com/id/EXAMPLE0123456789`;

/** A session of a service-linked role: the issuer's ARN keeps its path. */
const serviceLinked = (role: string, session: string, service: string): UserIdentity =>
  roleSession(role, session, {
    invokedBy: service,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLEEXAMPLEEXA',
        arn: `arn:aws:iam::${example.account}:role/aws-service-role/${service}/${role}`,
        accountId: example.account,
        userName: role,
      },
    },
  });

/** Who acts on the example day, in CloudTrail's words. */
export const who = {
  karpenter: roleSession('prod-karpenter', '1788220800000000001', {
    accessKeyId: 'ASIAEXAMPLEIRSA00001',
    sessionContext: { webIdFederationData: { federatedProvider: oidc, attributes: {} } },
  }),
  capa: roleSession('controllers.cluster-api-provider-aws.sigs.k8s.io', '1788220800000000002', {
    accessKeyId: 'ASIAEXAMPLEIRSA00002',
    sessionContext: { webIdFederationData: { federatedProvider: oidc, attributes: {} } },
  }),
  csi: roleSession('prod-ebs-csi', 'aws-sdk-go-1788220800', { accessKeyId: 'ASIAEXAMPLEPODID0002' }),
  loadBalancer: roleSession('prod-load-balancer-controller', '1788220800000000003', {
    accessKeyId: 'ASIAEXAMPLEPODID0003',
  }),
  terraform: roleSession('platform-deployer', 'terraform-ci-4711', { accessKeyId: 'ASIAEXAMPLECIKEY0001' }),
  cluster: {
    ...roleSession('prod-cluster', 'EKSControlPlane', { accessKeyId: 'ASIAEXAMPLEEKSKEY001' }),
    invokedBy: 'eks.amazonaws.com',
  },
  nodegroup: serviceLinked('AWSServiceRoleForAmazonEKSNodegroup', 'EKS', 'eks-nodegroup.amazonaws.com'),
  scaling: serviceLinked('AWSServiceRoleForAutoScaling', 'AutoScaling', 'autoscaling.amazonaws.com'),
  alice: roleSession('developer', 'alice'),
  bob: roleSession('developer', 'bob', { accessKeyId: 'ASIAEXAMPLEDEVKEY002' }),
  carol: roleSession('readonly', 'carol', { accessKeyId: 'ASIAEXAMPLEDEVKEY003' }),
} as const satisfies { readonly [name: string]: UserIdentity };

/** Karpenter's user agent (aws-sdk-go-v2 with the controller's version). */
export const karpenterAgent =
  'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.290.0 karpenter.sh-1.14.1 m/h';

/** Writes CloudTrail records of one account, in the order of their making; sort by time before use. */
export class Trail {
  readonly records: CloudTrailRecord[] = [];
  readonly random: Random;
  constructor(random: Random) {
    this.random = random;
  }

  /** One management event; `over` replaces members. Gives the record back for its id. */
  add(
    time: number,
    source: string,
    name: string,
    userIdentity: UserIdentity,
    over: Partial<CloudTrailRecord> = {},
  ): CloudTrailRecord {
    const record: CloudTrailRecord = {
      eventVersion: '1.11',
      userIdentity,
      eventTime: seconds(time),
      eventSource: `${source}.amazonaws.com`,
      eventName: name,
      awsRegion: source === 'iam' ? 'us-east-1' : region,
      sourceIPAddress: egress,
      userAgent: 'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0',
      requestParameters: null,
      responseElements: null,
      requestID: this.random.guid(),
      eventID: this.random.guid(),
      readOnly: /^(Get|List|Describe|Assume|Lookup|BatchGet|Head|Search)/.test(name),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      tlsDetails: {
        tlsVersion: 'TLSv1.3',
        cipherSuite: 'TLS_AES_128_GCM_SHA256',
        clientProvidedHostHeader: `${source}.${region}.amazonaws.com`,
      },
      ...over,
    };
    this.records.push(record);
    return record;
  }
}

/** One EC2 instance of the day. */
export interface Instance {
  readonly id: string;
  readonly type: string;
  readonly address: string;
  readonly launched: number;
  readonly pool: string;
  readonly role: string;
  readonly key: string;
  readonly claim: string;
  /** When it was terminated; absent: it outlives the day. */
  gone?: number;
}

/** `ip-10-0-1-2.eu-west-1.compute.internal`. */
export const dns = (one: Pick<Instance, 'address'>): string =>
  `ip-${one.address.replaceAll('.', '-')}.${region}.compute.internal`;

/** The identity of an instance's session; `delivery` is the IMDS version that gave the credentials out. */
export const sessionOf = (one: Instance): UserIdentity =>
  roleSession(one.role, one.id, {
    accessKeyId: one.key,
    sessionContext: { ec2RoleDelivery: '2.0' },
    inScopeOf: {
      issuerType: 'AWS::EC2::Instance',
      credentialsIssuedTo: `arn:aws:ec2:${region}:${account}:instance/${one.id}`,
    },
  });

export const newInstance = (
  random: Random,
  launched: number,
  type: string,
  pool: string,
  role: string,
  subnet = 0,
): Instance => ({
  id: `i-0${random.hex(16)}`,
  type,
  address: `10.${subnet}.${1 + random.below(250)}.${4 + random.below(250)}`,
  launched,
  pool,
  role,
  key: `ASIAEX${random.hex(14).toUpperCase()}`,
  claim: `${pool}-${random.word(5)}`,
});

type Tag = readonly [key: string, value: string];

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

/** The instance as RunInstances' response prints it: effective image, address, metadata options. */
export const launchedItem = (one: Instance, tags: readonly Tag[], over: JsonObject = {}): JsonObject => ({
  instanceId: one.id,
  imageId: image,
  instanceState: { code: 0, name: 'pending' },
  privateDnsName: dns(one),
  instanceType: one.type,
  launchTime: one.launched,
  placement: { availabilityZone: `${region}a`, tenancy: 'default' },
  subnetId: 'subnet-0aaa',
  vpcId: 'vpc-0aaa',
  privateIpAddress: one.address,
  tagSet: { items: tags.map(([key, value]) => ({ key, value })) },
  networkInterfaceSet: {
    items: [{ networkInterfaceId: `eni-0${one.id.slice(3, 19)}`, privateIpAddress: one.address }],
  },
  iamInstanceProfile: { arn: `arn:aws:iam::${account}:instance-profile/${one.role}`, id: 'AIPAEXAMPLEEXAMPLEEXA' },
  metadataOptions: {
    state: 'pending',
    httpTokens: 'required',
    httpPutResponseHopLimit: 1,
    httpEndpoint: 'enabled',
    httpProtocolIpv4: 'enabled',
    httpProtocolIpv6: 'disabled',
    instanceMetadataTags: 'disabled',
  },
  ...over,
});

/** EC2 takes the role for an instance: two records with the launch's request id, one a key set of each IMDS version. */
export const mint = (trail: Trail, time: number, one: Instance, requestID: string | undefined): void => {
  for (const key of [one.key, `${one.key.slice(0, -1)}1`])
    trail.add(
      time,
      'sts',
      'AssumeRole',
      { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
      {
        sourceIPAddress: 'ec2.amazonaws.com',
        userAgent: 'ec2.amazonaws.com',
        requestParameters: { roleArn: `arn:aws:iam::${account}:role/${one.role}`, roleSessionName: one.id },
        responseElements: {
          credentials: {
            accessKeyId: key,
            sessionToken: 'example-session-token',
            expiration: 'Sep 1, 2026, 11:59:59 PM',
          },
        },
        ...(requestID === undefined ? {} : { requestID }),
        sharedEventID: trail.random.guid(),
      },
    );
};

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
