import { gunzipSync } from 'node:zlib';
import { text } from '../json.ts';
import type { Read } from './contract.ts';
import { defaultPlace, type ReadSettings } from './eventbridge.ts';
import { limits } from './limits.ts';
import { readRecords } from './record.ts';
import { rejected } from './reject.ts';

/** What a payload may inflate to: it is at most 1 MB compressed, of log events of at most 1 MB. */
export const payloadBytes = 128 * 1024 * 1024;

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
      bytes === 'bad-gzip' ? 'The payload is no whole gzip data.' : `The payload inflates to more than ${most} bytes.`;
    return [rejected(bytes, detail, where, packed)];
  }
  return readRecords(bytes, { place: defaultPlace(settings), where, clusters: settings.clusters });
};

const inflated = (packed: Uint8Array, most: number): Uint8Array | 'bad-gzip' | 'inflates-too-far' => {
  try {
    return gunzipSync(packed, { maxOutputLength: most });
  } catch (error) {
    return error instanceof RangeError ? 'inflates-too-far' : 'bad-gzip';
  }
};

const encoder = new TextEncoder();
