import { archiveArns } from '../archives.ts';
import { partitionOf } from '../partition.ts';
import { policyRoom, roomOf } from '../policy-room.ts';
import type { Settings } from '../settings.ts';

/**
 * A bus takes thirty rules with wildcards (Amazon EventBridge quotas), of which the derived patterns and self-protection have seven
 * where settings are few; each way in which the keys of trails begin is one.
 */
const mostPrefixes = 20;

/** Buckets that are read: what does not fit would end a deployment half-way. */
export const archiveProblems = (settings: Settings): readonly string[] => {
  const { objects, keys } = archiveArns(settings);
  const room = roomOf([...objects, ...keys]);
  const prefixes = new Set(settings.deployment.archives.map(({ prefix }) => prefix)).size;
  return [
    ...(room > policyRoom
      ? [
          `deployment.archives: the ${objects.length} buckets that are read${keys.length === 0 ? '' : ` and their ${keys.length} keys`} take ${room} characters of a role’s policies, which have room for ${policyRoom}: let trails write into fewer buckets (an organisation’s trail writes into one), or share keys`,
        ]
      : []),
    ...(prefixes > mostPrefixes
      ? [
          `deployment.archives: ${prefixes} prefixes take a rule with a wildcard each, and an event bus has room for ${mostPrefixes}: let trails write under the same prefix`,
        ]
      : []),
    ...elsewhere(settings),
    ...withinAnother(settings),
  ];
};

/** Archives that no event would tell of: a key is of its bucket's region (Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys"). */
const elsewhere = ({ deployment, home }: Settings): readonly string[] =>
  deployment.archives.flatMap(({ key = '' }, index) => {
    const region = key.split(':')[3] ?? home;
    return partitionOf(region).id === partitionOf(home).id && region !== home
      ? [
          `deployment.archives.${index}.key: a bucket’s key is in the bucket’s region, and S3 tells EventBridge there: this one is in ${region}, and only buckets in \`home\` (${home}) are heard`,
        ]
      : [];
  });

/** Archives whose objects are another's, too. */
const withinAnother = ({ deployment: { archives } }: Settings): readonly string[] =>
  archives.flatMap(({ bucket, prefix }, index) =>
    archives.some(
      (other, at) =>
        at !== index &&
        other.bucket === bucket &&
        prefix.startsWith(other.prefix) &&
        (prefix !== other.prefix || at < index),
    )
      ? [
          `deployment.archives.${index}: another archive has these objects of ${bucket} already: they would be read twice`,
        ]
      : [],
  );
