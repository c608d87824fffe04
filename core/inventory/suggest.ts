import type { Found, Part } from './aws.ts';

/** Members of the settings as the account shows them, to be checked and copied. */
export interface Suggestion {
  readonly accounts: readonly string[];
  readonly clusters: readonly {
    readonly name: string;
    readonly region: string;
    readonly vpcRanges: readonly string[];
    readonly nodeRoles: readonly string[];
  }[];
  readonly network: {
    readonly egress: readonly string[];
    readonly ranges: readonly string[];
    readonly endpoints: { readonly [id: string]: { readonly vpc: string; readonly account: string } };
  };
}

const texts = (all: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(all.filter(one => one !== undefined && one !== ''))].sort() as string[]; // the filter leaves strings

/** What the settings could say, from what was found: egress of NAT gateways and addresses, ranges, endpoints, clusters. */
export const suggest = (all: readonly { readonly part: Part; readonly found: Found }[]): Suggestion => {
  const networks = all.flatMap(({ part, found }) => (part.kind === 'network' ? [{ ...part.network, found }] : []));
  const vpcs = networks.flatMap(one => one.vpcs);
  const rangesOf = (vpc: (typeof vpcs)[number]) => [
    ...(vpc.CidrBlockAssociationSet ?? []).map(({ CidrBlock }) => CidrBlock),
    ...(vpc.Ipv6CidrBlockAssociationSet ?? []).map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
  ];
  const clusters = all.flatMap(({ part, found }) =>
    part.kind === 'clusters'
      ? part.clusters.map(one => ({
          name: one.name,
          region: found.region,
          vpc: one.vpc,
          vpcRanges: texts(vpcs.filter(({ VpcId }) => VpcId === one.vpc).flatMap(rangesOf)),
          nodeRoles: one.nodeRoles,
        }))
      : [],
  );
  const taken = new Set(clusters.map(({ vpc }) => vpc));
  return {
    accounts: texts(all.map(({ found }) => found.account)),
    clusters: clusters.map(({ vpc: _, ...one }) => one),
    network: {
      egress: texts(
        networks.flatMap(one => [
          ...one.gateways.flatMap(gateway => (gateway.NatGatewayAddresses ?? []).map(({ PublicIp }) => PublicIp)),
          ...one.addresses.map(({ PublicIp }) => PublicIp),
        ]),
      ),
      ranges: texts(vpcs.filter(({ VpcId }) => !taken.has(VpcId ?? '')).flatMap(rangesOf)),
      endpoints: Object.fromEntries(
        networks.flatMap(({ endpoints, found }) =>
          endpoints.flatMap(({ VpcEndpointId, VpcId = '' }) =>
            VpcEndpointId === undefined ? [] : [[VpcEndpointId, { vpc: VpcId, account: found.account }] as const],
          ),
        ),
      ),
    },
  };
};
