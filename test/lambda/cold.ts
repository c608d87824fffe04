/**
 * `node test/lambda/cold.ts [ROUNDS]`: what a start takes under AWS's runtime interface client, from the process's start until its first
 * answer is taken and it asks for the next event: milliseconds of processor of all threads, and as a multiple of a handler that does
 * nothing, started in the same round. Everything that writes finds empty tables.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTables } from '../../adapters/local-dynamodb.ts';
import { measured } from '../../bench/measure.ts';
import { call } from '../../core/cloudtrail/example.ts';
import { runtimeClient } from './client.ts';
import { type Environment, environment } from './environment.ts';
import { batchOf, envelope, examplesOf, launch, logged } from './events.ts';
import { type Name, newWorld } from './world.ts';

const client = runtimeClient();
if (client === undefined) process.exit(1);
const rounds = Number(process.argv[2] ?? 9);
const world = await newWorld(client);
const empty = join(world.folder, 'empty');
mkdirSync(empty);
writeFileSync(join(empty, 'bundle.mjs'), 'export const handler = async () => ({ batchItemFailures: [] });\n');

let tables = 0;
const start = async (name: Name): Promise<Environment> => {
  const prefix = `${tables++}-`;
  await createTables(world.database.client, prefix);
  return world.start(name, { FINDINGS_TABLE: `${prefix}findings`, STATE_TABLE: `${prefix}state` });
};
const contestants: readonly {
  readonly what: string;
  readonly start: () => Promise<Environment>;
  readonly event: () => unknown;
}[] = [
  {
    what: 'a handler that does nothing',
    start: () => environment(client, { folder: empty, name: 'empty', memory: 1024, variables: {} }),
    event: () => ({}),
  },
  {
    what: 'cloudtrail, no rule is about the event, its stream is marked',
    start: () => start('cloudtrail'),
    event: () => batchOf([envelope(call('ec2', 'DescribeVpcs'))]),
  },
  { what: 'cloudtrail, a finding', start: () => start('cloudtrail'), event: () => batchOf([launch(1, Date.now())]) },
  {
    what: 'audit, a finding',
    start: () => start('audit'),
    event: () => logged('/aws/eks/prod/cluster', examplesOf('kubernetes', Date.now()).slice(0, 1)),
  },
  { what: 'sweep, nothing is due', start: () => start('sweep'), event: () => ({}) },
  { what: 'heartbeat', start: () => start('heartbeat'), event: () => ({}) },
];
const took = contestants.map((): number[] => []);
for (let round = 0; round <= rounds; round++)
  for (const [at, one] of contestants.entries()) {
    const started = await one.start();
    const outcome = await started.invoke(one.event(), 60);
    if (outcome.kind !== 'answer') throw new Error(JSON.stringify(outcome));
    if (round > 0) took[at]?.push(started.processor()); // the first one reads files that are not in memory yet
    await started.end();
  }
for (const [at, { what }] of contestants.entries()) {
  const own = took[at] ?? [];
  const ratio = measured(own.map((ms, round) => ms / (took[0]?.[round] ?? Number.NaN)));
  const ms = measured(own);
  const shown = (of: typeof ms, digits: number): string =>
    `${of.median.toFixed(digits)} (${of.least.toFixed(digits)} to ${of.most.toFixed(digits)})`;
  console.log(`${what.padEnd(62)} ${shown(ms, 0).padEnd(18)} ms of processor, ${shown(ratio, 2)} times`);
}
await world.close();
process.exit();
