import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Read } from '../core/read/contract.ts';
import { defaultPlace, type ReadSettings } from '../core/read/eventbridge.ts';
import { placeOfKey } from '../core/read/key.ts';
import { readObject } from '../core/read/object.ts';
import { skipped } from '../core/read/reject.ts';
import type { ObjectPointer } from '../core/read/sqs.ts';

/**
 * Fetches an S3 object and reads it as it arrives, in batches. Digests and other services' files are not even fetched.
 * Needs s3:GetObject on the object and kms:Decrypt on its key.
 * @throws what S3 throws, so that the message goes back to its queue
 */
export async function* readS3(
  s3: S3Client,
  { bucket, key, version }: ObjectPointer,
  settings: ReadSettings,
): AsyncGenerator<readonly Read[]> {
  const place = defaultPlace(settings);
  const belonging = placeOfKey(key, place, settings.clusters, bucket);
  if ('skip' in belonging) {
    yield [skipped(belonging.skip)];
    return;
  }
  const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
  // in Node the SDK's body is a Readable; its type also names the browser's
  const body = answer.Body as AsyncIterable<Uint8Array> | undefined;
  if (body === undefined) throw new Error(`s3://${bucket}/${key}: S3 answered without a body. It will be retried.`);
  yield* readObject(body, key, place, { clusters: settings.clusters, bucket, where: `s3://${bucket}/${key}` });
}
