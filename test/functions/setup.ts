import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { memoryQuarantine } from '../../adapters/quarantine-local.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import type { Channel } from '../../core/announce/announce.ts';
import type { Message } from '../../core/announce/message.ts';
import { compile } from '../../core/compile.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { type Deps, fromEnvironment, use } from '../../functions/deps/deps.ts';
import { at } from '../announce/case.ts';
import { startTables, type Tables } from '../announce/tables.ts';

/** The handlers' world for a file of tests: real tables on this machine, channels that keep what they hear, a clock. */
export interface World {
  tables: Tables;
  now: number;
  readonly heard: { channel: string; message: Message }[];
  readonly lines: string[];
  /** Channels that fail for now. */
  readonly dead: Set<string>;
  with(over: Partial<Deps>): void;
}

export const context = (over: Partial<Context> = {}): Context =>
  ({ awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000, ...over }) as Context; // the rest is never asked

export const setUp = (): World => {
  const heard: World['heard'] = [];
  const lines: string[] = [];
  const dead = new Set<string>();
  const channel = (name: string): Channel => ({
    name,
    send: async message => {
      if (dead.has(name)) throw new Error(`${name} is away`);
      heard.push({ channel: name, message });
    },
  });
  const world = { now: at + 60_000, heard, lines, dead } as unknown as World; // `tables` comes before the first test
  const base = (): Deps => ({
    ...fromEnvironment({}),
    settings: exampleSettings,
    detections: () => [],
    match: () => compile([], [], exampleSettings),
    store: () => dynamoStore(world.tables.local.client, world.tables.local.tables.state),
    findings: () => world.tables.findings,
    suppressions: () => suppressionsTable(world.tables.local.client, world.tables.local.tables.findings),
    ledger: () => world.tables.ledger,
    quarantine: () => memoryQuarantine(),
    channels: () => [channel('sns'), channel('bus')],
    now: () => world.now,
    print: line => void lines.push(line),
  });
  world.with = over => use({ ...base(), ...over });
  beforeAll(async () => {
    world.tables = await startTables();
  });
  afterAll(() => world.tables.stop());
  beforeEach(() => {
    heard.length = 0;
    lines.length = 0;
    dead.clear();
    world.now = at + 60_000;
    world.tables.local.stream();
    world.with({});
  });
  return world;
};

/** Log lines, parsed, without metrics and without their times, which are those of the clock. */
export const logged = ({ lines, now }: World) =>
  lines
    .map(line => JSON.parse(line))
    .filter((line: object) => !('_aws' in line))
    .map(({ timestamp, ...line }) => (timestamp === new Date(now).toISOString() ? line : { timestamp, ...line }));
/** Metric lines, parsed. */
export const measured = ({ lines }: World) =>
  lines.flatMap((line): Record<string, unknown>[] => (line.startsWith('{"_aws"') ? [JSON.parse(line)] : []));
