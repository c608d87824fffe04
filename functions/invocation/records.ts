/** Who calls a function that takes batches. */
const callers = { queue: 'its queue', stream: 'the stream of the findings table' } as const;

/**
 * The records of a batch. Nobody but its event source mapping hands a function one; whoever calls it by hand, or names it as a
 * target of something else, is told so: an event without records would look like a batch that is done.
 * @throws where there are none, or a queue's message lacks its id or body
 */
export const recordsOf = <R>(event: { readonly Records: readonly R[] }, from: keyof typeof callers): readonly R[] => {
  const records: unknown = (event as { readonly Records?: unknown } | null)?.Records; // a type is no proof of what somebody sends
  const isBatch = Array.isArray(records) && (from === 'stream' || records.every(isMessage));
  if (!isBatch) throw new Error(`this is not a batch: the function is to be invoked by ${callers[from]} only`);
  return records as readonly R[]; // as its source has them
};

const isMessage = (record: unknown): boolean =>
  typeof record === 'object' &&
  record !== null &&
  'messageId' in record &&
  typeof record.messageId === 'string' &&
  'body' in record &&
  typeof record.body === 'string';
