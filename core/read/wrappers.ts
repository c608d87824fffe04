import { isCloudTrail } from '../cloudtrail/read.ts';
import { at, isObject, type Json, type JsonObject, text } from '../json.ts';
import { isAudit } from '../kubernetes/read.ts';

/**
 * Members under which lists of records travel: CloudTrail files, log payloads, AWS CLI output, audit `EventList`, what Firehose hands
 * to a function (`records`), the rows of Logs Insights and Splunk (`results`) and of CloudTrail Lake (`QueryResultRows`).
 */
export const containers: readonly string[] = [
  'Records',
  'logEvents',
  'Events',
  'events',
  'items',
  'records',
  'results',
  'QueryResultRows',
];

/** More of them, which are read as one object with all that is in them: of `aws sqs receive-message`, a search of Elastic. */
const wholeLists: readonly (readonly string[])[] = [['Messages'], ['hits', 'hits']];

/**
 * `2026-09-01T10:00:00.123Z `: CloudWatch's export to S3; with ` stdout F `: a container runtime's log file (CRI); with a stream's
 * name or without a zone: `aws logs tail`.
 */
export const datedPrefix =
  /^\d{4}-\d\d-\d\dT[\d:.]{5,18}(?:Z|[+-]\d\d:\d\d)? (?:std(?:out|err) [FP] |[\w./#:[\]$-]{1,128} )?$/;

/**
 * Where log shippers and tools put the record, as an object or as text: EventBridge (`detail`), `aws cloudtrail lookup-events`,
 * Vector and Logstash (`message`), SNS (`Message`; `Sns.Message` in Lambda's event), SQS (`body`; `Body` in `aws sqs receive-message`),
 * Fluent Bit (`log`), Logs Insights (`@message`), CloudTrail Lake (`eventJson`), Elastic (`event.original`, `kubernetes.audit`,
 * `_source`), Splunk (`result._raw`), Loki (`line`), Lambda's own dead letters (`requestPayload`).
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
  ['eventJson'],
  ['Sns', 'Message'],
  ['_source'],
  ['line'],
  ['requestPayload'],
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

const lists: readonly (readonly string[])[] = [...containers.map(name => [name]), ...wholeLists];

/** A list of records in an object, and what it is called. Undefined: there is none. */
export const listIn = (json: JsonObject): { readonly name: string; readonly records: readonly Json[] } | undefined => {
  for (const path of lists) {
    const records = at(json, ...path);
    if (Array.isArray(records)) return { name: path.join('.'), records };
  }
  return undefined;
};

/** A row of a query's answer. */
export interface Row {
  /** Every column. */
  readonly columns: JsonObject;
  /** The column that holds the record whole; undefined: it was not asked for. */
  readonly record: JsonObject | undefined;
}

/**
 * Reads a row of a query's answer: a list of fields with their values (CloudWatch Logs API Reference, ResultField) or of objects
 * with a member each (CloudTrail API Reference, GetQueryResults, where SQL knows no case). Single columns are no record, whatever
 * they are called: what was not asked for would look as if it had not been there. Undefined: it is no such row.
 */
export const rowOf = (json: readonly Json[]): Row | undefined => {
  const columns: [string, Json][] = [];
  for (const one of json) {
    const field = text(one, 'field');
    const [only, ...more] = field === undefined && isObject(one) ? Object.entries(one) : [];
    if (field === undefined && (only === undefined || more.length > 0)) return undefined;
    columns.push([field ?? only?.[0] ?? '', (field === undefined ? only?.[1] : at(one, 'value')) ?? null]);
  }
  if (columns.length === 0) return undefined;
  const whole = columns.find(([name]) => name === '@message' || name.toLowerCase() === 'eventjson');
  return {
    columns: Object.fromEntries(columns),
    record: whole === undefined ? undefined : { [whole[0] === '@message' ? '@message' : 'eventJson']: whole[1] },
  };
};
