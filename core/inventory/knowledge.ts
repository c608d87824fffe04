import { lastSegment, roleByArn } from '../cloudtrail/roles.ts';
import type { Settings } from '../settings.ts';
import { imageScope } from '../state/image.ts';
import { instanceScope } from '../state/instance.ts';
import { networkKept, networkScopes } from '../state/network.ts';
import type { Answer, Observation } from '../state/observation.ts';
import { policyScope } from '../state/policy.ts';
import { profileScope, roleAt, roleChange } from '../state/profile.ts';
import {
  clusterOf,
  type Found,
  type Image,
  type Instance,
  isKarpenters,
  type Network,
  type Part,
  type Profile,
  type Role,
} from './aws.ts';

/** As long as what CloudTrail teaches (`detections/knowledge`): the inventory renews it daily. */
const kept = { instance: 90 * 86_400_000, iam: 365 * 86_400_000 };

/** Who launched an instance whose launch nobody saw, as far as its tags tell. */
export const notKarpenter = 'somebody else than Karpenter (by its tags)';

const sets = (all: { readonly [set: string]: readonly (string | undefined)[] }): Observation['add'] & object =>
  Object.fromEntries(
    Object.entries(all)
      .map(
        ([set, values]) =>
          [set, values.filter(one => one !== undefined && one !== '' && one.length <= 512) as string[]] as const,
      )
      .filter(([, values]) => values.length > 0),
  );

/**
 * What a part teaches, in the scopes that `detections/knowledge` fills from events. Nothing that it did not see is said: who
 * launched a node of Karpenter's stays open, so that nothing follows from it.
 */
export const knowledgeOf = (part: Part, found: Found, settings: Settings): readonly Observation[] => {
  if (part.kind === 'instances')
    return [...part.instances.flatMap(one => instance(one, found)), ...part.images.flatMap(one => image(one, found))];
  if (part.kind === 'network') return [network(part.network, found)];
  if (part.kind === 'roles') return part.roles.flatMap(one => attachments(one, found, settings));
  return [];
};

const instance = (one: Instance, { account, time }: Found): readonly Observation[] => {
  const id = one.InstanceId;
  if (id === undefined) return [];
  const faces = one.NetworkInterfaces ?? [];
  const addresses = faces.flatMap(face => [
    ...(face.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
    ...(face.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix),
    ...(face.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
  ]);
  const foreign = !isKarpenters(one.Tags);
  const own = {
    privateIp: addresses,
    publicIp: [one.PublicIpAddress, ...faces.map(({ Association }) => Association?.PublicIp)],
    interface: faces.map(({ NetworkInterfaceId }) => NetworkInterfaceId),
    vpc: [one.VpcId],
    subnet: [one.SubnetId],
    profile: [one.IamInstanceProfile?.Arn === undefined ? undefined : lastSegment(one.IamInstanceProfile.Arn)],
    image: [one.ImageId],
    type: [one.InstanceType],
    httpTokens: [one.MetadataOptions?.HttpTokens],
    cluster: [clusterOf(one.Tags)],
    launchTemplate: [one.Tags?.find(({ Key }) => Key === 'aws:ec2launchtemplate:id')?.Value],
    // Without a launcher a launch must not count as seen: Karpenter's own instances would seem foreign to it.
    launched: foreign ? [one.LaunchTime?.toISOString()] : [],
    launchedBy: foreign ? [notKarpenter] : [],
  };
  return [
    { scope: instanceScope(account, id), add: sets(own), cap: 64, expires: time + kept.instance, read: false },
    ...faces.flatMap((face): readonly Observation[] =>
      face.NetworkInterfaceId === undefined
        ? []
        : [
            {
              scope: `interface#${account}#${face.NetworkInterfaceId}`,
              add: sets({
                instance: [id],
                privateIp: (face.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
              }),
              cap: 64,
              expires: time + kept.instance,
              read: false,
            },
          ],
    ),
  ];
};

/** Every region of an account adds to one item: what a call leaves by is not bound to where it goes to. */
const network = ({ vpcs, gateways, addresses, endpoints }: Network, { account, time }: Found): Observation => ({
  scope: networkScopes(account, time)[0],
  add: sets({
    egress: [
      ...gateways.flatMap(one => (one.NatGatewayAddresses ?? []).map(({ PublicIp }) => PublicIp)),
      ...addresses.map(({ PublicIp }) => PublicIp),
    ],
    range: vpcs.flatMap(one => [
      ...(one.CidrBlockAssociationSet ?? []).map(({ CidrBlock }) => CidrBlock),
      ...(one.Ipv6CidrBlockAssociationSet ?? []).map(({ Ipv6CidrBlock }) => Ipv6CidrBlock),
    ]),
    endpoint: endpoints.map(({ VpcEndpointId }) => VpcEndpointId),
  }),
  cap: 1_000,
  expires: time + networkKept,
  read: false,
});

const image = ({ ImageId, OwnerId, ImageOwnerAlias }: Image, { time }: Found): readonly Observation[] =>
  ImageId === undefined
    ? []
    : [
        {
          scope: imageScope(ImageId),
          add: sets({ owner: [OwnerId, ImageOwnerAlias] }),
          cap: 8,
          expires: time + kept.iam,
          read: false,
        },
      ];

const attachments = (role: Role, { time }: Found, settings: Settings): readonly Observation[] => {
  const { kind } = roleByArn(role.arn, settings);
  if (kind === 'other') return [];
  const set = kind === 'node' ? 'node' : 'controller';
  return role.attached.map(({ arn }) => ({
    scope: policyScope(arn),
    add: { [set]: [role.name] },
    cap: 64,
    expires: time + kept.iam,
    read: false,
  }));
};

/** Asks what is known of profiles, before anything is said of them. */
export const askProfiles = (profiles: readonly Profile[], { account, time }: Found): readonly Observation[] =>
  profiles.map(({ InstanceProfileName = '' }) => ({
    scope: profileScope(account, InstanceProfileName),
    expires: time + kept.iam,
  }));

/**
 * What is to be added so that each profile is known with the role it carries now: nothing where it is. A profile of which nothing
 * is known carries its role since it was made; one that is known with another role has changed unseen, by now.
 * @param answers to {@link askProfiles}, in its order
 */
export const correctProfiles = (
  profiles: readonly Profile[],
  answers: readonly Answer[],
  { account, time }: Found,
): readonly Observation[] =>
  profiles.flatMap((profile, index): readonly Observation[] => {
    const { InstanceProfileName: name, CreateDate, Roles } = profile;
    const role = Roles?.[0]?.RoleName;
    const item = answers[index]?.item ?? {};
    const known = roleAt(item, time);
    if (name === undefined || known === role) return [];
    const since = item['added'] === undefined ? (CreateDate?.getTime() ?? time) : time;
    const add: { readonly [set: string]: readonly string[] } =
      role === undefined ? { removed: [roleChange(time, known ?? '')] } : { added: [roleChange(since, role)] };
    return [{ scope: profileScope(account, name), add, cap: 64, expires: time + kept.iam, read: false }];
  });
