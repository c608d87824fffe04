import { partitionOf } from './partition.ts';
import type { Settings } from './settings.ts';
import type { Archive } from './targets/eventbridge/objects.ts';

/** Buckets whose objects are read: trails' (log files only: digests and what is no call lie beside them) and clusters' audit logs. */
export const archivesOf = ({ deployment, clusters }: Pick<Settings, 'deployment' | 'clusters'>): readonly Archive[] => [
  ...deployment.archives.map(({ bucket, prefix }) => ({ bucket, prefix, rest: '*/CloudTrail/*.json.gz' })),
  ...clusters.flatMap(({ audit }) =>
    audit !== undefined && 'bucket' in audit ? [{ bucket: audit.bucket, prefix: audit.prefix }] : [],
  ),
];

/** What may be read of them: their objects, and the keys that open these. ARNs, each once. */
export const archiveArns = (
  settings: Pick<Settings, 'deployment' | 'clusters' | 'home'>,
): { readonly objects: readonly string[]; readonly keys: readonly string[] } => {
  const { id } = partitionOf(settings.home);
  const objects = archivesOf(settings).map(({ bucket, prefix }) => `arn:${id}:s3:::${bucket}/${prefix}*`);
  return {
    objects: [...new Set(objects)],
    keys: [...new Set(settings.deployment.archives.flatMap(({ key }) => key ?? []))],
  };
};
