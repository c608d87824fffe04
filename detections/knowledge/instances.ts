import { get, itemsOf, requestOf, responseOf, scalar, word } from '../../core/cloudtrail/ec2.ts';
import { type Launch, launchEvents, launchOf } from '../../core/cloudtrail/launch.ts';
import { profileOf } from '../../core/cloudtrail/launch-part.ts';
import { listed, said, texts } from '../../core/cloudtrail/said.ts';
import type { Knowledge } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { text } from '../../core/json.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { addressScope } from '../../core/state/node.ts';
import type { Observation } from '../../core/state/observation.ts';

/** Nodes live 30 days at most by Karpenter's default expiry; a quarter covers what is set longer. */
const kept = 90 * 86_400_000;

type Sets = { readonly [set: string]: readonly (string | undefined)[] };

const observation = (scope: string, sets: Sets, time: number): readonly Observation[] => {
  const add = Object.fromEntries(
    Object.entries(sets)
      .map(
        ([set, values]) =>
          [set, values.filter(value => value !== undefined && value !== '' && value.length <= 512)] as const,
      )
      .filter(([, values]) => values.length > 0),
  ) as { readonly [set: string]: readonly string[] }; // the filter leaves strings
  return Object.keys(add).length === 0 ? [] : [{ scope, add, cap: 64, expires: time + kept }];
};

const iso = (time: number): string => new Date(time).toISOString();

/** A time that a record states, when it can be one. */
const isoOf = (stated: number | undefined, otherwise: number): string =>
  iso(stated !== undefined && Math.abs(stated) < 8.64e15 ? stated : otherwise);

const ofInstance = (view: View<'cloudtrail'>, instance: string | undefined, sets: Sets): readonly Observation[] =>
  instance === undefined ? [] : observation(instanceScope(view.event.account, instance), sets, view.event.time);

/** `node`: a launch by a controller or for a template of Karpenter's that names no cluster. */
const clusterOf = (view: View<'cloudtrail'>): string | undefined => {
  const cluster = said(view, 'launch.cluster');
  if (cluster !== 'unknown') return cluster;
  return said(view, 'launch.nodes') !== 'none' || said(view, 'principal.kind') === 'controller' ? 'unnamed' : undefined;
};

const launched = (view: View<'cloudtrail'>): readonly Observation[] =>
  launchOf(view.event).instances.flatMap(one => [
    ...nodeAddresses(view, one),
    ...ofInstance(view, one.id, {
      privateIp: one.addresses,
      vpc: [one.vpc],
      subnet: [one.subnet],
      profile: [one.profile],
      image: [one.image],
      type: [one.type],
      httpTokens: [one.tokens],
      launched: [isoOf(one.launched, view.event.time)],
      launchedBy: [said(view, 'principal.id')],
      launchTemplate: texts(view, 'launch.templates'),
      cluster: [clusterOf(view)],
    }),
  ]);

/** By its primary address a Node's name leads to its instance. Addresses are used again: each says since when. */
const nodeAddresses = (
  view: View<'cloudtrail'>,
  { id, addresses }: Launch['instances'][number],
): readonly Observation[] => {
  const [primary] = addresses;
  if (primary === undefined || clusterOf(view) === undefined) return [];
  return observation(
    addressScope(view.event.account, primary),
    { instance: [`${iso(view.event.time)} ${id}`] },
    view.event.time,
  );
};

/** Addresses that a response or request of the Assign… calls names, prefixes too. */
const assigned = ({ record }: View<'cloudtrail'>): readonly (string | undefined)[] => {
  const [request, response] = [requestOf(record), responseOf(record)];
  const read = (list: readonly unknown[], name: string) => list.map(one => word(one, name) ?? scalar(one as never));
  return [
    ...read(itemsOf(response, 'assignedPrivateIpAddressesSet', 'assignedPrivateIpAddresses'), 'privateIpAddress'),
    ...read(itemsOf(response, 'assignedIpv4PrefixSet', 'assignedIpv4Prefixes'), 'ipv4Prefix'),
    ...read(itemsOf(response, 'assignedIpv6Addresses'), 'item'),
    ...read(itemsOf(request, 'privateIpAddressesSet', 'privateIpAddress'), 'privateIpAddress'),
  ];
};

const addressed = (view: View<'cloudtrail'>): readonly Observation[] => {
  const { record } = view;
  const [request, response] = [requestOf(record), responseOf(record)];
  const face = word(request, 'networkInterfaceId') ?? word(response, 'networkInterface', 'networkInterfaceId');
  const instance = word(request, 'instanceId');
  const addresses = [...assigned(view), word(get(response, 'networkInterface'), 'privateIpAddress')];
  // The VPC CNI assigns addresses to its own node's interfaces, signing as that node.
  const caller = said(view, 'instance.id');
  const own = record.eventName === 'AssignPrivateIpAddresses' && caller.startsWith('i-') ? caller : undefined;
  return ofInstance(view, instance ?? own, {
    publicIp: record.eventName === 'AssociateAddress' ? [word(request, 'publicIp') ?? word(response, 'publicIp')] : [],
    interface: [face],
    privateIp: addresses,
  });
};

const changed = (view: View<'cloudtrail'>): readonly Observation[] => {
  const { record } = view;
  if (record.eventName === 'TerminateInstances')
    return listed(view, 'instance.targets').flatMap(id =>
      ofInstance(view, text(id), { terminated: [iso(view.event.time)] }),
    );
  if (record.eventName === 'ModifyInstanceMetadataOptions')
    return ofInstance(view, said(view, 'instance.metadata-of'), {
      httpTokens: [word(requestOf(record), 'httpTokens')],
    });
  const profile = profileOf(get(requestOf(record), 'iamInstanceProfile'));
  return listed(view, 'instance.targets').flatMap(id => ofInstance(view, text(id), { profile: [profile] }));
};

const addressing = [
  'AssociateAddress',
  'AttachNetworkInterface',
  'CreateNetworkInterface',
  'AssignPrivateIpAddresses',
  'AssignIpv6Addresses',
];
const changing = [
  'TerminateInstances',
  'ModifyInstanceMetadataOptions',
  'AssociateIamInstanceProfile',
  'ReplaceIamInstanceProfileAssociation',
];

/** What is known of instances and their interfaces; recalled by what must know whose an address or an instance is. */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/instances',
  on: 'cloudtrail',
  doc: 'Instances (scope `instance#<account>#<id>`): `privateIp`, `publicIp`, `vpc`, `subnet`, `interface`, `profile`, `image`, `type`, `httpTokens` (every value it had), `launched` and `terminated` (ISO), `launchedBy`, `launchTemplate`, `cluster` (only on nodes; `unnamed` where none is named). Primary addresses of nodes (scope `address#<account>#<address>`): `instance` (`<ISO time> <id>`).',
  when: {
    eventSource: 'ec2.amazonaws.com',
    eventName: ['RunInstances', 'CreateFleet', ...addressing, ...changing],
    fact: { 'call.outcome': 'succeeded' },
  },
  observe: view => {
    const { eventName } = view.record;
    if (launchEvents.eventName.includes(eventName)) return launched(view);
    return addressing.includes(eventName) ? addressed(view) : changed(view);
  },
};
