import settings from '../tripline.config.ts';
import { logical, named } from './names.ts';
import { type Account, home, inside, type Place } from './place.ts';

export type Key = aws.kms.Key;

/** Tables and buckets of a production stage, locked evidence of any. */
const somethingStays = (): boolean => $app.removal !== 'remove' || settings.deployment.evidence !== undefined;

const keys = new Map<string, Key>();

/**
 * The stage's key in one region, however many ask: tables, queues, topics, logs and the quarantine are encrypted with it. Services may use it for
 * this account only; who else may is said by each function's policy.
 */
export const key = (place: Place, account: Account): Key => {
  const one = keys.get(place.region) ?? make(place, account);
  keys.set(place.region, one);
  return one;
};

const make = (place: Place, { id, partition }: Account): Key => {
  const one = new aws.kms.Key(
    logical(`key ${place.region}`),
    {
      description: `Tripline ${$app.stage}: findings, state, queues, topics, logs and the quarantine`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            // AWS's own default: without it nobody could ever change the key again.
            Sid: 'AccountAdministersTheKey',
            Effect: 'Allow',
            Principal: { AWS: `arn:${partition}:iam::${id}:root` },
            Action: 'kms:*',
            Resource: '*',
          },
          {
            // No condition on the source: KMS is not told it when EventBridge delivers to an encrypted topic (Amazon SNS Developer
            // Guide, "Managing Amazon SNS encryption keys"). Whose rule may deliver is said by each topic's and queue's own policy.
            Sid: 'EventBridgeDeliversEncrypted',
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Resource: '*',
          },
          {
            Sid: 'ServicesDeliverEncrypted',
            Effect: 'Allow',
            Principal: {
              Service: ['sns.amazonaws.com', 'cloudwatch.amazonaws.com', 'scheduler.amazonaws.com'],
            },
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Resource: '*',
            Condition: { StringEquals: { 'aws:SourceAccount': id } },
          },
          {
            Sid: 'LogsAreEncrypted',
            Effect: 'Allow',
            Principal: { Service: `logs.${place.region}.amazonaws.com` },
            Action: [
              'kms:Encrypt',
              'kms:Decrypt',
              'kms:ReEncryptFrom',
              'kms:ReEncryptTo',
              'kms:GenerateDataKey',
              'kms:DescribeKey',
            ],
            Resource: '*',
            Condition: {
              ArnLike: {
                'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${place.region}:${id}:log-group:*`,
              },
            },
          },
        ],
      }),
    },
    // What stays when the stage is removed could not be read any more without it.
    { ...inside(place), retainOnDelete: place === home && somethingStays() },
  );
  new aws.kms.Alias(
    logical(`key alias ${place.region}`),
    { name: `alias/${named('key')}`, targetKeyId: one.keyId },
    inside(place),
  );
  return one;
};
