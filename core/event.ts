import type { CloudTrailRecord } from './cloudtrail/record.ts';
import type { AuditRecord } from './kubernetes/record.ts';

/** The record type of each source. */
export interface Records {
  readonly cloudtrail: CloudTrailRecord;
  readonly kubernetes: AuditRecord;
}

/** Where events are from: `cloudtrail` or `kubernetes`. */
export type Source = keyof Records;

/** Where an event happened, as far as the record itself does not say it: from the transport, settings or flags. '' = unknown. */
export interface Context {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/** One record with what identifies and places it. Plain data, never mutated. */
export interface Event<S extends Source = Source> extends Context {
  readonly source: S;
  /** CloudTrail: `eventID`. Kubernetes: hash of auditID, requestReceivedTimestamp, user, verb and requestURI, without the stage. */
  readonly id: string;
  /** Milliseconds since 1970. CloudTrail `eventTime`; Kubernetes `requestReceivedTimestamp`. */
  readonly time: number;
  readonly record: Records[S];
}

/** An event of any source, told apart by `source`. */
export type AnyEvent = { [S in Source]: Event<S> }[Source];
