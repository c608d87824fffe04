import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDynamoDB } from '../adapters/local-dynamodb.ts';
import { localPipeline } from '../cli/local.ts';
import type { AnyEvent } from '../core/event.ts';
import type { Settings } from '../core/settings.ts';
import { readLog } from './end-to-end.ts';
import { seededDay } from './logs.ts';

export interface Requests {
  readonly events: number;
  readonly invocations: number;
  /** By operation; a batch names several items, each of which is billed. */
  readonly operations: { readonly [operation: string]: { readonly requests: number; readonly items: number } };
}

/** Items that one request is billed for: those a batch names, else one. */
const itemsOf = (input: object): number => {
  if (!('RequestItems' in input)) return 1;
  const asked = input.RequestItems as {
    readonly [table: string]: readonly unknown[] | { readonly Keys: readonly unknown[] };
  }; // BatchWriteItem's and BatchGetItem's
  return Object.values(asked).reduce((sum, one) => sum + ('Keys' in one ? one.Keys : one).length, 0);
};

/** DynamoDB requests of the seeded day's first events through the deployed handlers, counted below the SDK's retries. */
export const requests = async (most: number, settings: Settings, say: (line: string) => void): Promise<Requests> => {
  const corpus = seededDay(1);
  const events: AnyEvent[] = [];
  for (const log of 'logs' in corpus ? corpus.logs : [])
    for await (const reads of readLog(log))
      for (const read of reads) if (read.kind === 'event') events.push(read.event);
  const some = events.toSorted((a, b) => a.time - b.time).slice(0, most);
  const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'));
  const database = await localDynamoDB();
  const operations: { [operation: string]: { requests: number; items: number } } = {};
  database.client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      args => {
        const name = commandName.replace('Command', '');
        const before = operations[name] ?? { requests: 0, items: 0 };
        operations[name] = { requests: before.requests + 1, items: before.items + itemsOf(args.input) };
        return next(args);
      },
    { step: 'finalizeRequest', name: 'count' },
  );
  try {
    const local = localPipeline(database, settings, folder, []);
    for (let from = 0; from < some.length; from += 100) {
      say(`requests: ${from} of ${some.length} events`);
      await local.deliver(some.slice(from, from + 100));
    }
    return { events: some.length, invocations: local.invocations(), operations };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true });
  }
};
