import type { AnyEvent, Event } from '../event.ts';
import { at, isObject, type Json, type JsonObject, list, text } from '../json.ts';
import { judgedKind } from '../posture/judge.ts';
import { instant } from '../read/shape.ts';
import { redact } from '../redact.ts';
import type { Cluster, Settings } from '../settings.ts';
import { outcomeOf } from './call.ts';
import { type Change, differenceOf } from './difference.ts';
import { callers } from './identity.ts';
import { keptOf } from './kept.ts';
import type { AuditRecord } from './record.ts';

/**
 * Why an object could not be read.
 * `gone`: there is none of that name (any more); `replaced`: there is another of that name, made after the write; `forbidden`, `unauthorized`: the cluster does not let us; `untrusted`: its
 * certificate is not of the cluster's authority; `undescribed`: EKS does not tell us about the cluster; `misnamed`: the event names
 * no object that could be asked for; the others speak for themselves.
 */
export type Failure =
  | 'gone'
  | 'replaced'
  | 'forbidden'
  | 'unauthorized'
  | 'untrusted'
  | 'undescribed'
  | 'redirected'
  | 'too-large'
  | 'unreadable'
  | 'misnamed'
  | 'refused'
  | 'slow'
  | 'throttled'
  | 'unavailable'
  | 'unreachable';

/** What the posture reader saw of an object after a write of which the audit log shows no body. */
export interface Reading {
  /** ISO; when it was read. */
  readonly at: string;
  /** The object as `keptOf` leaves it; absent where it could not be read. */
  readonly object?: JsonObject;
  readonly failure?: Failure;
  /** ISO; when the version it is compared with was read: the newest one from before the write. Absent: there is none. */
  readonly since?: string;
  /** What is different from that version; absent where there is none. */
  readonly changes?: readonly Change[];
  /** How many changes there are beyond those. */
  readonly more?: number;
  /** It was written again between the write and the reading. */
  readonly newer?: true;
}

/** An object as it was once read. */
export interface Version {
  /** Milliseconds since 1970: when it was first read so. */
  readonly at: number;
  readonly object: JsonObject;
}

/** Where an object is found in a cluster's API. */
export interface Address {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

/** What the reader judges again, by the same matcher: detections of what only a body tells, and what says that it failed. */
export const readAgainBy: readonly string[] = [
  'kubernetes/nodepool-unrestricted',
  'kubernetes/nodeclass-unhardened',
  'kubernetes/nodeclass-user-data-changed',
  'kubernetes/machine-template-unhardened',
  'pipeline/object-unread',
  'pipeline/rule-failed',
  'pipeline/limit-reached',
];

/** Older writes are not asked about: what stands there now says nothing of them. */
const oldest = 86_400_000;

/** How far apart our clock and the API server's may be. */
const skew = 5_000;

/** Whether an event happened in a cluster of the settings: another account or region may have one of the same name. */
const isIn = ({ name, account, region }: Cluster, { home }: Settings, event: AnyEvent): boolean =>
  name === event.cluster &&
  (account === undefined || event.account === '' || account === event.account) &&
  (event.region === '' || event.region === (region ?? home));

/**
 * Whether an event is a write whose object is to be read: it succeeded, those detections judge its kind, no body was logged, no
 * controller made it (they are not judged), and the settings name the cluster as one that may be read.
 * @param now milliseconds since 1970
 */
export const wantsReading = (event: AnyEvent, settings: Settings, now: number): event is Event<'kubernetes'> => {
  if (event.source !== 'kubernetes' || event.time < now - oldest) return false;
  const { record } = event;
  const { resource = '', apiGroup = '', subresource } = record.objectRef ?? {};
  if (judgedKind(resource, apiGroup) === undefined || subresource) return false;
  if (!['create', 'update', 'patch'].includes(record.verb)) return false;
  if (record.requestObject !== undefined || record.responseObject !== undefined) return false;
  if (!settings.clusters.some(one => one.reader === true && isIn(one, settings, event))) return false;
  if (outcomeOf(record) !== 'succeeded') return false;
  const { real, effective } = callers(event, settings);
  return real.kind !== 'controller' || effective.kind !== 'controller';
};

/** Where the object that an event is about can be read; `name` may be empty or hostile. */
export const addressOf = ({ record }: Event<'kubernetes'>): Address => {
  const { apiGroup = '', apiVersion = '', resource = '', namespace, name = '' } = record.objectRef ?? {};
  return {
    group: apiGroup,
    version: apiVersion,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  };
};

/** Bytes of an event's record that travel to the reader: ten fit one batch of a queue. */
const askedBytes = 16_384;

/**
 * The event as it travels to the reader: small, without secrets. The object's address stays as it is: one whose name looks like a
 * secret could not be asked for otherwise, and whoever writes it chooses that name.
 */
export const askingOf = (event: Event<'kubernetes'>): Event<'kubernetes'> => ({
  ...event,
  record: {
    ...(redact(event.record as never, askedBytes) as never as AuditRecord), // a record is JSON, and what redaction leaves of one is one
    objectRef: Object.fromEntries(
      Object.entries(event.record.objectRef ?? {}).filter(([, one]) => typeof one === 'string' && one.length <= 253),
    ),
  },
});

/** When an object's specification or metadata was last written, in milliseconds, to the second; undefined where it does not say. */
const lastWritten = (object: JsonObject): number | undefined => {
  const times = list(object, 'metadata', 'managedFields')
    .filter(one => (text(one, 'subresource') ?? '') === '')
    .flatMap(one => instant(text(one, 'time')) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
};

/** Whether what stands there now is not what the write was about. */
const isReplaced = (object: JsonObject, answered: number, uid: string | undefined): boolean => {
  if (uid !== undefined && text(object, 'metadata', 'uid') !== uid) return true;
  const created = instant(text(object, 'metadata', 'creationTimestamp'));
  return created !== undefined && created > answered + skew;
};

/** What is compared: what somebody specifies, and what steers by name. */
const compared = [['spec'], ['metadata', 'labels'], ['metadata', 'annotations']];

/**
 * What a reading says about one write. It is compared with the newest version that was read before the write, so that the answer is
 * the same however often and in whatever order writes of one object are looked at.
 * @param object as the API server gave it
 * @param now when it was read, in milliseconds since 1970
 * @param versions of the object, as they were read before
 */
export const readingOf = (
  event: Event<'kubernetes'>,
  object: JsonObject,
  now: number,
  versions: readonly Version[],
): Reading => {
  const { record } = event;
  const answered = instant(record.stageTimestamp) ?? event.time;
  if (isReplaced(object, answered, record.objectRef?.uid)) return failedReading('replaced', now);
  const kept = keptOf(object);
  const written = lastWritten(object);
  const uid = text(kept, 'metadata', 'uid');
  const before = versions
    .filter(({ at, object: other }) => at < event.time - skew && text(other, 'metadata', 'uid') === uid)
    .reduce<Version | undefined>((best, one) => (best === undefined || one.at > best.at ? one : best), undefined);
  const difference = before === undefined ? undefined : differenceOf(before.object, kept, compared);
  return {
    at: new Date(now).toISOString(),
    object: kept,
    ...(before === undefined ? {} : { since: new Date(before.at).toISOString() }),
    ...(difference === undefined ? {} : { changes: difference.changes }),
    ...(difference === undefined || difference.more === 0 ? {} : { more: difference.more }),
    // Managed fields tell the second, and begin it: what was written within the same one is not told apart.
    ...(written !== undefined && written > answered + 1_000 ? { newer: true as const } : {}),
  };
};

/** That an object could not be read. */
export const failedReading = (failure: Failure, now: number): Reading => ({ at: new Date(now).toISOString(), failure });

/** The event with what was read. */
export const withReading = (event: Event<'kubernetes'>, reading: Reading): Event<'kubernetes'> => ({
  ...event,
  record: { ...event.record, reading },
});

/** The paths that a reading shows as changed; undefined where there was nothing to compare with. */
const changedPaths = (reading: Json | undefined): readonly string[] | undefined => {
  const changes = at(reading, 'changes');
  return Array.isArray(changes) ? list(reading, 'changes').map(one => text(one, 'path') ?? '') : undefined;
};

/** The reading of an event, looked at and not trusted: what comes of a log may be anything. */
const readingIn = ({ reading }: AuditRecord): Json | undefined => reading as unknown as Json | undefined;

/** Whether an event has a reading that shows the specification as it was before the write; what is not known counts as changed. */
export const leavesSpec = (record: AuditRecord): boolean => {
  const reading = readingIn(record);
  const paths = changedPaths(reading);
  if (paths === undefined || at(reading, 'more') !== undefined) return false;
  return !paths.some(path => path === 'spec' || path.startsWith('spec.'));
};

/** What a reading says of a node class's user data; undefined where there is none. */
export const userDataRead = (record: AuditRecord): 'set' | 'removed' | 'rewritten' | 'unknown' | undefined => {
  const reading = readingIn(record);
  if (!isObject(at(reading, 'object'))) return undefined;
  const has = (text(reading, 'object', 'spec', 'userData') ?? '') !== '';
  const paths = changedPaths(reading);
  if (paths !== undefined) {
    if (!paths.some(path => path === 'spec.userData' || path === 'spec')) return 'unknown';
    return has ? 'set' : 'removed';
  }
  if (!has) return 'unknown';
  return record.verb === 'create' ? 'set' : 'rewritten';
};

/** What a reading makes of a finding's certainty, in words that are the same for every event: a finding keeps each once. */
export const readingNotes = ({ record }: Event<'kubernetes'>): readonly string[] => {
  const reading = readingIn(record);
  if (!isObject(at(reading, 'object'))) return [];
  return [
    'read from the cluster after the write, since the audit log has no body',
    ...(at(reading, 'newer') === true
      ? ['it was written again before it was read: the newest write may be another’s']
      : []),
    ...(changedPaths(reading) === undefined && record.verb !== 'create'
      ? ['it was never read before: what the write changed is not known']
      : []),
  ];
};
