/**
 * Milliseconds that this process needed for some work, the least of three times: not what passed on the clock, in which the others of
 * a busy machine have their turns. For what would take far longer if it grew with the square of its input.
 * @param work is told which time it is, so that its input may be a new one each time
 */
export const processorTime = (work: (time: number) => void): number =>
  Math.min(
    ...Array.from({ length: 3 }, (_, time) => {
      const before = process.cpuUsage();
      work(time);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    }),
  );
