import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readFiles } from '../adapters/files.ts';
import { localDynamoDB } from '../adapters/local-dynamodb.ts';
import { localPipeline } from '../cli/local.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { day } from '../examples/day/day.ts';
import { folder } from '../examples/day/write.ts';

/**
 * Counts the DynamoDB requests that the ordinary events of the seeded day cost, with the deployed handlers on a local database, and
 * the items that they read and wrote: `node bench/state-cost.ts`. A day's records arrive in queue batches of 100 and one warm process.
 */
interface Cost {
  calls: number;
  reads: number;
  writes: number;
}

const cost = new Map<string, Cost>();

/** Items that a command reads or writes in a table. */
const itemsIn = (
  command: string,
  input: object,
): readonly (readonly [table: string, kind: 'reads' | 'writes', items: number])[] => {
  const { TableName: table = '', RequestItems: batch = {} } = input as {
    readonly TableName?: string;
    readonly RequestItems?: { readonly [table: string]: { readonly Keys?: readonly unknown[] } | readonly unknown[] };
  };
  if (command === 'BatchGetItemCommand')
    return Object.entries(batch).map(([name, asked]) => [
      name,
      'reads',
      'Keys' in asked ? (asked.Keys?.length ?? 0) : 0,
    ]);
  if (command === 'BatchWriteItemCommand')
    return Object.entries(batch).map(([name, asked]) => [name, 'writes', Array.isArray(asked) ? asked.length : 0]);
  return [[table, /^(?:Get|Query)/.test(command) ? 'reads' : 'writes', 1]];
};

const listen = (client: DynamoDBClient): void =>
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async args => {
        for (const [table, kind, items] of itemsIn(commandName, args.input)) {
          const one = cost.get(table) ?? { calls: 0, reads: 0, writes: 0 };
          cost.set(table, one);
          one.calls++;
          one[kind] += items;
        }
        return next(args);
      },
    { step: 'build', name: 'cost' },
  );

const place = { account: '111122223333', region: 'eu-west-1', cluster: '' };
const told = day();
const events: AnyEvent[] = [];
for await (const reads of readFiles([folder], { place, clusters: exampleSettings.clusters }))
  for (const read of reads) {
    if (read.kind !== 'event') continue;
    const { event } = read;
    if (!told.incidentIds.has(event.source === 'cloudtrail' ? event.id : event.record.auditID)) events.push(event);
  }
events.sort((a, b) => a.time - b.time);

const path = join(tmpdir(), `tripline-cost-${process.pid}`);
const database = await localDynamoDB();
try {
  listen(database.client);
  const local = localPipeline(database, exampleSettings, path, []);
  for (let at = 0; at < events.length; at += 500) await local.deliver(events.slice(at, at + 500));
  const per = (count: number): string => ((1_000 * count) / events.length).toFixed(1).padStart(8);
  const line = (name: string, { calls, reads, writes }: Cost): string =>
    `${name.padEnd(10)}${per(calls)} requests ${per(reads)} items read ${per(writes)} items written`;
  process.stdout.write(
    [
      `${events.length} ordinary events of the seeded day, for each 1,000:`,
      ...[...cost].sort().map(([table, one]) => line(table, one)),
      '',
    ].join('\n'),
  );
} finally {
  await database.close();
  rmSync(path, { recursive: true, force: true });
}
