import type { Json } from '../json.ts';
import { count, dig, flag, get, itemsOf, scalar, word } from './ec2.ts';

/** Where in the record a description of instances stands; `launched` is the response: what really runs. */
export type Place = 'launched' | 'request' | 'override' | 'template';

/** Instance metadata options as one place of a record states them; what it does not state is undefined. */
export interface Metadata {
  readonly tokens: string | undefined;
  readonly hops: number | undefined;
  readonly ipv6: string | undefined;
  readonly endpoint: string | undefined;
}

/** One description of instances. Lists are what the place names; absent means that the place does not say. */
export interface Part {
  readonly from: Place;
  readonly type: string | undefined;
  readonly requirements: Json | undefined;
  readonly image: string | undefined;
  readonly profile: string | undefined;
  readonly key: string | undefined;
  readonly userData: boolean;
  readonly publicAddress: boolean | undefined;
  readonly metadata: Metadata | undefined;
  /** `Encrypted` of each block device: undefined where it is left to defaults. */
  readonly disks: readonly (boolean | undefined)[];
}

/** Reads one description of instances: a request, an override, a template's data, a launched instance. */
export const part = (from: Place, body: Json): Part => {
  const interfaces = itemsOf(body, 'NetworkInterface', 'NetworkInterfaces', 'networkInterfaceSet');
  const metadata = get(body, 'metadataOptions');
  const addresses = [
    get(body, 'associatePublicIpAddress'),
    ...interfaces.map(one => get(one, 'associatePublicIpAddress')),
  ]
    .map(flag)
    .filter(one => one !== undefined);
  return {
    from,
    type: word(body, 'instanceType'),
    requirements: get(body, 'instanceRequirements'),
    image: word(body, 'imageId'),
    profile: profileOf(get(body, 'iamInstanceProfile')),
    key: word(body, 'keyName'),
    userData: get(body, 'userData') !== undefined,
    publicAddress: addresses.length === 0 ? undefined : addresses.includes(true),
    metadata: metadata === undefined ? undefined : metadataOf(metadata),
    disks: itemsOf(body, 'BlockDeviceMapping', 'BlockDeviceMappings', 'blockDeviceMappingSet').flatMap(one => {
      const ebs = get(one, 'ebs');
      return ebs === undefined ? [] : [flag(get(ebs, 'encrypted'))];
    }),
  };
};

/** The metadata options in one object of either encoding. */
export const metadataOf = (options: Json | undefined): Metadata => ({
  tokens: word(options, 'httpTokens'),
  hops: count(get(options, 'httpPutResponseHopLimit')),
  ipv6: word(options, 'httpProtocolIpv6'),
  endpoint: word(options, 'httpEndpoint'),
});

/** An instance profile's name, from a name, an ARN, or `{ name }` / `{ arn }` of either encoding. */
export const profileOf = (profile: Json | undefined): string | undefined => {
  const said = word(profile, 'name') ?? word(profile, 'arn') ?? scalar(profile);
  return said === undefined || said === '' ? undefined : said.slice(said.lastIndexOf('/') + 1);
};

/** What a fleet says of the instances that it launched alike. */
export const fleetPart = (one: Json): Part => ({
  ...part('launched', dig(one, 'launchTemplateAndOverrides', 'overrides') ?? {}),
  from: 'launched',
  type: word(one, 'instanceType') ?? word(one, 'launchTemplateAndOverrides', 'overrides', 'instanceType'),
});

/** Whether a description says anything; an override stands for itself. */
export const says = (one: Part): boolean =>
  one.from === 'override' || Object.entries(one).some(([name, value]) => name !== 'from' && isSaid(value));

const isSaid = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
