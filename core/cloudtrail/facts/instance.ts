import type { Facts } from '../../fact.ts';
import type { JsonObject } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { get, items, itemsOf, requestOf, responseOf, scalar, word } from '../ec2.ts';
import { metadataOf, profileOf } from '../launch-part.ts';
import type { CloudTrailRecord } from '../record.ts';
import { askedOf } from '../refused.ts';
import { configuredNodes, lastSegment, usualNodes } from '../roles.ts';
import { ec2, exposureFacts, isEc2 } from './exposure.ts';
import { weaknessesOf } from './launch.ts';

/** What a call does to existing instances, and how its record names them. */
interface Act {
  readonly source: string;
  readonly act: (record: CloudTrailRecord) => string;
  readonly targets: (record: CloudTrailRecord) => readonly (string | undefined)[];
}

const always = (act: string) => () => act;
const named = (record: CloudTrailRecord) => [word(requestOf(record), 'instanceId')];
const asked = (record: CloudTrailRecord) => [word(askedOf(record), 'instanceId')];
const listed = (record: CloudTrailRecord) =>
  itemsOf(requestOf(record), 'instancesSet').map(one => word(one, 'instanceId'));

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
  AttachVolume: {
    source: 'ec2',
    act: record => (rootDevice.test(word(requestOf(record), 'device') ?? '') ? 'root-volume' : 'none'),
    targets: named,
  },
  AssociateIamInstanceProfile: { source: 'ec2', act: always('profile'), targets: named },
  ReplaceIamInstanceProfileAssociation: {
    source: 'ec2',
    act: always('profile'),
    // The request holds an association id; only the response says whose it is.
    targets: record => [word(responseOf(record), 'iamInstanceProfileAssociation', 'instanceId')],
  },
  CreateSnapshots: {
    source: 'ec2',
    act: always('copy'),
    targets: record => [word(requestOf(record), 'instanceSpecification', 'instanceId')],
  },
  CreateImage: { source: 'ec2', act: always('copy'), targets: named },
  StopInstances: { source: 'ec2', act: always('stop'), targets: listed },
  StartInstances: { source: 'ec2', act: always('start'), targets: listed },
  TerminateInstances: { source: 'ec2', act: always('terminate'), targets: listed },
  GetPasswordData: { source: 'ec2', act: always('enter'), targets: named },
  SendSSHPublicKey: { source: 'ec2-instance-connect', act: always('enter'), targets: asked },
  SendSerialConsoleSSHPublicKey: { source: 'ec2-instance-connect', act: always('enter'), targets: asked },
  StartSession: {
    source: 'ssm',
    act: always('enter'),
    targets: record => [targetInstance(word(askedOf(record), 'target'))],
  },
  SendCommand: {
    source: 'ssm',
    act: always('enter'),
    targets: record => [
      ...items(get(askedOf(record), 'instanceIds')).map(scalar),
      ...byTarget(record.requestParameters),
    ],
  },
  // State Manager and maintenance windows run a document later, and again, without a SendCommand of whoever asked for it.
  CreateAssociation: {
    source: 'ssm',
    act: always('enter'),
    targets: record => associated(askedOf(record)),
  },
  UpdateAssociation: {
    source: 'ssm',
    act: always('enter'),
    targets: record => associated(askedOf(record)),
  },
  CreateAssociationBatch: {
    source: 'ssm',
    act: always('enter'),
    targets: ({ requestParameters }) => items(get(requestParameters, 'entries')).flatMap(associated),
  },
  RegisterTaskWithMaintenanceWindow: {
    source: 'ssm',
    act: always('enter'),
    targets: ({ requestParameters }) => byTarget(requestParameters),
  },
  RegisterTargetWithMaintenanceWindow: {
    source: 'ssm',
    act: always('enter'),
    targets: ({ requestParameters }) => byTarget(requestParameters),
  },
  UpdateMaintenanceWindowTarget: {
    source: 'ssm',
    act: always('enter'),
    targets: ({ requestParameters }) => byTarget(requestParameters),
  },
  UpdateMaintenanceWindowTask: {
    source: 'ssm',
    act: always('enter'),
    targets: ({ requestParameters }) => byTarget(requestParameters),
  },
};

/** Says whether a target of Systems Manager names instances: clients write `InstanceIds`, `instanceids` … (recorded calls). */
const namesInstances = (target: unknown): boolean => word(target, 'key')?.toLowerCase() === 'instanceids';

/** Instances among the targets of Systems Manager: `{ key: 'InstanceIds', values: […] }` (SSM API Reference, Target). */
const byTarget = (request: unknown): readonly (string | undefined)[] =>
  items(get(request, 'targets'))
    .filter(namesInstances)
    .flatMap(one => items(get(one, 'values')).map(scalar));

/** What else Systems Manager chooses instances by, as `tag:NAME=VALUE,VALUE`: tags and resource groups. */
const selectors = (request: unknown): readonly string[] =>
  items(get(request, 'targets'))
    .filter(one => !namesInstances(one))
    .flatMap(one => {
      const values = items(get(one, 'values')).map(value => scalar(value) ?? '');
      return word(one, 'key') === undefined ? [] : [`${word(one, 'key')}=${values.join(',')}`];
    });

const associated = (entry: unknown): readonly (string | undefined)[] => [word(entry, 'instanceId'), ...byTarget(entry)];

/** Device names of root volumes (EC2 User Guide, "Device names for volumes on Amazon EC2 instances"); drivers attach at others. */
const rootDevice = /^\/dev\/(xvda|sda1?)$/;

/** Session Manager also takes `ecs:<cluster>_<task>_<container>`, which is no instance (SSM API Reference, StartSession). */
const targetInstance = (target: string | undefined): string | undefined =>
  target !== undefined && /^m?i-/.test(target) ? target : undefined;

const actEvents = {
  eventSource: [...new Set(Object.values(acts).map(one => `${one.source}.amazonaws.com`))],
  eventName: Object.keys(acts),
};

const actOf = (record: CloudTrailRecord): Act | undefined => {
  const found = Object.hasOwn(acts, record.eventName) ? acts[record.eventName] : undefined;
  return found !== undefined && record.eventSource === `${found.source}.amazonaws.com` ? found : undefined;
};

const metadataChanges = ['ModifyInstanceMetadataOptions', 'ModifyInstanceMetadataDefaults'];

/** What a change of metadata options, or of their account-wide defaults, weakens. */
const weakenedBy = (record: CloudTrailRecord): readonly string[] => {
  const request = requestOf(record);
  const metadata = metadataOf(request);
  const defaults = record.eventName === 'ModifyInstanceMetadataDefaults';
  return [
    ...weaknessesOf(metadata),
    ...(defaults && metadata.tokens === 'no-preference' ? ['tokens-unset'] : []),
    // Without a preference of the account's, an image's or EC2's own counts: a limit of -1 takes one away. Terraform says -1 for what its
    // resource leaves out, above all as it has tokens required.
    ...(defaults && metadata.hops === -1 && metadata.tokens !== 'required' ? ['hop-limit-unset'] : []),
    ...(defaults && ['disabled', 'no-preference'].includes(word(request, 'httpTokensEnforced') ?? '')
      ? ['enforcement-disabled']
      : []),
    // `--http-tokens required --http-endpoint enabled` is how the EC2 User Guide hardens an instance: that is no weakening.
    ...(metadata.endpoint === 'enabled' && metadata.tokens !== 'required' ? ['endpoint-enabled'] : []),
  ];
};

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
    doc: 'What the call does to existing instances: `user-data`, `root-volume` (a task that replaces it, or a volume attached in its place), `profile`, `copy` (snapshots of its disks, or an image of it), `stop`, `start`, `terminate`, `enter` (SSM sessions, commands, associations and maintenance windows, Instance Connect, serial console, password), `none`.',
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
  'instance.selectors': {
    doc: 'What a call of Systems Manager chooses instances by instead of their ids, as `tag:NAME=VALUE,VALUE`; empty where it names ids, or nothing.',
    needs: () => actEvents,
    read: ({ record }) =>
      actOf(record)?.source === 'ssm'
        ? [record.requestParameters, ...items(get(record.requestParameters, 'entries'))].flatMap(selectors)
        : [],
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
    doc: 'What a change of metadata options or defaults weakens: `tokens-optional`, `tokens-unset` (defaults), `hop-limit`, `hop-limit-unset` (defaults, without requiring tokens in the same call), `ipv6-endpoint`, `endpoint-enabled` (without requiring tokens in the same call), `enforcement-disabled`. EC2 API Reference, ModifyInstanceMetadataOptions and …Defaults.',
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
  ...exposureFacts,
};
