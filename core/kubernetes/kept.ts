import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject, member, text } from '../json.ts';
import { redact } from '../redact.ts';

/** The most bytes that are kept of one object, as JSON in UTF-8. */
export const keptBytes = 32_768;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Members of `metadata` that say which object this is and what somebody wrote on it; managed fields and owners say neither. */
const metadata = [
  'name',
  'namespace',
  'uid',
  'generation',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'labels',
  'annotations',
] as const;

/** User data as it may be kept and compared: its hash, in the form that every later redaction leaves as it is. */
export const hashedUserData = (userData: string | Uint8Array): string =>
  `[redacted: user data, sha256 ${createHash('sha256').update(userData).digest('hex')}]`;

/** Replaces user data by its hash wherever it stands, so that a change of it is still seen. */
const hashed = (value: Json, depth = 0): Json => {
  if (depth > 32 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(one => hashed(one, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]): [string, Json][] => {
      if (one === undefined) return [];
      return [[name, name === 'userData' && typeof one === 'string' ? hashedUserData(one) : hashed(one, depth + 1)]];
    }),
  );
};

const annotationsOf = (all: Json | undefined): JsonObject =>
  isObject(all) ? Object.fromEntries(Object.entries(all).filter(([name]) => name !== lastApplied)) : {};

/**
 * What of a Kubernetes object is kept, judged and compared: what somebody specified and which object it is. No status, no managed
 * fields, no copy in an annotation, no secret; user data only as a hash. Pure; at most {@link keptBytes}.
 */
export const keptOf = (object: JsonObject): JsonObject => {
  const own = member(object, 'metadata');
  const kept = redact(
    hashed({
      ...(text(object, 'apiVersion') === undefined ? {} : { apiVersion: text(object, 'apiVersion') }),
      ...(text(object, 'kind') === undefined ? {} : { kind: text(object, 'kind') }),
      metadata: Object.fromEntries(
        metadata.flatMap((name): [string, Json][] => {
          const value = name === 'annotations' ? annotationsOf(member(own, name)) : member(own, name);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
      spec: member(object, 'spec') ?? {},
    }),
    keptBytes,
  );
  return isObject(kept) ? kept : {};
};
