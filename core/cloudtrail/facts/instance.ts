import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import type { Json, JsonObject } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { count, dig, flag, get, items, itemsOf, requestOf, responseOf, scalar, word } from '../ec2.ts';
import { metadataOf, profileOf } from '../launch.ts';
import { configuredNodes, lastSegment, usualNodes } from '../roles.ts';
import { approvalOf, weaknessesOf } from './launch.ts';

type Record = Event<'cloudtrail'>['record'];

/** What a call does to existing instances, and how its record names them. */
interface Act {
  readonly source: string;
  readonly act: (record: Record) => string;
  readonly targets: (record: Record) => readonly (string | undefined)[];
}

const always = (act: string) => () => act;
const named = (record: Record) => [word(requestOf(record), 'instanceId')];
const listed = (record: Record) => itemsOf(requestOf(record), 'instancesSet').map(one => word(one, 'instanceId'));

/** EC2 API Reference, ModifyInstanceAttribute: SDKs send `userData`, `--attribute userData --value` sends `attribute`. */
const changesUserData = (request: JsonObject): boolean =>
  get(request, 'userData') !== undefined || word(request, 'attribute')?.toLowerCase() === 'userdata';

const acts: { readonly [api: string]: Act } = {
  ModifyInstanceAttribute: {
    source: 'ec2',
    act: record => (changesUserData(requestOf(record)) ? 'user-data' : 'none'),
    targets: named,
  },
  CreateReplaceRootVolumeTask: { source: 'ec2', act: always('root-volume'), targets: named },
  AssociateIamInstanceProfile: { source: 'ec2', act: always('profile'), targets: named },
  ReplaceIamInstanceProfileAssociation: {
    source: 'ec2',
    act: always('profile'),
    // The request holds an association id; only the response says whose it is.
    targets: record => [word(responseOf(record), 'iamInstanceProfileAssociation', 'instanceId')],
  },
  StopInstances: { source: 'ec2', act: always('stop'), targets: listed },
  StartInstances: { source: 'ec2', act: always('start'), targets: listed },
  TerminateInstances: { source: 'ec2', act: always('terminate'), targets: listed },
  GetPasswordData: { source: 'ec2', act: always('enter'), targets: named },
  SendSSHPublicKey: { source: 'ec2-instance-connect', act: always('enter'), targets: named },
  SendSerialConsoleSSHPublicKey: { source: 'ec2-instance-connect', act: always('enter'), targets: named },
  StartSession: {
    source: 'ssm',
    act: always('enter'),
    targets: record => [targetInstance(word(record.requestParameters, 'target'))],
  },
  SendCommand: {
    source: 'ssm',
    act: always('enter'),
    targets: ({ requestParameters: request }) => [
      ...items(get(request, 'instanceIds')).map(scalar),
      ...items(get(request, 'targets'))
        .filter(one => word(one, 'key')?.toLowerCase() === 'instanceids')
        .flatMap(one => items(get(one, 'values')).map(scalar)),
    ],
  },
};

/** Session Manager also takes `ecs:<cluster>_<task>_<container>`, which is no instance (SSM API Reference, StartSession). */
const targetInstance = (target: string | undefined): string | undefined =>
  target !== undefined && /^m?i-/.test(target) ? target : undefined;

const actEvents = {
  eventSource: [...new Set(Object.values(acts).map(one => `${one.source}.amazonaws.com`))],
  eventName: Object.keys(acts),
};

const actOf = (record: Record): Act | undefined => {
  const found = Object.hasOwn(acts, record.eventName) ? acts[record.eventName] : undefined;
  return found !== undefined && record.eventSource === `${found.source}.amazonaws.com` ? found : undefined;
};

const metadataChanges = ['ModifyInstanceMetadataOptions', 'ModifyInstanceMetadataDefaults'];

/** What a change of metadata options, or of their account-wide defaults, weakens. */
const weakenedBy = (record: Record): readonly string[] => {
  const request = requestOf(record);
  const metadata = metadataOf(request);
  const defaults = record.eventName === 'ModifyInstanceMetadataDefaults';
  return [
    ...weaknessesOf(metadata),
    ...(defaults && metadata.tokens === 'no-preference' ? ['tokens-unset'] : []),
    ...(defaults && word(request, 'httpTokensEnforced') === 'disabled' ? ['enforcement-disabled'] : []),
    // `--http-tokens required --http-endpoint enabled` is how the EC2 User Guide hardens an instance: that is no weakening.
    ...(metadata.endpoint === 'enabled' && metadata.tokens !== 'required' ? ['endpoint-enabled'] : []),
  ];
};

/** What of an instance is reached on which port; the NodePort range is kube-apiserver's default. */
const entrances: readonly (readonly [string, number, number])[] = [
  ['ssh', 22, 22],
  ['rdp', 3389, 3389],
  ['kubelet', 10250, 10250],
  ['node-ports', 30000, 32767],
];

/** Ports open under a rule: every port where the protocol is "all" or the range covers all of TCP's or UDP's. */
const opensOf = (protocol: string | undefined, from: number | undefined, to: number | undefined): readonly string[] => {
  const name = protocol?.toLowerCase();
  if (name === undefined || name === '-1' || name === 'all') return ['all'];
  if (!['tcp', 'udp', '6', '17'].includes(name)) return [];
  const first = from === undefined || from === -1 ? 0 : from;
  const last = to === undefined || to === -1 ? 65_535 : to;
  if (first <= 1 && last >= 65_535) return ['all'];
  return entrances.filter(([, low, high]) => first <= high && last >= low).map(([what]) => what);
};

/** A range of the whole world, however its host bits are written: `0.0.0.0/0`, `::/0`, `198.51.100.7/0`. */
const isWorld = (range: string | undefined): boolean => range !== undefined && /\/0+$/.test(range);

const groupRule = (rule: Json, protocol: Json | undefined, ...ranges: readonly (string | undefined)[]): JsonObject[] =>
  ranges.filter(isWorld).flatMap(range =>
    opensOf(scalar(protocol), count(get(rule, 'fromPort')), count(get(rule, 'toPort'))).map(what => ({
      what,
      range: range ?? '',
    })),
  );

const opened = (record: Record): readonly JsonObject[] => {
  const request = requestOf(record);
  const inResponse = itemsOf(responseOf(record), 'securityGroupRuleSet').map(one => word(one, 'groupId'));
  const group = word(request, 'groupId') ?? inResponse[0] ?? word(request, 'groupName') ?? 'unknown';
  const rules =
    record.eventName === 'AuthorizeSecurityGroupIngress'
      ? [
          ...groupRule(request, get(request, 'ipProtocol'), word(request, 'cidrIp')),
          ...itemsOf(request, 'ipPermissions').flatMap(one =>
            groupRule(
              one,
              get(one, 'ipProtocol'),
              ...itemsOf(one, 'ipRanges').map(range => word(range, 'cidrIp')),
              ...itemsOf(one, 'ipv6Ranges').map(range => word(range, 'cidrIpv6')),
            ),
          ),
        ]
      : itemsOf(request, 'SecurityGroupRule', 'SecurityGroupRules').flatMap(one => {
          const rule = get(one, 'SecurityGroupRule') ?? {};
          return groupRule(rule, get(rule, 'ipProtocol'), word(rule, 'cidrIpv4'), word(rule, 'cidrIpv6'));
        });
  return rules.map(rule => ({ group, ...rule }));
};

const sharers: { readonly [api: string]: readonly [resource: string, permission: string] } = {
  ModifyImageAttribute: ['imageId', 'launchPermission'],
  ModifySnapshotAttribute: ['snapshotId', 'createVolumePermission'],
};

const isEc2 = (record: Record, ...names: readonly string[]): boolean =>
  record.eventSource === 'ec2.amazonaws.com' && names.includes(record.eventName);

const ec2 = (...names: readonly string[]) => ({ eventSource: ['ec2.amazonaws.com'], eventName: names });

/** Settings wildcards over node roles as bare names: a launch's role is known by its name alone. */
const nodeRoleNames = (settings: Settings): readonly string[] => {
  const configured = configuredNodes(settings);
  return (configured.length > 0 ? configured : usualNodes).map(lastSegment);
};

/** What is done to existing instances, and to what they are made of and reached through. */
export const instanceFacts: Facts<'cloudtrail'> = {
  'node.role-names': {
    doc: 'Wildcards over the names of node roles: those of the settings, usual names where they say nothing.',
    needs: () => ({}),
    read: (_event, settings) => nodeRoleNames(settings),
  },
  'instance.act': {
    doc: 'What the call does to existing instances: `user-data`, `root-volume`, `profile`, `stop`, `start`, `terminate`, `enter` (SSM, Instance Connect, serial console, password), `none`.',
    needs: () => actEvents,
    read: ({ record }) => actOf(record)?.act(record) ?? 'none',
  },
  'instance.targets': {
    doc: 'Ids of the instances that the call acts on; empty where the record names none (a command sent by tag, a failed replacement).',
    needs: () => actEvents,
    read: ({ record }) =>
      [
        ...new Set((actOf(record)?.targets(record) ?? []).filter(id => id !== undefined && id !== '')),
      ] as readonly string[], // the filter leaves strings
  },
  'instance.profile': {
    doc: 'Name of the instance profile that the call puts on an existing instance, or `unknown`.',
    needs: () => ec2('AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation'),
    read: ({ record }) =>
      isEc2(record, 'AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation')
        ? (profileOf(get(requestOf(record), 'iamInstanceProfile')) ?? 'unknown')
        : 'unknown',
  },
  'instance.weakened': {
    doc: 'What a change of metadata options or defaults weakens: `tokens-optional`, `tokens-unset` (defaults), `hop-limit`, `ipv6-endpoint`, `endpoint-enabled` (without requiring tokens in the same call), `enforcement-disabled`. EC2 API Reference, ModifyInstanceMetadataOptions and …Defaults.',
    needs: () => ec2(...metadataChanges),
    read: ({ record }) => (isEc2(record, ...metadataChanges) ? weakenedBy(record) : []),
  },
  'instance.metadata-of': {
    doc: "Whose metadata options change: the instance's id, `defaults` of account and region, or `unknown`.",
    needs: () => ec2(...metadataChanges),
    read: ({ record }) => {
      if (isEc2(record, 'ModifyInstanceMetadataDefaults')) return 'defaults';
      if (!isEc2(record, 'ModifyInstanceMetadataOptions')) return 'unknown';
      return word(requestOf(record), 'instanceId') ?? word(responseOf(record), 'instanceId') ?? 'unknown';
    },
  },
  'image.shared': {
    doc: 'List of `{ resource, kind, with, ours, approval }`: an image or snapshot and whom it is shared with (an account id, an organization ARN, `world`); `ours` when the settings list that account; `approval` of the image as in `launch.images`.',
    needs: () => ec2(...Object.keys(sharers)),
    read: ({ record }, settings) => {
      const sharer =
        isEc2(record, ...Object.keys(sharers)) && Object.hasOwn(sharers, record.eventName)
          ? sharers[record.eventName]
          : undefined;
      if (sharer === undefined) return [];
      const request = requestOf(record);
      const resource = word(request, sharer[0]) ?? 'unknown';
      const added = [...itemsOf(dig(request, sharer[1]), 'add'), ...flatForm(request)];
      return added.flatMap(one => {
        const whom =
          word(one, 'group') === 'all'
            ? 'world'
            : (word(one, 'userId') ?? word(one, 'organizationArn') ?? word(one, 'organizationalUnitArn'));
        if (whom === undefined) return [];
        const ours = settings.accounts.includes(whom) || whom === record.recipientAccountId;
        const kind = sharer[0] === 'imageId' ? 'image' : 'snapshot';
        return [{ resource, kind, with: whom, ours, approval: approvalOf(resource, settings) }];
      });
    },
  },
  'network.opened': {
    doc: 'List of `{ group, what, range }`: what a security group rule opens to the whole world: `ssh`, `rdp`, `kubelet` (10250), `node-ports` (30000-32767), `all`. EC2 API Reference, AuthorizeSecurityGroupIngress and ModifySecurityGroupRules.',
    needs: () => ec2('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules'),
    read: ({ record }) =>
      isEc2(record, 'AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules') ? opened(record) : [],
  },
  'volume.unencrypted': {
    doc: 'Whether the call asks for an unencrypted volume in so many words (`encrypted: false`); absence leaves it to the account and is false.',
    needs: () => ec2('RunInstances', 'CreateVolume'),
    read: ({ record }) => {
      if (!isEc2(record, 'RunInstances', 'CreateVolume')) return false;
      const request = requestOf(record);
      if (record.eventName === 'CreateVolume') return flag(get(request, 'encrypted')) === false;
      return itemsOf(request, 'blockDeviceMapping', 'blockDeviceMappingSet').some(
        one => flag(dig(one, 'ebs', 'encrypted')) === false,
      );
    },
  },
};

/** The older form of the same requests: `operationType: add` with lists beside it. */
const flatForm = (request: JsonObject): readonly Json[] => {
  if (word(request, 'operationType') !== 'add') return [];
  return [
    ...itemsOf(request, 'userIdSet', 'userIds', 'userId').map(one => ({
      userId: word(one, 'userId') ?? scalar(one) ?? '',
    })),
    ...itemsOf(request, 'groupSet', 'groups', 'userGroup').map(one => ({
      group: word(one, 'group') ?? scalar(one) ?? '',
    })),
  ];
};
