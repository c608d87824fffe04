import * as v from 'valibot';
import { account, clusterName, families, ranges, region, wildcard, wildcards } from './values.ts';

/** A cluster: where it is, what it may launch, whose nodes are its own. */
export const cluster = v.strictObject({
  name: clusterName,
  kind: v.optional(v.picklist(['eks', 'kubeadm']), 'eks'),
  role: v.optional(v.picklist(['workload', 'management']), 'workload'),
  account: v.optional(account),
  region: v.optional(region),
  audit: v.optional(
    v.union(
      [
        v.strictObject({ logGroup: v.string(), streamPrefix: v.optional(v.string()) }),
        v.strictObject({ bucket: v.string(), prefix: v.string() }),
      ],
      'where the audit log is: { logGroup, streamPrefix? } or { bucket, prefix }',
    ),
  ),
  vpcRanges: v.optional(ranges),
  podRanges: v.optional(ranges),
  nodeRoles: v.optional(wildcards),
  allowedFamilies: v.optional(families),
  disallowedFamilies: v.optional(families),
  clusterApiNamespaces: v.optional(wildcards),
  reader: v.optional(v.boolean()),
});

/** Who makes nodes: by its role, its service account or both. */
export const controller = v.pipe(
  v.strictObject({
    kind: v.picklist(['karpenter', 'cluster-api', 'eks', 'kubeadm']),
    roles: v.optional(v.array(v.pipe(wildcard, v.startsWith('arn:', 'a role ARN, wildcards allowed')))),
    serviceAccounts: v.optional(
      v.array(v.pipe(wildcard, v.startsWith('system:serviceaccount:', '"system:serviceaccount:NAMESPACE:NAME"'))),
    ),
    cluster: v.optional(clusterName),
  }),
  v.check(
    one => (one.roles?.length ?? 0) + (one.serviceAccounts?.length ?? 0) > 0,
    'a controller needs at least one of `roles`, `serviceAccounts`',
  ),
);
