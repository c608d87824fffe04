import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caught } from './guards.ts';
import { guards } from './process.ts';
import { type Ground, startGround } from './world.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

/** For a busy machine: each takes a second or two. */
const timeout = 300_000;

describe('the schedules notice that a guard is gone', { timeout }, () => {
  it.each(guards)('%s', async without => {
    const { seed, says, ...least } = caught[without];
    const { wrong } = await ground.play(seed, { ...least, without });
    expect(
      wrong.find(line => says.test(line)),
      wrong.join('\n'),
    ).toBeDefined();
    expect((await ground.play(seed, least)).wrong).toEqual([]);
  });
});

describe('a schedule', { timeout }, () => {
  it('is the same whenever it is run: its faults, who came between whom, and what came of it', async () => {
    const of = ({ trace, calls, said }: Awaited<ReturnType<Ground['play']>>) => ({ trace, calls, said });
    for (const seed of [5, 12]) {
      await ground.play(seed); // what is loaded when it is first needed lets others in between
      expect(of(await ground.play(seed))).toEqual(of(await ground.play(seed)));
    }
  });
});
