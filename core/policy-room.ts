/**
 * Characters that resources which the settings name may take of a role's policies: all of them together may have 10,240 (IAM User
 * Guide, "IAM and AWS STS quotas"), of which the largest role needs two thousand beside these.
 */
export const policyRoom = 7_000;

/** Characters that resources take in a policy: each its quotes and a comma too. */
export const roomOf = (resources: readonly string[]): number => resources.reduce((sum, one) => sum + one.length + 3, 0);
