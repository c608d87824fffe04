/**
 * Does something with each item, at most `lanes` at a time, and waits for all of them, failed ones too: nothing goes on in
 * the background after it returns. An error ends its own lane only, so that a lasting outage is met once a lane.
 * @throws the first error
 */
export const inLanes = async <T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, items.length) }, lane));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
};
