import { isCloudTrail } from '../cloudtrail/read.ts';
import { at, isObject, type Json } from '../json.ts';
import { isAudit } from '../kubernetes/read.ts';

/** Members under which lists of records travel: CloudTrail files, log payloads, AWS CLI output, audit `EventList`. */
export const containers: readonly string[] = ['Records', 'logEvents', 'Events', 'events', 'items'];

/**
 * `2026-09-01T10:00:00.123Z `: CloudWatch's export to S3; with ` stdout F `: a container runtime's log file (CRI); with a stream's
 * name or without a zone: `aws logs tail`.
 */
export const datedPrefix =
  /^\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[+-]\d\d:\d\d)? (?:std(?:out|err) [FP] |[\w./#:[\]$-]{1,128} )?$/;

/**
 * Where log shippers and tools put the record, as an object or as text: EventBridge (`detail`), `aws cloudtrail lookup-events`,
 * Vector and Logstash (`message`), SNS (`Message`), SQS (`body`; `Body` in `aws sqs receive-message`), Fluent Bit (`log`), Logs
 * Insights (`@message`), Elastic (`event.original`, `kubernetes.audit`), Splunk (`result._raw`).
 */
const wrappers: readonly (readonly string[])[] = [
  ['detail'],
  ['CloudTrailEvent'],
  ['message'],
  ['Message'],
  ['body'],
  ['Body'],
  ['log'],
  ['@message'],
  ['event', 'original'],
  ['event'],
  ['kubernetes', 'audit'],
  ['kubernetes'],
  ['audit'],
  ['record'],
  ['result', '_raw'],
  ['_raw'],
];

/** The record inside a wrapper: text that may be one, an object that is, or an object to look into. Undefined: it wraps nothing. */
export const wrapped = (json: Json): Json | undefined => {
  let first: Json | undefined;
  for (const path of wrappers) {
    const inner = at(json, ...path);
    if (inner === undefined || !(typeof inner === 'string' ? mayBeRecord(inner) : isObject(inner))) continue;
    if (typeof inner === 'string' || isCloudTrail(inner) || isAudit(inner)) return inner;
    first ??= inner;
  }
  return first;
};

/** Text that starts as an object does, perhaps after a date. */
const mayBeRecord = (value: string): boolean => {
  const brace = value.slice(0, 168).indexOf('{');
  if (brace < 0) return false;
  const before = value.slice(0, brace);
  return before.trim() === '' || datedPrefix.test(before);
};

/**
 * What AWS's tools print of records, in lists of their own: `aws sqs receive-message` (`Messages`), and `aws logs get-query-results`,
 * where each row is a list of fields. Undefined: it is none of these. A row without `@message` is no record,
 * and set aside as such.
 */
export const printed = (json: Json): { readonly name: string; readonly records: readonly Json[] } | undefined => {
  const messages = at(json, 'Messages');
  if (Array.isArray(messages)) return { name: 'Messages', records: messages };
  const rows = at(json, 'results');
  if (!Array.isArray(rows) || !rows.every(Array.isArray)) return undefined;
  return { name: 'results', records: rows.map(row => ({ '@message': valueIn(row, '@message') })) };
};

/** CloudWatch Logs API Reference, ResultField: a field and its value. */
const valueIn = (row: readonly Json[], field: string): Json => {
  const found = row.find(one => at(one, 'field') === field);
  return (found === undefined ? undefined : at(found, 'value')) ?? null;
};
