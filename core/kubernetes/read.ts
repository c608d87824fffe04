import { hash } from 'node:crypto';
import type { Context, Event } from '../event.ts';
import { isObject, type Json, type JsonObject, text } from '../json.ts';
import type { Problem } from '../read/contract.ts';
import { instant, misfit, type Shape } from '../read/shape.ts';
import type { AuditRecord } from './record.ts';

/** Whether a value is meant to be an audit event: by its group, its id, or (abridged by a log product) its request. */
export const isAudit = (value: Json): boolean =>
  text(value, 'apiVersion')?.startsWith('audit.k8s.io/')
    ? text(value, 'kind') !== 'EventList'
    : text(value, 'auditID') !== undefined ||
      (text(value, 'requestURI') !== undefined && isObject(value) && isObject(value['objectRef']));

const user: Shape = [
  ['username', 'text'],
  ['uid', 'text'],
  ['groups', 'texts'],
  ['extra', 'object'],
];

export const shape: Shape = [
  ['level', 'text'],
  ['stage', 'text'],
  ['requestURI', 'text'],
  ['user', user],
  ['impersonatedUser', user],
  ['sourceIPs', 'texts'],
  ['userAgent', 'text'],
  [
    'objectRef',
    [
      ['resource', 'text'],
      ['namespace', 'text'],
      ['name', 'text'],
      ['apiGroup', 'text'],
      ['apiVersion', 'text'],
      ['subresource', 'text'],
    ],
  ],
  [
    'responseStatus',
    [
      ['message', 'text'],
      ['reason', 'text'],
    ],
  ],
  ['annotations', 'object'],
];

/** The members that may say when a call was made, best first; `timestamp` is that of audit.k8s.io/v1alpha1. */
export const clocks = ['requestReceivedTimestamp', 'stageTimestamp', 'timestamp'] as const;

/**
 * When a call was made, in milliseconds since 1970, and which member says so. Anything but `requestReceivedTimestamp` is the time
 * of a stage, seconds to hours later for a watch or a shell, and a description's notes say so.
 */
export const auditTime = (
  record: unknown,
): { readonly time: number; readonly from: (typeof clocks)[number] } | undefined => {
  for (const from of clocks) {
    const time = isObject(record) ? instant(record[from]) : undefined;
    if (time !== undefined) return { time, from };
  }
  return undefined;
};

/**
 * The id of a call: its stages share it, so that a shell counts once. `auditID` alone would not do: the API server takes a
 * client's `Audit-ID` header (kubernetes/apiserver, `WithAuditInit`), so one id can be put on many calls. Where the server did
 * not say when the request came in, the stage's time stands in: a stage counted twice is better than a call not counted.
 */
const idOf = (record: Json, clock: string): string =>
  hash(
    'sha256',
    JSON.stringify([
      text(record, 'auditID'),
      text(record, clock),
      text(record, 'user', 'username'),
      text(record, 'verb'),
      text(record, 'requestURI'),
    ]),
  ).slice(0, 32);

/**
 * One audit event (kubernetes/apiserver, audit.k8s.io/v1 `Event`) as an event, or what is wrong with it.
 * @param place account, region and cluster: an audit event says none of them
 * @param isFit its members are known to have the types of `shape`
 */
export const readAudit = (record: Json, place: Context, isFit = false): Event<'kubernetes'> | Problem => {
  if (!isObject(record)) return { problem: 'An audit event is a JSON object; this is something else.' };
  const kind = text(record, 'kind');
  if (kind !== undefined && kind !== 'Event')
    return { problem: 'The object is of another kind than audit.k8s.io Event.' };
  for (const name of ['auditID', 'verb', 'stage']) {
    if (!text(record, name))
      return { problem: `The audit event has no ${name}: every one does, so it was abridged or renamed on its way.` };
  }
  const when = auditTime(record);
  if (when === undefined)
    return { problem: 'The audit event has no requestReceivedTimestamp (nor an older time) in RFC 3339.' };
  const odd = isFit ? undefined : misfit(record, shape);
  if (odd !== undefined) return { problem: `The audit event's ${odd} has another type than the API server gives it.` };
  return {
    source: 'kubernetes',
    id: idOf(record, when.from),
    time: when.time,
    account: place.account,
    region: place.region,
    cluster: place.cluster,
    record: unread(record) as unknown as AuditRecord, // checked above: the required members and every typed one we read
  };
};

/** What the posture reader saw is added by us alone (`core/kubernetes/reading.ts`): a log that says so itself is not believed. */
const unread = (record: JsonObject): JsonObject =>
  Object.hasOwn(record, 'reading')
    ? Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'reading'))
    : record;
