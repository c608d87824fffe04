/** One figure of several runs: the middle one, and how far apart the others are. */
export interface Measured {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: number;
}

export const measured = (values: readonly number[]): Measured => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return {
    median: ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2,
    least: sorted[0] ?? Number.NaN,
    most: sorted.at(-1) ?? Number.NaN,
    runs: sorted.length,
  };
};

/** Processor seconds that work takes, of all threads of this process: what one core would need, whatever else the machine does. */
export const processorSeconds = async (work: () => unknown): Promise<number> => {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};

/**
 * Runs contestants in turn, round after round, so that whatever slows the machine slows all of them, and gives for each its
 * seconds and its ratio to the first one of the same round.
 * @param rounds of which the first is warming up and not counted
 */
export const compete = async (
  contestants: readonly { readonly name: string; readonly run: () => unknown }[],
  rounds: number,
  say: (line: string) => void,
): Promise<readonly { readonly name: string; readonly seconds: Measured; readonly ratio: Measured }[]> => {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round <= rounds; round++)
    for (const [at, { name, run }] of contestants.entries()) {
      say(`${name}, ${round === 0 ? 'warming up' : `run ${round} of ${rounds}`}`);
      const seconds = await processorSeconds(run);
      if (round > 0) times[at]?.push(seconds);
    }
  return contestants.map(({ name }, at) => ({
    name,
    seconds: measured(times[at] ?? []),
    ratio: measured((times[at] ?? []).map((seconds, round) => seconds / (times[0]?.[round] ?? Number.NaN))),
  }));
};
