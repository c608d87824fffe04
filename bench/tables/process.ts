import { coldStarts } from '../cold-start.ts';
import { latency } from '../latency.ts';
import { peaks } from '../memory.ts';
import type { Table } from './table.ts';

/** Memory that reading and scanning take of logs of some sizes, in megabytes. @param say hears how far it is */
export const memoryTable = async (megabytes: readonly number[], say: (line: string) => void): Promise<Table> => ({
  title: 'peak resident memory over an empty Node, in a process of its own',
  rows: (await peaks(megabytes, say)).map(({ megabytes: size, reading, scanning, bundled, bare }) => ({
    what: `${size} MB of text`,
    figures: {
      'reading, MB': reading,
      '`scan`, MB': scanning,
      '`scan`, bundled, MB': bundled,
      '`scan` without settings, MB': bare,
    },
  })),
});

/** What functions take to start. @param say hears how far it is */
export const coldTable = async (rounds: number, say: (line: string) => void): Promise<Table> => ({
  title: 'cold start of the bundles, process start to end',
  rows: (await coldStarts(rounds, say)).map(({ name, bytes, clock, processor, ratio, clockRatio }) => ({
    what: name,
    figures: {
      'bytes at the start': bytes?.start.toLocaleString('en') ?? '',
      'bytes in all': bytes?.all.toLocaleString('en') ?? '',
      'ms of clock': clock,
      'ms of processor': processor,
      'times node -e 0, processor': ratio,
      'times node -e 0, clock': clockRatio,
    },
  })),
});

/** How long an announcement is on its way. @param say hears how far it is */
export const latencyTable = async (say: (line: string) => void): Promise<Table> => ({
  title: 'one event handed to its handler until its announcement, all local',
  rows: [{ what: 'event to announcement', figures: { ms: await latency(50, say) } }],
});
