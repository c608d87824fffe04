import type { Ground, Options, Played } from './world.ts';

/** The least with which a seed fails. */
export interface Shortest extends Played {
  /** Faults at most, the first ones of the schedule. */
  readonly most: number;
}

const mostFaults = 40;

/**
 * The fewest faults with which a seed fails, then the fewest events with no more faults; undefined where it fails no more.
 * Each is tried from none upwards: fewer faults change all that comes after them, so that nothing can be halved.
 */
export const shortest = async (ground: Ground, seed: number, over: Options): Promise<Shortest | undefined> => {
  for (let most = 0; most <= mostFaults; most++) {
    const whole = await ground.play(seed, { ...over, most });
    if (whole.wrong.length === 0) continue;
    for (let events = 1; events < whole.events; events++) {
      const fewer = await ground.play(seed, { ...over, most, events });
      if (fewer.wrong.length > 0) return { ...fewer, most };
    }
    return { ...whole, most };
  }
  return undefined;
};
