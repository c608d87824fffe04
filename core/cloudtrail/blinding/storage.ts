import { at, list, member, text } from '../../json.ts';
import { items, requestOf, scalar } from '../ec2.ts';
import { isOurs } from '../own.ts';
import { lastSegment } from '../roles.ts';
import { isFalse, type Judge, named, one, ours, untold } from './judge.ts';

/** A bucket that holds trails or audit logs: of such a name, or one that the settings read. */
export const bucket =
  (how: string): Judge =>
  (request, _, settings) => {
    const name = named(request, 'bucketName') ?? '';
    const isRead =
      settings.deployment.archives.some(archive => archive.bucket === name) ||
      settings.clusters.some(({ audit }) => audit !== undefined && 'bucket' in audit && audit.bucket === name);
    return isRead || isOurs(name) || /cloud-?trail/i.test(name) ? one(name, how) : [];
  };

/** Alarms of ours, those among them that a rule mutes (CloudWatch API Reference, PutAlarmMuteRule). */
export const alarms =
  (how: string): Judge =>
  request =>
    [...list(request, 'alarmNames'), ...list(request, 'alarmName'), ...list(request, 'muteTargets', 'alarmNames')]
      .filter(name => typeof name === 'string')
      .filter(isOurs)
      .map(resource => ({ resource, how }));

/** Flow logs, of any network. */
export const flowLogs: Judge = (_, record) =>
  items(at(requestOf(record), 'FlowLogId') ?? at(requestOf(record), 'flowLogIds'))
    .map(scalar)
    .map(id => ({ resource: id ?? 'unknown', how: 'flow log deleted' }));

/** A detector of GuardDuty switched off; whatever was refused. Features that are changed one by one are not looked at. */
export const detector: Judge = (request, record) =>
  untold(record) || isFalse(request['enable'])
    ? one(named(request, 'detectorId'), 'GuardDuty detector switched off')
    : [];

/** A table of ours is written by our own functions only: their roles carry our name. */
export const foreignWrite: Judge = (request, record) => {
  const role = lastSegment(text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '');
  if (isOurs(role)) return [];
  const tables = [
    named(request, 'tableName') ?? '',
    ...Object.keys((at(request, 'requestItems') as object | undefined) ?? {}),
    ...list(record, 'resources').map(resource => text(resource, 'ARN') ?? ''),
  ];
  return [...new Set(tables.map(lastSegment))]
    .filter(isOurs)
    .map(resource => ({ resource, how: 'items written by another' }));
};

/**
 * A table of ours from which something is taken that the pipeline works with: the announcer's stream, an index, writes at any rate, the
 * key it is encrypted with. What the call does not name it leaves (DynamoDB API Reference, UpdateTable).
 */
export const tableUpdate: Judge = request => {
  const table = named(request, 'tableName') ?? '';
  if (!isOurs(table)) return [];
  const says = (name: string): boolean => Object.keys(request).some(one => one.toLowerCase() === name.toLowerCase());
  const how = [
    isFalse(at(request, 'streamSpecification', 'streamEnabled')) ? 'stream switched off' : '',
    list(request, 'globalSecondaryIndexUpdates').some(one => member(one, 'delete') !== undefined)
      ? 'index deleted'
      : '',
    says('provisionedThroughput') || says('onDemandThroughput') ? 'throughput bounded' : '',
    says('sSESpecification') ? 'encryption key changed' : '',
    // What is written in another region arrives here, and its record is there.
    says('replicaUpdates') ? 'replicas changed' : '',
    isFalse(request['deletionProtectionEnabled']) ? 'deletion protection off' : '',
  ].filter(Boolean);
  return how.length === 0 ? [] : one(table, how.join(', '));
};

/** Messages of a queue of ours moved to another one; moved back to where they came from they are read again (SQS API Reference). */
export const moved: Judge = request => {
  const queue = named(request, 'sourceArn') ?? '';
  const destination = named(request, 'destinationArn');
  return isOurs(queue) && destination !== undefined && !isOurs(destination) ? one(queue, 'messages moved away') : [];
};

/** A table of ours without point-in-time recovery. */
export const backups: Judge = request => {
  const table = named(request, 'tableName') ?? '';
  const off = isFalse(at(request, 'pointInTimeRecoverySpecification', 'pointInTimeRecoveryEnabled'));
  return isOurs(table) && off ? one(table, 'backups switched off') : [];
};

/**
 * A key by an alias of ours, or one that the settings read an archive with, by id or ARN: of others records name the id alone, and
 * nothing tells whose they are.
 */
export const key =
  (how: string): Judge =>
  (request, _, { deployment }) => {
    const id = named(request, 'keyId') ?? '';
    const opensArchive = deployment.archives.some(
      ({ key }) => key !== undefined && (key === id || key.endsWith(`:key/${id}`)),
    );
    return opensArchive || isOurs(id.replace(/^alias\//, '')) || isOurs(id) ? one(id, how) : [];
  };

/** A role of our functions. */
export const role = (how: string): Judge => ours(how, 'roleName');
