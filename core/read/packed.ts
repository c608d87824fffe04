import { gunzipSync } from 'node:zlib';
import { type Json, text } from '../json.ts';
import { limits } from './limits.ts';

/** What a payload of CloudWatch Logs may inflate to: it is at most 1 MB compressed, of log events of at most 1 MB. */
export const payloadBytes = 128 * 1024 * 1024;

/** Inflates gzip that is at hand whole, up to so many bytes. Never throws. */
export const inflated = (packed: Uint8Array, most: number): Uint8Array | 'bad-gzip' | 'inflates-too-far' => {
  try {
    return gunzipSync(packed, { maxOutputLength: most });
  } catch (error) {
    return error instanceof RangeError ? 'inflates-too-far' : 'bad-gzip';
  }
};

/**
 * Where records travel as base64, plain or gzip: what a Logs subscription hands to a function, a record of Kinesis as Lambda has it
 * and as `aws kinesis get-records` prints it, one of Firehose (Lambda Developer Guide, "Using Lambda with CloudWatch Logs", "with
 * Kinesis"; Data Firehose Developer Guide, "Data transformation"). `beside`: what stands next to it, without which it is something else.
 */
const packings: readonly { readonly path: readonly string[]; readonly beside?: string }[] = [
  { path: ['awslogs', 'data'] },
  { path: ['kinesis', 'data'] },
  { path: ['data'], beside: 'recordId' },
  { path: ['Data'], beside: 'SequenceNumber' },
];

/** Base64 text, and what its member is called. */
export interface Packed {
  readonly name: string;
  readonly base64: string;
}

/** What is packed in an object. Undefined: nothing is. */
export const packedIn = (json: Json): Packed | undefined => {
  for (const { path, beside } of packings) {
    if (beside !== undefined && text(json, beside) === undefined) continue;
    const base64 = text(json, ...path);
    if (base64 !== undefined) return { name: path.join('.'), base64 };
  }
  return undefined;
};

/** What was wrong with it, and what to do. */
export interface Damage {
  readonly reason: 'wrong-shape' | 'bad-gzip' | 'inflates-too-far';
  readonly detail: string;
}

const base64Text = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that base64 text stands for, inflated where they are gzip: of a list of many no more than gzip's own ratio allows. Never throws. */
export const unpacked = (base64: string): Uint8Array | Damage => {
  if (base64 === '' || !base64Text.test(base64))
    return { reason: 'wrong-shape', detail: 'It should be base64, and is not.' };
  const bytes = Buffer.from(base64, 'base64');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const most = Math.min(payloadBytes, bytes.length * limits.ratio);
  const inside = inflated(bytes, most);
  if (typeof inside !== 'string') return inside;
  return inside === 'bad-gzip'
    ? { reason: inside, detail: 'What is packed in it is not complete gzip data.' }
    : { reason: inside, detail: `What is packed in it inflates to more than ${most} bytes.` };
};
