import * as v from 'valibot';
import {
  account as awsAccount,
  clusterName,
  families,
  keyPrefix,
  ranges,
  region,
  wildcard,
  wildcards,
  words,
} from './values.ts';

/** EKS takes such names only (Amazon EKS API Reference, CreateCluster). */
const eksName = /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/;
/** Others are called as people like, in one word: it is in keys, paths and commands. */
const anyName = /^[0-9A-Za-z][A-Za-z0-9._-]*$/;

const fields = v.strictObject({
  name: clusterName,
  kind: v.optional(v.picklist(['eks', 'kubeadm']), 'eks'),
  role: v.optional(v.picklist(['workload', 'management']), 'workload'),
  account: v.optional(awsAccount),
  region: v.optional(region),
  audit: v.optional(
    v.union(
      [
        v.strictObject({ logGroup: v.string(), streamPrefix: v.optional(words) }),
        v.strictObject({ bucket: v.string(), prefix: keyPrefix }),
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

/** A cluster: where it is, what it may launch, whose nodes are its own. */
export const cluster = v.pipe(
  fields,
  v.forward(
    v.check(
      ({ name, kind }) => (kind === 'eks' ? eksName : anyName).test(name),
      'a cluster’s name, not its ARN: letters, digits, "-" and "_", 100 at most; "." too where `kind` is "kubeadm"',
    ),
    ['name'],
  ),
);

/** A role's or a user's own ARN with something said of it: a session or an instance profile makes no nodes. */
const roleArn = /^arn:(?!.*:(sts|instance-profile)).*:(role|user)\/.*[^*/]/;
/** Namespace and name, not stars alone. */
const account = /^system:serviceaccount:(?!\*+:\*+$)[^:]+:[^:]+$/;

/** Who makes nodes: by its role, its service account or both. */
export const controller = v.pipe(
  v.strictObject({
    kind: v.picklist(['karpenter', 'cluster-api', 'eks', 'kubeadm']),
    roles: v.optional(
      v.array(
        v.pipe(
          wildcard,
          v.regex(
            roleArn,
            'a role’s ARN like "arn:aws:iam::111122223333:role/prod-karpenter", or a user’s, wildcards allowed; no session’s, and not everybody’s',
          ),
        ),
      ),
    ),
    serviceAccounts: v.optional(
      v.array(
        v.pipe(wildcard, v.regex(account, '"system:serviceaccount:NAMESPACE:NAME", wildcards allowed, not for both')),
      ),
    ),
    cluster: v.optional(clusterName),
  }),
  v.check(
    one => (one.roles?.length ?? 0) + (one.serviceAccounts?.length ?? 0) > 0,
    'a controller needs at least one of `roles`, `serviceAccounts`',
  ),
);
