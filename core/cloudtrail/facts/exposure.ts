import type { Facts } from '../../fact.ts';
import { type Json, type JsonObject, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { count, dig, flag, get, itemsOf, requestOf, responseOf, scalar, word } from '../ec2.ts';
import type { CloudTrailRecord } from '../record.ts';
import { approvalOf } from './launch.ts';

/** Says whether a record is one of these EC2 calls. */
export const isEc2 = (record: CloudTrailRecord, ...names: readonly string[]): boolean =>
  record.eventSource === 'ec2.amazonaws.com' && names.includes(record.eventName);

/** The `needs` of these EC2 calls. */
export const ec2 = (...names: readonly string[]) => ({ eventSource: ['ec2.amazonaws.com'], eventName: names });

/** What of an instance is reached on which port; the NodePort range is kube-apiserver's default. */
const entrances: readonly (readonly [string, number, number])[] = [
  ['ssh', 22, 22],
  ['rdp', 3389, 3389],
  ['kubelet', 10250, 10250],
  ['etcd', 2379, 2380],
  ['node-ports', 30000, 32767],
];

/** Ports open under a rule: every port where the protocol is "all" or the range covers all of TCP's or UDP's. */
const opensOf = (protocol: string | undefined, from: number | undefined, to: number | undefined): readonly string[] => {
  const name = protocol?.toLowerCase();
  if (name === undefined || name === '-1' || name === 'all') return ['all'];
  if (!['tcp', 'udp', '6', '17'].includes(name)) return [];
  const first = from ?? 0; // -1 is below every port, too
  const last = to === undefined || to === -1 ? 65_535 : to;
  if (first <= 1 && last >= 65_535) return ['all'];
  return entrances.filter(([, low, high]) => first <= high && last >= low).map(([what]) => what);
};

/**
 * A range of the world or a large part of it, however its host bits are written: `0.0.0.0/0`, `::/0`, `198.51.100.7/0`, and
 * `0.0.0.0/1` beside `128.0.0.0/1`. Wider than the widest private ranges, 10.0.0.0/8 and fc00::/7 (RFC 1918, RFC 4193).
 */
export const isWorld = (range: string | undefined): boolean => {
  const [, length] = /\/(\d)$/.exec(range ?? '') ?? []; // one of more digits is longer
  return Number(length) < (range?.includes(':') ? 7 : 8);
};

const groupRule = (rule: Json, protocol: Json | undefined, ...ranges: readonly (string | undefined)[]): JsonObject[] =>
  ranges.filter(isWorld).flatMap(range =>
    opensOf(scalar(protocol), count(get(rule, 'fromPort')), count(get(rule, 'toPort'))).map(what => ({
      what,
      range: range ?? '',
    })),
  );

const opened = (record: CloudTrailRecord): readonly JsonObject[] => {
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

/** Whether whom it is shared with is an account of ours: one that the settings list, or the call's own. */
const isOurs = (whom: string, { recipientAccountId }: CloudTrailRecord, { accounts }: Settings): boolean =>
  accounts.includes(whom) || whom === recipientAccountId;

const sharers: { readonly [api: string]: readonly [resource: string, permission: string] } = {
  ModifyImageAttribute: ['imageId', 'launchPermission'],
  ModifySnapshotAttribute: ['snapshotId', 'createVolumePermission'],
};

/**
 * Calls that write an image, or the disks of an instance, into a bucket: the response or the request names it (EC2 API Reference,
 * CreateStoreImageTask, ExportImage, CreateInstanceExportTask). Whose the bucket is, nothing says.
 */
const exporters: {
  readonly [api: string]: (request: JsonObject) => readonly [what: string | undefined, bucket: string | undefined];
} = {
  CreateStoreImageTask: request => [word(request, 'imageId'), word(request, 'bucket')],
  ExportImage: request => [word(request, 'imageId'), word(request, 's3ExportLocation', 's3Bucket')],
  CreateInstanceExportTask: request => [
    word(request, 'instanceId'),
    word(request, 'exportToS3Task', 's3Bucket') ?? word(request, 'exportToS3', 's3Bucket'),
  ],
};

const exported = (record: CloudTrailRecord, settings: Settings): readonly JsonObject[] => {
  const read = Object.hasOwn(exporters, record.eventName) ? exporters[record.eventName] : undefined;
  if (read === undefined || record.eventSource !== 'ec2.amazonaws.com') return [];
  const [what = 'unknown', bucket = 'unknown'] = read(requestOf(record));
  const kind = what.startsWith('i-') ? 'instance' : 'image';
  return [{ resource: what, kind, with: `bucket ${bucket}`, ours: false, approval: approvalOf(what, settings) }];
};

/**
 * An image or snapshot that AWS Backup copies into a vault of another account (AWS Backup API Reference, StartCopyJob: its recovery points
 * of EC2 and EBS bear the ARN of the image or snapshot).
 */
const copiedOut = (record: CloudTrailRecord, settings: Settings): readonly JsonObject[] => {
  const resource = /:(?:image|snapshot)\/([^/]+)$/.exec(
    text(record, 'requestParameters', 'recoveryPointArn') ?? '',
  )?.[1];
  const whom = text(record, 'requestParameters', 'destinationBackupVaultArn')?.split(':')[4];
  if (resource === undefined || whom === undefined) return [];
  const ours = isOurs(whom, record, settings);
  const kind = resource.startsWith('ami-') ? 'image' : 'snapshot';
  return [{ resource, kind, with: whom, ours, approval: approvalOf(resource, settings) }];
};
const copies = { eventSource: ['backup.amazonaws.com'], eventName: ['StartCopyJob'] };

/** A key of another account that opens a snapshot besides its own (EC2 API Reference, AssociateKmsKeyId: an id, alias or ARN). */
const keyed = (record: CloudTrailRecord, settings: Settings): readonly JsonObject[] => {
  const request = requestOf(record);
  const whom = /^arn:[a-z-]+:kms:[^:]*:(\d{12}):/.exec(word(request, 'kmsKeyId') ?? '')?.[1];
  if (whom === undefined) return [];
  const ours = isOurs(whom, record, settings);
  const resource = word(request, 'snapshotId') ?? 'unknown';
  return [{ resource, kind: 'snapshot', with: whom, ours, approval: approvalOf(resource, settings) }];
};

/** What is opened, shared or left unencrypted. */
export const exposureFacts: Facts<'cloudtrail'> = {
  'image.shared': {
    doc: 'List of `{ resource, kind, with, ours, approval }`: an image, snapshot or instance and whom it is shared with (an account id, an organization ARN, `world`), or where it is written to (`bucket NAME`), AWS Backup’s copies and keys of others that open a snapshot among them; `ours` when the settings list that account; `approval` of the image as in `launch.images`.',
    needs: () => ({ $or: [ec2(...Object.keys(sharers), ...Object.keys(exporters), 'AssociateKmsKeyId'), copies] }),
    read: ({ record }, settings) => {
      if (record.eventSource === 'backup.amazonaws.com' && record.eventName === 'StartCopyJob')
        return copiedOut(record, settings);
      if (isEc2(record, 'AssociateKmsKeyId')) return keyed(record, settings);
      const sharer =
        isEc2(record, ...Object.keys(sharers)) && Object.hasOwn(sharers, record.eventName)
          ? sharers[record.eventName]
          : undefined;
      if (sharer === undefined) return exported(record, settings);
      const request = requestOf(record);
      const resource = word(request, sharer[0]) ?? 'unknown';
      const added = [...itemsOf(dig(request, sharer[1]), 'add'), ...flatForm(request)];
      return added.flatMap(one => {
        const whom =
          word(one, 'group') === 'all'
            ? 'world'
            : (word(one, 'userId') ?? word(one, 'organizationArn') ?? word(one, 'organizationalUnitArn'));
        if (whom === undefined) return [];
        const ours = isOurs(whom, record, settings);
        const kind = sharer[0] === 'imageId' ? 'image' : 'snapshot';
        return [{ resource, kind, with: whom, ours, approval: approvalOf(resource, settings) }];
      });
    },
  },
  'network.opened': {
    doc: 'List of `{ group, what, range }`: what a security group rule opens to the whole world: `ssh`, `rdp`, `kubelet` (10250), `etcd` (2379-2380), `node-ports` (30000-32767), `all`. EC2 API Reference, AuthorizeSecurityGroupIngress and ModifySecurityGroupRules.',
    needs: () => ec2('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules'),
    read: ({ record }) =>
      isEc2(record, 'AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules') ? opened(record) : [],
  },
  'volume.unencrypted': {
    doc: 'Whether the call asks for an unencrypted volume in so many words (`encrypted: false`); absence leaves it to the account and is false, and so is a volume that the response says was encrypted all the same.',
    needs: () => ec2('RunInstances', 'CreateVolume'),
    read: ({ record }) => {
      if (!isEc2(record, 'RunInstances', 'CreateVolume')) return false;
      const request = requestOf(record);
      // An account that encrypts by default does so whatever is asked (EBS User Guide, "Encryption by default").
      if (record.eventName === 'CreateVolume')
        return flag(get(request, 'encrypted')) === false && flag(get(responseOf(record), 'encrypted')) !== true;
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
