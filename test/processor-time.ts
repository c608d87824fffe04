/** Milliseconds of processor that this process has needed so far: not what passed on the clock, in which others of a busy machine have their turns. */
export const processorNow = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Milliseconds of processor that some work takes, the least of three times: for what would take far longer if it grew with the square of
 * its input.
 * @param work is told which time it is, so that its input may be a new one each time
 */
export const processorTime = (work: (time: number) => void): number =>
  Math.min(
    ...Array.from({ length: 3 }, (_, time) => {
      const before = processorNow();
      work(time);
      return processorNow() - before;
    }),
  );
