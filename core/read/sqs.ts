import { type Json, list, member, text } from '../json.ts';
import type { Read } from './contract.ts';
import { defaultPlace, type ReadSettings } from './eventbridge.ts';
import type { Origin } from './origin.ts';
import { readEnveloped, readText } from './record.ts';
import { rejected, skipped } from './reject.ts';
import { parsed } from './text.ts';

/** An object to be fetched and read with `readObject`. */
export interface ObjectPointer {
  readonly bucket: string;
  readonly key: string;
  /** Of a versioned bucket. */
  readonly version?: string;
  /** Of its content, where the notice says it. */
  readonly etag?: string;
}

/** What one queue message gives: what to detect on at once, and which objects to fetch. One fails without the others. */
export interface Message {
  /** For `batchItemFailures`. */
  readonly id: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly reads: readonly Read[];
  readonly objects: readonly ObjectPointer[];
}

/**
 * Reads a batch of queue messages: EventBridge envelopes (or whatever `readRecord` knows), plain or through an SNS topic, and
 * notifications of new objects from S3, EventBridge or CloudTrail's topic. Never throws.
 */
export const readSqs = (event: unknown, settings: ReadSettings): readonly Message[] => {
  const messages = member(event, 'Records');
  if (!Array.isArray(messages)) {
    // Whoever invokes it otherwise may hand it records: they are kept, and told to be in the wrong place.
    const detail =
      'There are no Records in it: the function is to be invoked by its queue only; send events to the queue.';
    const bytes = encoder.encode(JSON.stringify(event ?? null));
    return [{ ...nobody, reads: [rejected('wrong-shape', detail, 'event', bytes)], objects: [] }];
  }
  if (messages.length === 0) return [{ ...nobody, reads: [skipped('empty batches')], objects: [] }];
  return messages.map(message => {
    const id = text(message, 'messageId') ?? '';
    const receives = Number(text(message, 'attributes', 'ApproximateReceiveCount') ?? 1);
    const where = `queue message ${id}`;
    const body = text(message, 'body');
    if (body === undefined) {
      const detail = 'The message has no body: the function is to be invoked by a queue only.';
      return {
        id,
        receives,
        reads: [rejected('wrong-shape', detail, where, encoder.encode(JSON.stringify(message)))],
        objects: [],
      };
    }
    return { id, receives, ...readBody(body, { place: defaultPlace(settings), where, clusters: settings.clusters }) };
  });
};

/** What came by no queue. */
const nobody = { id: '', receives: 1 };

const readBody = (body: string, origin: Origin): Pick<Message, 'reads' | 'objects'> => {
  const outer = parsed(body);
  const isTopics = text(outer, 'Type') === 'Notification' && text(outer, 'TopicArn') !== undefined;
  const inner = isTopics ? text(outer, 'Message') : undefined;
  const json = inner === undefined ? outer : parsed(inner);
  if (json !== undefined) {
    if (text(json, 'Event') === 's3:TestEvent') return { reads: [skipped('test messages of S3')], objects: [] };
    const objects = pointersIn(json);
    if (objects.length > 0) return { reads: [], objects };
  }
  const written = inner ?? body;
  const known = json === undefined ? undefined : readEnveloped(json, written, origin);
  return { reads: known ?? readText(written, origin), objects: [] };
};

/** S3 User Guide, "Event message structure" (keys are URL-encoded there, not in EventBridge's events or CloudTrail's notices). */
const pointersIn = (json: Json): readonly ObjectPointer[] => {
  if (text(json, 'source') === 'aws.s3' && text(json, 'detail-type') === 'Object Created') {
    return pointer(text(json, 'detail', 'bucket', 'name'), text(json, 'detail', 'object', 'key'), {
      version: text(json, 'detail', 'object', 'version-id'),
      etag: text(json, 'detail', 'object', 'etag'),
    });
  }
  const bucket = text(json, 's3Bucket');
  if (bucket !== undefined)
    return list(json, 's3ObjectKey').flatMap(key => pointer(bucket, typeof key === 'string' ? key : undefined));
  return list(json, 'Records').flatMap(record => {
    if (text(record, 'eventSource') !== 'aws:s3' || !text(record, 'eventName')?.includes('ObjectCreated')) return [];
    return pointer(text(record, 's3', 'bucket', 'name'), unescaped(text(record, 's3', 'object', 'key')), {
      version: text(record, 's3', 'object', 'versionId'),
      etag: text(record, 's3', 'object', 'eTag'),
    });
  });
};

const pointer = (
  bucket: string | undefined,
  key: string | undefined,
  { version, etag }: { readonly version?: string | undefined; readonly etag?: string | undefined } = {},
): readonly ObjectPointer[] =>
  bucket === undefined || key === undefined
    ? []
    : [{ bucket, key, ...(version !== undefined && { version }), ...(etag !== undefined && { etag }) }];

const unescaped = (key: string | undefined): string | undefined => {
  try {
    return key === undefined ? undefined : decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
};

const encoder = new TextEncoder();
