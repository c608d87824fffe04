import { text } from '../json.ts';
import type { Read } from './contract.ts';
import { defaultPlace, type ReadSettings } from './eventbridge.ts';
import { limits } from './limits.ts';
import { inflated, payloadBytes } from './packed.ts';
import { readRecords } from './record.ts';
import { rejected } from './reject.ts';

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

const encoder = new TextEncoder();
