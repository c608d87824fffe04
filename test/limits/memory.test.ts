import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { scratchFile } from '../../adapters/scratch.ts';
import { compile } from '../../core/compile.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import { localLimits } from '../../core/read/limits.ts';
import { readObject } from '../../core/read/object.ts';
import { rejudge } from '../../core/rejudge.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { match as matchOf, noon } from '../findings/matches.ts';

/** What `scan` keeps while a log goes on. The least of three, for garbage may wait for a callback. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // what that flag makes
const retained = async (): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) {
    await new Promise(done => setImmediate(done));
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least;
};

const MiB = 1024 * 1024;
const minute = 60_000;
const account = '111122223333';
const place = { account, region: 'eu-west-1', cluster: '' };

/** CloudTrail that rules match: the records of all examples. */
const records = detections.flatMap(({ on, examples }) =>
  on === 'cloudtrail'
    ? examples.matches.map(({ event }) => JSON.stringify({ ...event.record, recipientAccountId: account }))
    : [],
);
const renewed = /"event(ID|Time)":"[^"]*"|\b(i-[0-9a-f]{9})[0-9a-f]{8}\b/g;

/** So many records of time that goes on: an event a minute, with an id of its own and one of so many instances. */
async function* log(from: number, to: number, instances: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at++) {
    const instance = (at % instances).toString(16).padStart(8, '0');
    const line = (records[at % records.length] ?? '').replace(renewed, (_, name: string | undefined, known: string) => {
      if (name === 'ID') return `"eventID":"00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}"`;
      if (name === 'Time') return `"eventTime":"${new Date(noon + at * minute).toISOString().slice(0, 19)}Z"`;
      return `${known}${instance}`;
    });
    yield Buffer.from(`${line}\n`);
  }
}

test('what scan keeps of a log does not grow with the log', async () => {
  const scratch = scratchFile();
  const findings = memoryFindings(scratch);
  let newest = 0;
  const store = memoryStore({ bytes: MiB, now: () => newest });
  const match = compile(detections, knowledge, exampleSettings);
  const quarantine = { keep: async () => {} };
  const scan = async (from: number, to: number): Promise<void> => {
    for await (const reads of readObject(log(from, to, 40), 'log', place, { limits: localLimits })) {
      for (const read of reads) if (read.kind === 'event') newest = Math.max(newest, read.event.time);
      await detect(reads, { match, store, findings, quarantine, now: newest });
      if (store.isPressing()) await rejudge({ match, store, findings }, newest);
    }
  };
  const [some, more] = [4_000, 16_000];
  await scan(0, some);
  const before = await retained();
  const known = findings.briefs().length;
  await scan(some, more);
  const grown = (await retained()) - before;
  expect(known).toBeGreaterThan(50);
  expect(grown, `${known}, then ${findings.briefs().length} findings`).toBeLessThan(3 * MiB);
  scratch.close();
}, 300_000);

test('a finding that is put away leaves its place and its rank in memory', async () => {
  const scratch = scratchFile();
  const findings = memoryFindings(scratch);
  const fold = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at++)
      await findings.fold(
        [matchOf({ eventId: `event-${at}`, time: noon + at, key: { principal: `role-${at}` } })],
        noon,
      );
  };
  await fold(0, 500);
  const before = await retained();
  await fold(500, 4_500);
  expect((await retained()) - before).toBeLessThan(4_000 * 600);
  expect(findings.briefs()).toHaveLength(4_500);
  scratch.close();
}, 120_000);
