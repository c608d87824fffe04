import { createHash } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/**
 * Keeps a document in a bucket whose default retention locks it. It is written once: what is there already is never replaced.
 * Needs s3:PutObject on the key.
 * @returns its address, the same however often it is kept
 * @throws what S3 throws
 */
export const keepDocument = async (s3: S3Client, bucket: string, key: string, document: string): Promise<string> => {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: document,
        ContentType: 'application/json',
        // S3 refuses bytes of another hash, and tells it to whoever fetches them (a locked bucket demands a checksum).
        ChecksumSHA256: createHash('sha256').update(document).digest('base64'),
        IfNoneMatch: '*',
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'PreconditionFailed') throw error;
  }
  return `s3://${bucket}/${key}`;
};
