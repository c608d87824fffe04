import { deepEqual, ok } from 'node:assert/strict';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { announcementJson } from '../../core/announce/json.ts';
import { message } from '../announce/message.ts';
import type { Environment } from './environment.ts';
import { batchOf, envelope, examplesOf, isCloudTrail, launch } from './events.ts';
import type { Line } from './line.ts';
import { logsOf } from './logs.ts';
import type { Case } from './report.ts';
import { type Name, secondsOf, type World } from './world.ts';

const noFailures = { batchItemFailures: [] };
const pause = (ms: number): Promise<unknown> => new Promise(done => setTimeout(done, ms));

interface Done {
  readonly ms: number;
  readonly lines: readonly string[];
}

/** Invokes, and holds that all of it was done and nothing was complained of. */
const does = async (one: Environment, name: Name, event: unknown, ahead = 0): Promise<Done> => {
  const began = performance.now();
  const outcome = await one.invoke(event, secondsOf(name), ahead);
  const lines = one.lines();
  deepEqual(
    outcome,
    { kind: 'answer', value: noFailures },
    `${JSON.stringify(outcome)} ${lines.join(' ').slice(0, 600)}`,
  );
  deepEqual(
    logsOf(lines).filter(({ level }) => level === 'warn' || level === 'error'),
    [],
  );
  return { ms: performance.now() - began, lines };
};

/** Freezes, lets something happen, hands the next invocation over, and thaws: in this order, as Lambda does. */
const frozen = async (one: Environment, meanwhile: () => unknown, next: () => Promise<Done>): Promise<Done> => {
  one.freeze();
  await pause(200);
  meanwhile();
  await pause(200);
  const done = next();
  await pause(100);
  one.thaw();
  return done;
};

let launched = 0;
const launches = (time = Date.now()) => batchOf([launch(launched++, time)]);
/** A batch for which many connections are made. */
const all = () => batchOf(examplesOf('cloudtrail', Date.now()).filter(isCloudTrail).map(envelope));
let told = 0;
const tidings = () => batchOf([announcementJson(message({ id: (0xf00d00 + told++).toString(16).padStart(16, '0') }))]);

/** What may become of connections while nobody looks. */
const fates = {
  'are closed': (line: Line) => line.hangUp(),
  'are reset': (line: Line) => line.reset(),
  'are reset when they are next used': (line: Line) => line.refuse(),
  'are forgotten by the network': (line: Line) => line.forget(),
} as const;

const connections = (fate: keyof typeof fates): readonly Case[] => [
  {
    name: `cloudtrail, connections to tables ${fate}`,
    run: async world => {
      const before = world.lines.dynamodb.made();
      const one = await world.start('cloudtrail');
      await does(one, 'cloudtrail', all());
      const made = world.lines.dynamodb.made() - before;
      const next = launches();
      const { ms } = await frozen(
        one,
        () => fates[fate](world.lines.dynamodb),
        () => does(one, 'cloudtrail', next),
      );
      ok(ms < 20_000, `it took ${ms.toFixed(0)} ms`);
      return `${made} connections; the next batch is stored, ${ms.toFixed(0)} ms`;
    },
  },
  {
    name: `slack, connections to the service ${fate}`,
    run: async world => {
      const one = await world.start('slack');
      await does(one, 'slack', tidings());
      const next = tidings();
      const { ms } = await frozen(
        one,
        () => fates[fate](world.lines.services),
        () => does(one, 'slack', next),
      );
      return `the next announcement is posted, ${ms.toFixed(0)} ms`;
    },
  },
];

/** Debian's package `libfaketime`, which tells a process another time. */
const [faketime] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

interface Clocked {
  readonly one: Environment;
  /** Puts its clock ahead. */
  readonly later: (hours: number) => void;
}

/** What becomes of a function that is thawed hours later, by its clock: nobody waits for it. Timers go by another clock, and stand. */
const hoursLater = (name: string, run: (world: World, clocked: Clocked) => Promise<string>): Case => ({
  name,
  run: async world => {
    if (faketime === undefined) return 'skipped: libfaketime is not installed (Debian: apt-get install libfaketime)';
    const clock = join(world.folder, 'clock');
    const later = (hours: number): void => writeFileSync(clock, `+${hours}h\n`);
    later(0);
    const one = await world.start('cloudtrail', {
      LD_PRELOAD: faketime,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    });
    return run(world, { one, later });
  },
});
const hour = 3_600_000;

const forgotten = hoursLater(
  'cloudtrail, thawed an hour later, connections forgotten by the network',
  async (world, { one, later }) => {
    await does(one, 'cloudtrail', all());
    const next = launches(Date.now() + hour - 30_000);
    const meanwhile = (): void => {
      later(1);
      world.lines.dynamodb.forget();
    };
    const { ms } = await frozen(one, meanwhile, () => does(one, 'cloudtrail', next, hour));
    ok(ms < 3_000, `it took ${ms.toFixed(0)} ms: an old connection was used`);
    return `none of them is used again: the next batch is stored, ${ms.toFixed(0)} ms`;
  },
);

/** The quarters of an hour in which CloudTrail was heard, today and tomorrow. */
const marks = async ({ database }: World): Promise<readonly string[]> => {
  const days = [Date.now(), Date.now() + 86_400_000].map(time => new Date(time).toISOString().slice(0, 10));
  const asked = days.map(day => ({ scope: `heard#cloudtrail#111122223333#${day}`, expires: 0 }));
  const answers = await dynamoStore(database.client, database.tables.state).observe(asked);
  return answers.flatMap(({ item }) => item['marks'] ?? []);
};

const hours = 6;
const jump = hoursLater(`cloudtrail, thawed ${hours} hours later`, async (world, { one, later }) => {
  await does(one, 'cloudtrail', launches());
  const before = await marks(world);
  const then = Date.now() + hours * hour;
  // Made while it was frozen: what it remembers of suppressions is hours old by then.
  await suppressionsTable(world.database.client, world.database.tables.findings).add({
    id: 'while-frozen',
    reason: 'made while the function was frozen',
    owner: 'platform',
    by: 'alice',
    from: new Date(then - hour).toISOString(),
    expires: new Date(then + hour).toISOString(),
    when: { finding: { account: ['111122223333'] } },
  });
  const next = launches(then - 30_000);
  const { lines } = await frozen(
    one,
    () => later(hours),
    () => does(one, 'cloudtrail', next, hours * hour),
  );
  const [line, metrics] = logsOf(lines);
  ok(Math.abs(Date.parse(String(line?.['timestamp'])) - then) < 60_000, `the line is of ${line?.['timestamp']}`);
  ok(Number(line?.['MatchesSuppressed']) > 0, 'the suppression made meanwhile is not known');
  const ages = metrics?.['EventToFinding'] as readonly number[]; // as the meter writes it
  ok(
    ages.every(age => age > 29_000 && age < 60_000),
    `events are told to be ${ages} ms old`,
  );
  const quarter = new Date(Math.floor((then - 30_000) / 900_000) * 900_000).toISOString();
  deepEqual(
    (await marks(world)).filter(mark => !before.includes(mark)),
    [quarter],
  );
  return `line, metrics and the stream's mark are of then, and a suppression made meanwhile holds`;
});

/** What becomes of an environment that is frozen between two invocations. */
export const freezing: readonly Case[] = [
  ...(Object.keys(fates) as (keyof typeof fates)[]).flatMap(connections),
  forgotten,
  jump,
];
