import type { JsonObject } from '../json.ts';
import { count, get, items, itemsOf, scalar, word } from './ec2.ts';
import { fleetPart, profileOf } from './launch-part.ts';

/** One launched instance, from a response. */
export interface Launched {
  readonly id: string;
  readonly type: string | undefined;
  readonly image: string | undefined;
  readonly profile: string | undefined;
  readonly addresses: readonly string[];
  readonly vpc: string | undefined;
  readonly subnet: string | undefined;
  readonly tokens: string | undefined;
  readonly launched: number | undefined;
}

/** The instances that a response says were launched: of RunInstances (`instancesSet`) or an `instant` fleet (EC2 API Reference). */
export const launchedIn = (response: JsonObject): readonly Launched[] => [
  ...itemsOf(response, 'instancesSet').flatMap(one => {
    const id = word(one, 'instanceId');
    if (id === undefined) return [];
    const interfaces = itemsOf(one, 'networkInterfaceSet');
    const addresses = [
      word(one, 'privateIpAddress'),
      ...interfaces.flatMap(face => [
        word(face, 'privateIpAddress'),
        ...itemsOf(face, 'privateIpAddressesSet').map(address => word(address, 'privateIpAddress')),
        ...itemsOf(face, 'ipv6AddressesSet').map(address => word(address, 'ipv6Address')),
      ]),
    ].filter(address => address !== undefined);
    return [
      {
        id,
        type: word(one, 'instanceType'),
        image: word(one, 'imageId'),
        profile: profileOf(get(one, 'iamInstanceProfile')),
        addresses: [...new Set(addresses)],
        vpc: word(one, 'vpcId'),
        subnet: word(one, 'subnetId'),
        tokens: word(one, 'metadataOptions', 'httpTokens'),
        launched: count(get(one, 'launchTime')),
      },
    ];
  }),
  ...itemsOf(response, 'fleetInstanceSet').flatMap(one => {
    const described = fleetPart(one);
    return items(get(one, 'instanceIds')).flatMap(id => {
      const text = scalar(id);
      if (text === undefined) return [];
      const { type, image, profile } = described;
      return [
        {
          id: text,
          type,
          image,
          profile,
          addresses: [],
          vpc: undefined,
          subnet: undefined,
          tokens: undefined,
          launched: undefined,
        },
      ];
    });
  }),
];
