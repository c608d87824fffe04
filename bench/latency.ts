import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDynamoDB } from '../adapters/local-dynamodb.ts';
import { localPipeline } from '../cli/local.ts';
import { createFleet } from '../core/cloudtrail/example-launch.ts';
import type { Event } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { type Measured, measured } from './measure.ts';

const start = Date.parse('2026-09-01T10:00:00Z');

/** A launch of a family that the settings do not allow, in an account's own minute: each makes a finding of its own. */
const launch = (n: number): Event<'cloudtrail'> => {
  const made = createFleet({ types: ['p5.48xlarge'], instances: [`i-${n.toString(16).padStart(17, '0')}`] });
  const time = start + n * 60_000;
  const eventTime = new Date(time).toISOString();
  const recipientAccountId = String(200_000_000_000 + n);
  return {
    ...made,
    id: `latency-${n}`,
    time,
    account: recipientAccountId,
    record: { ...made.record, eventID: `latency-${n}`, eventTime, recipientAccountId },
  };
};

/**
 * Milliseconds of clock from handing one event to the deployed handler to the channel having its announcement: the handlers, the
 * adapters and the table's protocol are the real ones, the database is local, the queue and the stream are direct calls.
 */
export const latency = async (events: number, say: (line: string) => void): Promise<Measured> => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'));
  const database = await localDynamoDB();
  let heard = 0;
  const channel = {
    name: 'bench',
    send: async () => {
      if (heard === 0) heard = performance.now();
    },
  };
  const local = localPipeline(database, exampleSettings, folder, [channel]);
  try {
    const times: number[] = [];
    for (let n = 0; n < events + 5; n++) {
      say(`latency: ${n} of ${events + 5}`);
      heard = 0;
      const began = performance.now();
      await local.deliver([launch(n)]);
      if (heard === 0) throw new Error('nothing was announced: the launch matches no rule');
      if (n >= 5) times.push(heard - began);
    }
    return measured(times);
  } finally {
    await database.close();
    rmSync(folder, { recursive: true });
  }
};
