import type { Json } from '../json.ts';
import type { Read, Reason } from './contract.ts';
import { limits } from './limits.ts';
import { type Origin, placeIn } from './origin.ts';

/**
 * A record set aside. Its bytes are copied, so that nothing larger is kept alive.
 * @param detail one sentence with no bytes of the record in it
 * @param length of the record, where `bytes` is only its beginning
 * @param count of how many records it tells, where it is not one
 */
export const rejected = (
  reason: Reason,
  detail: string,
  where: string,
  bytes: Uint8Array,
  length = bytes.length,
  count?: number,
): Read => {
  const kept = new Uint8Array(bytes.subarray(0, limits.rejectedBytes)); // a Buffer's own slice would not copy
  const told = count === undefined ? {} : { count };
  return { kind: 'rejected', rejected: { reason, detail, where, bytes: kept, cut: kept.length < length, ...told } };
};

/** What is passed over on purpose, and why. */
export const skipped = (why: string, count = 1): Read => ({ kind: 'skipped', why, count });

/** What was parsed, set aside with its bytes as they came, where they are at hand. */
export const setAside = (reason: Reason, detail: string, json: Json, { where, offset, raw }: Origin): Read =>
  rejected(reason, detail, offset === undefined ? where : placeIn(where, offset), raw ?? jsonText(json));

/** JSON text of a value, for the quarantine; a value too deep for `JSON.stringify` is described instead. */
const jsonText = (json: Json): Uint8Array => {
  try {
    return encoder.encode(JSON.stringify(json));
  } catch {
    return encoder.encode('"a value too deeply nested to be written"');
  }
};

const encoder = new TextEncoder();
