import type { Cluster } from './settings.ts';

/** Where a cluster's audit log is in CloudWatch Logs; undefined where it comes by S3 or nobody said. */
export const auditGroup = ({ name, kind, audit }: Pick<Cluster, 'name' | 'kind' | 'audit'>): string | undefined => {
  if (audit !== undefined) return 'logGroup' in audit ? audit.logGroup : undefined;
  // Amazon EKS User Guide, "Send control plane logs to CloudWatch Logs".
  return kind === 'eks' ? `/aws/eks/${name}/cluster` : undefined;
};
