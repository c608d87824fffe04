import type { Key } from './key.ts';
import { named } from './names.ts';

interface Options {
  /** `Evidence`: what its resources' logical names begin with, and in lower case the bucket's part of the stage's name. */
  readonly name: string;
  readonly key: Key;
  /** Days after which objects are forgotten. */
  readonly days: number;
  /** Days for which no version may be deleted, unless somebody may bypass governance (S3 User Guide, "Object Lock"). */
  readonly lockDays?: number;
}

/**
 * A bucket for this stage's functions alone: private, versioned, encrypted with the stage's key, over TLS, forgetting. Where it outlives
 * the stage it stays so: each of these is a resource of its own, which would be removed.
 */
export const bucket = ({ name, key, days, lockDays }: Options): aws.s3.Bucket => {
  // What is locked outlives its stage, whatever that is: deleting the bucket would only fail.
  const stays = { retainOnDelete: lockDays !== undefined || $app.removal !== 'remove' };
  const made = new aws.s3.Bucket(
    name,
    {
      bucketPrefix: named(`${name.toLowerCase()}-`).slice(0, 37).toLowerCase(),
      ...(lockDays === undefined
        ? { forceDestroy: $app.removal === 'remove' }
        : { objectLockEnabled: true, forceDestroy: false }),
    },
    { protect: $app.protect ?? false, ...stays },
  );
  new aws.s3.BucketPublicAccessBlock(
    `${name}IsPrivate`,
    {
      bucket: made.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    stays,
  );
  new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}IsEncrypted`,
    {
      bucket: made.id,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn },
          bucketKeyEnabled: true,
        },
      ],
    },
    stays,
  );
  new aws.s3.BucketVersioning(
    `${name}Versions`,
    {
      bucket: made.id,
      versioningConfiguration: { status: 'Enabled' },
    },
    stays,
  );
  if (lockDays !== undefined)
    new aws.s3.BucketObjectLockConfiguration(
      `${name}IsLocked`,
      {
        bucket: made.id,
        rule: { defaultRetention: { mode: 'GOVERNANCE', days: lockDays } },
      },
      stays,
    );
  new aws.s3.BucketLifecycleConfiguration(
    `${name}Forgets`,
    {
      bucket: made.id,
      rules: [
        {
          id: 'forget',
          status: 'Enabled',
          filter: { prefix: '' },
          expiration: { days },
          noncurrentVersionExpiration: { noncurrentDays: 1 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
        },
      ],
    },
    stays,
  );
  new aws.s3.BucketPolicy(
    `${name}OverTls`,
    {
      bucket: made.id,
      policy: $jsonStringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: [made.arn, $interpolate`${made.arn}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    },
    stays,
  );
  return made;
};
