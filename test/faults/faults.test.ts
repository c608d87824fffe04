import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, startGround } from './world.ts';

/** `FAULT_SEED=17 npx vitest run test/faults` runs one schedule alone; `FAULT_SEEDS=1000` runs so many. */
const alone = process.env['FAULT_SEED'];
const seeds =
  alone === undefined
    ? Array.from({ length: Number(process.env['FAULT_SEEDS'] ?? 200) }, (_, at) => at + 1)
    : [Number(alone)];

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

// The time is for a busy machine: a seed takes half a second.
describe('law 2: with crashes, errors, lost answers and throttling at any call', { timeout: 120_000 }, () => {
  it.each(
    seeds,
  )('nothing is lost, nothing unstored is said, nothing is said twice without need (seed %i)', async seed => {
    const { wrong, trace } = await ground.play(seed);
    expect(wrong, `the schedule of seed ${seed}:\n${trace.join('\n')}`).toEqual([]);
  });
});
