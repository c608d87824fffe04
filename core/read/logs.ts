import { isAscii } from 'node:buffer';
import { isObject, type JsonObject, text } from '../json.ts';
import type { Read } from './contract.ts';
import { defaultPlace, type ReadSettings } from './eventbridge.ts';
import { limits } from './limits.ts';
import { belongingOf, type Origin } from './origin.ts';
import { inflated, payloadBytes } from './packed.ts';
import { readLine, readRecords } from './record.ts';
import { rejected } from './reject.ts';
import { decoded, latin1, parsed } from './text.ts';

/**
 * Reads what a CloudWatch Logs subscription hands to a function: `{"awslogs":{"data": base64 of gzip}}` (CloudWatch Logs User
 * Guide, "Subscription filters with AWS Lambda"). Audit events are taken from the audit streams of EKS's groups and from
 * configured clusters' own groups; CloudTrail's groups and any others by their records' shape. Other streams and control
 * messages are skipped and counted. Never throws.
 */
export const readLogs = (event: unknown, settings: ReadSettings): readonly Read[] => {
  const where = 'CloudWatch Logs subscription';
  const data = text(event, 'awslogs', 'data');
  if (data === undefined) {
    const detail = 'There is no awslogs.data in it: the function is to be invoked by a subscription filter only.';
    return [rejected('wrong-shape', detail, where, encoder.encode(JSON.stringify(event ?? null)))];
  }
  const packed = Buffer.from(data, 'base64');
  const most = Math.min(payloadBytes, Math.max(limits.ratioFrom, packed.length * limits.ratio));
  const bytes = inflated(packed, most);
  if (typeof bytes === 'string') {
    const detail =
      bytes === 'bad-gzip'
        ? 'The payload is not complete gzip data.'
        : `The payload inflates to more than ${most} bytes.`;
    return [rejected(bytes, detail, where, packed)];
  }
  const origin = { place: defaultPlace(settings), where, clusters: settings.clusters };
  return readOrdinary(bytes, origin) ?? readRecords(bytes, origin);
};

/** Larger ones are read in pieces: as a string and parsed they would take several times their size. */
const longestWhole = 16 * 1024 * 1024;

/** CloudWatch Logs User Guide, "Subscription filters"; extracted fields come with filters of certain groups. */
const ofPayload = new Set([
  'messageType',
  'owner',
  'logGroup',
  'logStream',
  'subscriptionFilters',
  'policyLevel',
  'logEvents',
]);
const ofLogEvent = new Set(['id', 'timestamp', 'message', 'extractedFields']);

/**
 * The events of a payload in which each log event is one ordinary record, as nearly all are: parsed at once. Undefined for any other:
 * {@link readRecords} makes the same of it in twice the time, and knows what may be wrong with it.
 */
const readOrdinary = (bytes: Uint8Array, origin: Origin): readonly Read[] | undefined => {
  if (bytes.length > longestWhole) return undefined;
  const payload = parsed((isAscii(bytes) ? latin1(bytes) : decoded(bytes)) ?? '');
  if (!isObject(payload) || !only(ofPayload, payload) || text(payload, 'messageType') !== 'DATA_MESSAGE')
    return undefined;
  const { logEvents } = payload;
  const belonging = belongingOf(payload, origin);
  if ('skip' in belonging || !Array.isArray(logEvents) || logEvents.length === 0) return undefined;
  const reads: Read[] = [];
  for (const one of logEvents) {
    const written = isObject(one) && only(ofLogEvent, one) ? text(one, 'message') : undefined;
    const read = written === undefined ? undefined : readLine(written, belonging.place);
    if (read === undefined) return undefined;
    reads.push(read);
  }
  return reads;
};

const only = (names: ReadonlySet<string>, value: JsonObject): boolean => {
  for (const name in value) if (!names.has(name)) return false;
  return true;
};

const encoder = new TextEncoder();
