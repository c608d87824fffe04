const because = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** What is shown of one refusal: AWS repeats the caller and the policy in each. */
const shown = 300;

/**
 * Looks at every region before anything is made in one, so that a policy that denies some of them does not end a deployment half-way.
 * @param look at a region; what it throws is why nothing can be made there
 * @throws Error which names the regions that refuse, why, and what to do
 */
export const reachAll = async (
  regions: readonly string[],
  look: (region: string) => Promise<unknown>,
): Promise<void> => {
  const looked = await Promise.allSettled(regions.map(look));
  const refused = looked.flatMap((one, index) =>
    one.status === 'rejected' ? [{ region: regions[index] ?? '', why: because(one.reason) }] : [],
  );
  const [first] = refused;
  if (first === undefined) return;
  throw new Error(
    `nothing can be made in ${refused.map(({ region }) => region).join(', ')} with these credentials (${first.why.slice(0, shown)}). A stage stands in every region that the account has enabled: let the service control policy that denies them exempt the role that deploys, or disable those regions (docs/deploy.md, "Prerequisites").`,
  );
};
