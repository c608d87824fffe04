import type { Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import { clusterOf, type Found, type Maybe, type Network, type SecurityGroup, type Tag } from '../aws.ts';
import type { Violation } from '../violation.ts';

/** Everybody's addresses. */
export const anywhere = ['0.0.0.0/0', '::/0'];

type Permission = NonNullable<SecurityGroup['IpPermissions']>[number];

/** Subnets and security groups of nodes that are open to everybody, and volumes that are not encrypted. */
export const networkPosture = (
  { groups, subnets, encryptsByDefault }: Network,
  { region }: Found,
  settings: Settings,
): readonly Violation[] => {
  const steeringTags = ['karpenter.sh/discovery', ...settings.selectorTags];
  const isSelected = (tags: Maybe<readonly Tag[]>): boolean =>
    tags?.some(({ Key }) => matchesAny(steeringTags, Key ?? '')) ?? false;
  const exposed = subnets
    .filter(one => one.MapPublicIpOnLaunch === true && isSelected(one.Tags))
    .map(
      ({ SubnetId: subnet = '' }): Violation => ({
        code: 'subnet-public',
        severity: 'medium',
        key: { subnet, region },
        title: `The subnet ${subnet}, which Karpenter selects, gives every node started there a public address`,
        resources: [subnet],
      }),
    );
  const open = groups.flatMap((group): readonly Violation[] => {
    const steers = isSelected(group.Tags) || clusterOf(group.Tags) !== undefined;
    const doors = (group.IpPermissions ?? []).filter(one =>
      [
        ...(one.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
        ...(one.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
      ].some(range => anywhere.includes(range ?? '')),
    );
    if (!steers || doors.length === 0) return [];
    return [
      {
        code: 'security-group-open',
        severity: 'high',
        key: { group: group.GroupId ?? '', region },
        title: `The security group ${group.GroupId} of nodes lets everyone in on ${[...new Set(doors.map(portsOf))].join(', ')}`,
        resources: [group.GroupId ?? ''],
      },
    ];
  });
  const seen = [...open, ...exposed];
  if (encryptsByDefault) return seen;
  return [
    ...seen,
    {
      code: 'ebs-encryption-off',
      severity: 'medium',
      key: { region },
      title: `Volumes are not encrypted by default in ${region}`,
      resources: [],
    },
  ];
};

/** ICMP has types where others have ports, -1 for all of them; other protocols have neither (EC2 API Reference, "IpPermission"). */
const portsOf = ({ IpProtocol: protocol, FromPort: from, ToPort: to }: Permission): string => {
  if (protocol === '-1') return 'every port';
  return from === undefined || from < 0 ? `protocol ${protocol}` : `${from}-${to}`;
};
