/** What a channel was told so far: one row for each thing to say on each channel. Throws on I/O errors. */
export interface Ledger {
  /**
   * Takes the row for us until the lease ends, unless it was said already or somebody else has it.
   * @param key channel and announcement
   * @param covers what the message says, kept with the row
   * @param now milliseconds since 1970
   */
  claim(key: string, covers: readonly string[], now: number): Promise<Claim>;
  /** The channel took it. */
  said(key: string): Promise<void>;
  /** The channel did not take it: the next may try at once. */
  release(key: string): Promise<void>;
}

/** Whose turn it is to send: ours, somebody’s who is at it, or nobody’s, since it was said. */
export type Claim =
  | { readonly state: 'ours' }
  | { readonly state: 'busy' }
  /** With what the message covered that was said then. */
  | { readonly state: 'said'; readonly covers: readonly string[] };

/** How long a claim holds: far longer than one send takes with its retries, so that only a dead sender's claim ends by itself. */
export const leaseMs = 2 * 60 * 1000;

/**
 * Sends once: claim, send, mark. Where sending failed the claim is given back; where we die in between, it ends by itself.
 * @returns what was covered by the message that the channel took, now or earlier; undefined where another sender is at it
 */
export const deliver = async (
  ledger: Ledger,
  key: string,
  covers: readonly string[],
  now: number,
  send: () => Promise<void>,
): Promise<readonly string[] | undefined> => {
  const claim = await ledger.claim(key, covers, now);
  if (claim.state === 'said') return claim.covers;
  if (claim.state === 'busy') return undefined;
  try {
    await send();
  } catch (error) {
    await ledger.release(key).catch(() => undefined); // the lease ends anyway; the channel's own error says more
    throw error;
  }
  await ledger.said(key);
  return covers;
};
