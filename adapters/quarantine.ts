import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Quarantine, Rejected } from '../core/read/contract.ts';
import { keptName } from '../core/read/quarantine.ts';

export interface QuarantineBucket {
  readonly bucket: string;
  /** KMS key id or ARN; absent: the bucket's default KMS key. */
  readonly kmsKey?: string;
}

/** How many are sent at once. */
const together = 8;

/** S3 User Guide, "Working with object metadata": 2 KB in all, US-ASCII. */
const longestMetadata = 900;

/**
 * Keeps rejected records in an encrypted bucket, one object each under `<date>/<reason>/<hash>`, so that a redelivery overwrites
 * itself. Needs s3:PutObject there and kms:GenerateDataKey.
 * @param now milliseconds since 1970
 */
export const bucketQuarantine = (
  s3: S3Client,
  { bucket, kmsKey }: QuarantineBucket,
  now: () => number,
): Quarantine => ({
  async keep(rejected) {
    for (let from = 0; from < rejected.length; from += together) {
      await Promise.all(rejected.slice(from, from + together).map(one => s3.send(put(one))));
    }

    function put(one: Rejected): PutObjectCommand {
      return new PutObjectCommand({
        Bucket: bucket,
        Key: keptName(one, now()),
        Body: one.bytes,
        ContentType: 'application/octet-stream',
        ServerSideEncryption: 'aws:kms',
        ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }),
        Metadata: { reason: one.reason, detail: ascii(one.detail), where: ascii(one.where), cut: `${one.cut}` },
      });
    }
  },
});

/** Names come from outside (keys, message ids): percent-encoded where they are not plain. */
const ascii = (value: string): string =>
  value
    .toWellFormed()
    .replace(/[^ !"#$&-~]/gu, encodeURIComponent)
    .slice(0, longestMetadata);
