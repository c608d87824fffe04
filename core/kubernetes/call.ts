import type { Event } from '../event.ts';
import { isObject, list } from '../json.ts';
import { writes } from './groups.ts';
import type { AuditRecord } from './record.ts';

/**
 * What became of a call. `succeeded`: it was done, or may have been, whatever was answered (see {@link mayBeDone}). `unknown`: no
 * answer yet (stage RequestReceived), or none recorded.
 */
export type Outcome = 'succeeded' | 'denied' | 'dry-run' | 'failed' | 'unknown';

/** Stages that know the answer. A shell or a watch says it in ResponseStarted and again, hours later, in ResponseComplete. */
export const answered = ['ResponseStarted', 'ResponseComplete'] as const;

/**
 * What became of a call. Denied is the authorizer's or authenticator's no; an admission plugin's no has status 403 too, but an
 * `allow` beside it (Kubernetes documentation, "Audit annotations", `authorization.k8s.io/decision`), and is a failure.
 */
export const outcomeOf = (record: AuditRecord): Outcome => {
  const code = record.responseStatus?.code;
  if (typeof code !== 'number' || !answered.some(stage => stage === record.stage)) return 'unknown';
  const decision = record.annotations?.['authorization.k8s.io/decision'];
  if (code === 401 || (code === 403 && decision !== 'allow')) return 'denied';
  const answeredWell = code === 101 || (code >= 200 && code <= 299);
  if (!answeredWell && !mayBeDone(record, code)) return 'failed';
  if (isDryRun(record)) return answeredWell ? 'dry-run' : 'failed';
  return 'succeeded';
};

/** Codes with which a collection's deletion ends half-way: admission's no (beside an `allow`), a conflict, an object that is not valid, a fault. */
const halfWay: ReadonlySet<number> = new Set([403, 409, 422, 500, 504]);

/**
 * Whether a write may have been done though it was not answered so. What times out is still carried out by the API server, and a client
 * says itself how soon it does, by `?timeout=` (kubernetes/apiserver, `finisher.asyncFinisher`: "may continue to run"). A collection
 * is deleted object by object, and an error at one leaves the others deleted (ibid., `Store.DeleteCollection`: "not atomic").
 */
const mayBeDone = (record: AuditRecord, code: number): boolean => {
  if (carriedOut.has(record.objectRef?.subresource ?? '')) return false;
  if (record.verb === 'deletecollection') return halfWay.has(code);
  return code === 504 && writes.some(verb => verb === record.verb);
};

/**
 * Subresources that take no heed of `dryRun`: what is connected to is connected to, and a token is handed out (kubernetes/kubernetes,
 * `TokenREST.Create`; apiserver, `ConnectResource`).
 */
const carriedOut: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'proxy', 'token']);

/**
 * Whether a write was only tried out. Reads have no such option, and the API server passes over what it does not know: a client may
 * write `?dryRun=All` behind any address (Kubernetes documentation, "Dry-run"). A deletion with a body takes its options from there and
 * none from the address (kubernetes/apiserver, `DeleteResource`): where no body is logged, nothing says that there was none.
 */
const isDryRun = (record: AuditRecord): boolean => {
  if (!writes.some(verb => verb === record.verb) || carriedOut.has(record.objectRef?.subresource ?? '')) return false;
  const inAddress = query(record).get('dryRun') === 'All';
  if (record.verb !== 'delete' && record.verb !== 'deletecollection') return inAddress;
  if (isObject(record.requestObject)) return list(record.requestObject, 'dryRun').includes('All');
  return inAddress && showsBodies(record);
};

/** Whether the event would hold a body had there been one. */
const showsBodies = ({ level, annotations }: AuditRecord): boolean =>
  (level === 'Request' || level === 'RequestResponse') && annotations?.['audit.k8s.io/truncated'] !== 'true';

/** The request's query, as the API server would read it. */
export const query = (record: AuditRecord): URLSearchParams => {
  const uri = record.requestURI ?? '';
  const mark = uri.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : uri.slice(mark + 1));
};

/** The last source address: the one the API server saw. All before it is the client's own word (X-Forwarded-For). */
export const lastAddress = (event: Event<'kubernetes'>): string => {
  const addresses = event.record.sourceIPs ?? [];
  return addresses.at(-1) || 'unknown';
};

/** `namespace/name` of the object; `(all)` for what names none, as lists and collections. */
export const objectPath = (record: AuditRecord): string => {
  const { namespace, name } = record.objectRef ?? {};
  return namespace ? `${namespace}/${name || '(all)'}` : name || '(all)';
};
