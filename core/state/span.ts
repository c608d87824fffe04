const second = 1_000;
const day = 86_400_000;

/**
 * The parts of a rule's state that types cannot tell from a mistake: a span in another unit, a number that nothing reaches.
 * @throws naming the rule, the part and what may stand there
 */
export const checkParts = (
  id: string,
  { within, ...numbers }: { readonly within: number; readonly count?: number; readonly moreThan?: number },
): void => {
  const wrong = (part: string, value: unknown, allowed: string): Error =>
    new Error(`state of ${id}: ${part}: ${JSON.stringify(value)}: ${allowed}`);
  if (!(Number.isInteger(within) && within >= second && within <= 31 * day))
    throw wrong('within', within, 'milliseconds, from a second to 31 days, e.g. 10 * 60_000 for ten minutes');
  for (const [part, value] of Object.entries(numbers))
    if (!(typeof value === 'number' && value >= (part === 'count' ? 1 : 0)))
      throw wrong(part, value, part === 'count' ? 'a number from 1 on' : 'a number from 0 on');
};

/** Members of one bucket: beyond it the threshold was passed long ago, and the cap is said aloud. */
export const mostCounted = 1_000;

/** The same of what is counted one by one, where no more than so many are kept. @throws as {@link checkParts} */
export const checkCounted = (id: string, part: 'count' | 'moreThan', value: number): void => {
  const most = part === 'count' ? mostCounted : mostCounted - 1;
  if (Number.isInteger(value) && value <= most) return;
  throw new Error(
    `state of ${id}: ${part}: ${value}: a whole number up to ${most}: no more is kept, so that it would never fire`,
  );
};
