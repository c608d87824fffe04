import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Quarantine, Reason, Rejected } from '../core/read/contract.ts';
import { keptName } from '../core/read/quarantine.ts';

/**
 * Keeps rejected records in a directory of the one who runs this: `<date>/<reason>/<hash>.bin`, with `.json` saying what and
 * where. Readable by nobody else, as raw records may hold secrets.
 * @param now milliseconds since 1970
 */
export const directoryQuarantine = (directory: string, now: () => number): Quarantine => ({
  async keep(rejected) {
    for (const one of rejected) {
      const { bytes, ...said } = one;
      const path = join(directory, keptName(one, now()));
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(`${path}.bin`, bytes, { mode: 0o600 });
      await writeFile(`${path}.json`, `${JSON.stringify(said)}\n`, { mode: 0o600 });
    }
  },
});

/** What a quarantine in memory holds: how many of each reason, and the first few without their bytes. */
export interface MemoryQuarantine extends Quarantine {
  readonly counts: ReadonlyMap<Reason, number>;
  readonly first: readonly Omit<Rejected, 'bytes'>[];
}

/** For measurements and tests, which keep nothing: counts, and says where the first ones were. */
export const memoryQuarantine = (most = 100): MemoryQuarantine => {
  const counts = new Map<Reason, number>();
  const first: Omit<Rejected, 'bytes'>[] = [];
  return {
    counts,
    first,
    async keep(rejected) {
      for (const { bytes: _, ...said } of rejected) {
        counts.set(said.reason, (counts.get(said.reason) ?? 0) + (said.count ?? 1));
        if (first.length < most) first.push(said);
      }
    },
  };
};
