/**
 * Characters that resources which the settings name may take of a role's policies: all of them together may have 10,240 (IAM User
 * Guide, "IAM and AWS STS quotas"), of which the largest role needs two thousand beside these.
 */
const room = 7_000;

/**
 * Resources one by one, where a policy has room for them; else the pattern that takes in each, so that the hundredth cluster does
 * not end a deployment half-way.
 */
export const fitting = (resources: readonly string[], pattern: string): readonly string[] =>
  resources.reduce((sum, one) => sum + one.length + 3, 0) > room ? [pattern] : resources;
