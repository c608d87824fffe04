/**
 * What the inventory reads of AWS's answers: members as the APIs name them (EC2, IAM, EKS and CloudTrail API References), all of
 * them optional, as the SDK has them.
 */
export type Maybe<T> = T | undefined;

export interface Tag {
  readonly Key?: Maybe<string>;
  readonly Value?: Maybe<string>;
}

export interface MetadataOptions {
  readonly HttpTokens?: Maybe<string>;
  readonly HttpPutResponseHopLimit?: Maybe<number>;
  readonly HttpProtocolIpv6?: Maybe<string>;
  readonly HttpEndpoint?: Maybe<string>;
}

export interface Instance {
  readonly InstanceId?: Maybe<string>;
  readonly ImageId?: Maybe<string>;
  readonly InstanceType?: Maybe<string>;
  readonly LaunchTime?: Maybe<Date>;
  readonly VpcId?: Maybe<string>;
  readonly SubnetId?: Maybe<string>;
  readonly PublicIpAddress?: Maybe<string>;
  readonly State?: Maybe<{ readonly Name?: Maybe<string> }>;
  readonly IamInstanceProfile?: Maybe<{ readonly Arn?: Maybe<string> }>;
  readonly MetadataOptions?: Maybe<MetadataOptions>;
  readonly Tags?: Maybe<readonly Tag[]>;
  readonly NetworkInterfaces?: Maybe<
    readonly {
      readonly NetworkInterfaceId?: Maybe<string>;
      readonly Association?: Maybe<{ readonly PublicIp?: Maybe<string> }>;
      readonly PrivateIpAddresses?: Maybe<readonly { readonly PrivateIpAddress?: Maybe<string> }[]>;
      readonly Ipv4Prefixes?: Maybe<readonly { readonly Ipv4Prefix?: Maybe<string> }[]>;
      readonly Ipv6Addresses?: Maybe<readonly { readonly Ipv6Address?: Maybe<string> }[]>;
    }[]
  >;
}

export interface Image {
  readonly ImageId?: Maybe<string>;
  readonly OwnerId?: Maybe<string>;
  readonly ImageOwnerAlias?: Maybe<string>;
}

export interface TemplateVersion {
  readonly LaunchTemplateId?: Maybe<string>;
  readonly LaunchTemplateName?: Maybe<string>;
  readonly VersionNumber?: Maybe<number>;
  readonly LaunchTemplateData?: Maybe<{
    readonly MetadataOptions?: Maybe<MetadataOptions>;
    readonly TagSpecifications?: Maybe<readonly { readonly Tags?: Maybe<readonly Tag[]> }[]>;
  }>;
}

export interface SecurityGroup {
  readonly GroupId?: Maybe<string>;
  readonly Tags?: Maybe<readonly Tag[]>;
  readonly IpPermissions?: Maybe<
    readonly {
      readonly FromPort?: Maybe<number>;
      readonly ToPort?: Maybe<number>;
      readonly IpProtocol?: Maybe<string>;
      readonly IpRanges?: Maybe<readonly { readonly CidrIp?: Maybe<string> }[]>;
      readonly Ipv6Ranges?: Maybe<readonly { readonly CidrIpv6?: Maybe<string> }[]>;
    }[]
  >;
}

export interface Network {
  readonly vpcs: readonly {
    readonly VpcId?: Maybe<string>;
    readonly CidrBlockAssociationSet?: Maybe<readonly { readonly CidrBlock?: Maybe<string> }[]>;
    readonly Ipv6CidrBlockAssociationSet?: Maybe<readonly { readonly Ipv6CidrBlock?: Maybe<string> }[]>;
  }[];
  readonly subnets: readonly {
    readonly SubnetId?: Maybe<string>;
    readonly VpcId?: Maybe<string>;
    readonly MapPublicIpOnLaunch?: Maybe<boolean>;
    readonly Tags?: Maybe<readonly Tag[]>;
  }[];
  readonly groups: readonly SecurityGroup[];
  readonly gateways: readonly {
    readonly NatGatewayAddresses?: Maybe<readonly { readonly PublicIp?: Maybe<string> }[]>;
  }[];
  readonly addresses: readonly { readonly PublicIp?: Maybe<string> }[];
  readonly endpoints: readonly { readonly VpcEndpointId?: Maybe<string>; readonly VpcId?: Maybe<string> }[];
  readonly encryptsByDefault: boolean;
}

export interface Profile {
  readonly InstanceProfileName?: Maybe<string>;
  readonly CreateDate?: Maybe<Date>;
  readonly Roles?: Maybe<readonly { readonly RoleName?: Maybe<string> }[]>;
}

/** A node's or controller's role with every policy on it. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  /** URL-encoded JSON, as IAM gives it. */
  readonly trust: string;
  /** Managed policies by ARN; `document` of the version in force, for customers' own. */
  readonly attached: readonly { readonly arn: string; readonly document?: string }[];
  readonly inline: readonly { readonly name: string; readonly document: string }[];
}

/** A user or role with the documents of every policy on it, its groups' too. */
export interface Holder {
  readonly arn: string;
  /** Inline policies by name, managed ones by ARN; without a document where IAM gave none. */
  readonly policies: readonly { readonly name: string; readonly document?: string }[];
  /** The permissions boundary: nothing is allowed that it does not allow too. */
  readonly boundary?: { readonly document?: string };
}

export interface Cluster {
  readonly name: string;
  readonly arn: string;
  readonly auditLogging: boolean;
  readonly vpc: string;
  readonly publicEndpoint: boolean;
  readonly publicCidrs: readonly string[];
  readonly authenticationMode: string;
  readonly entries: readonly {
    readonly principal: string;
    readonly groups: readonly string[];
    readonly policies: readonly string[];
  }[];
  readonly pods: readonly { readonly namespace: string; readonly serviceAccount: string; readonly role: string }[];
  readonly nodeRoles: readonly string[];
}

export interface Trail {
  readonly name: string;
  readonly logging: boolean;
  readonly multiRegion: boolean;
  readonly validated: boolean;
  /** Whether it records every management event, reads too. */
  readonly management: 'all' | 'some' | 'none';
  /** Why its last log file could not be delivered; absent: it could. */
  readonly deliveryError?: string;
}

/** What one step of the inventory found. */
export type Part =
  | { readonly kind: 'instances'; readonly instances: readonly Instance[]; readonly images: readonly Image[] }
  | { readonly kind: 'templates'; readonly versions: readonly TemplateVersion[] }
  | { readonly kind: 'network'; readonly network: Network }
  | { readonly kind: 'roles'; readonly profiles: readonly Profile[]; readonly roles: readonly Role[] }
  | { readonly kind: 'taggers'; readonly holders: readonly Holder[] }
  | { readonly kind: 'clusters'; readonly clusters: readonly Cluster[] }
  | { readonly kind: 'trails'; readonly trails: readonly Trail[] };

/** Where and when a part was found. */
export interface Found {
  readonly account: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export const tagOf = (tags: Maybe<readonly Tag[]>, key: string): string | undefined =>
  tags?.find(({ Key }) => Key === key)?.Value;

/** The cluster an instance is a node of by its tags; `unnamed` where they say node but not whose; undefined: no node. */
export const clusterOf = (tags: Maybe<readonly Tag[]>): string | undefined => {
  const named = tagOf(tags, 'eks:eks-cluster-name') ?? tagOf(tags, 'eks:cluster-name');
  if (named !== undefined) return named;
  for (const { Key = '' } of tags ?? []) {
    const name = /^(?:kubernetes\.io\/cluster|sigs\.k8s\.io\/cluster-api-provider-aws\/cluster)\/(.+)$/.exec(Key)?.[1];
    if (name !== undefined) return name;
  }
  return isKarpenters(tags) ? 'unnamed' : undefined;
};

/** Whether tags say that Karpenter launched it: it writes them at creation, others may write them later. */
export const isKarpenters = (tags: Maybe<readonly Tag[]>): boolean =>
  tags?.some(({ Key }) => /^karpenter\.sh\/(nodepool|nodeclaim)$/.test(Key ?? '')) ?? false;
