import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import type { JsonObject } from '../../core/json.ts';
import { account, image, region, roleSession, type Trail } from './aws.ts';
import type { Random } from './random.ts';

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

/** An instance that nobody has heard of yet. @param subnet the second number of its address */
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

/** A tag as Karpenter writes it. */
export type Tag = readonly [key: string, value: string];

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
