import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { expiry } from '../../core/findings/item-parts.ts';
import { detections } from '../../detections/index.ts';
import { day, minute } from '../../examples/day/random.ts';
import { startServices } from '../faults/services.ts';
import { match, noon } from '../findings/matches.ts';
import { woken } from '../woken.ts';
import { stageDatabase } from './database.ts';
import { look } from './laws.ts';
import { runMonth } from './month.ts';
import { startStage } from './stage.ts';

const from = Date.parse('2026-10-08T00:00:00Z'); // a Thursday
/** Of the example day's incidents: a NodePool widened by hand; the audit log and the trail switched off. */
const [widened, blinded] = [3, 16];

test('a day, one on which the stage is down, and one more: the laws hold, and the gap is no finding of its own', {
  timeout: 120_000, // for a busy machine: it takes ten seconds of processor
}, async () => {
  const days = await runMonth({
    ...{ days: 3, seed: 3, from, nodes: 2, share: 60, launches: 12, tick: 60 },
    ...{ filtered: false, answered: true, deployed: { settings: exampleSettings } },
    played: index => (index === 0 ? [widened, blinded] : []),
    down: index => (index === 1 ? 'waits' : undefined),
  });
  expect(days.flatMap(({ wrong }) => wrong)).toEqual([]);
  const [first, down, after] = days;
  const told = (one = first) => one?.announcements.map(({ kind, detection }) => `${kind} ${detection}`) ?? [];
  expect(told()).toEqual(
    expect.arrayContaining([
      'first cloudtrail/detection-disabled',
      'first cloudtrail/eks-audit-logging-disabled',
      'first cloudtrail/disallowed-instance-family-launched',
      'escalated cloudtrail/disallowed-instance-family-launched',
      'digest ',
    ]),
  );
  expect(first?.acts).toBeGreaterThan(0);
  expect(down).toMatchObject({ events: 0, invocations: 0, announcements: [] });
  // The day's launches come from the queue; of what joined the cluster nothing was kept.
  expect(after?.events).toBeGreaterThan(first?.events ?? Number.NaN);
  expect(told(after).filter(line => line.startsWith('first lineage/'))).toEqual([]);
  expect(after?.requests).toBeLessThan(1.3 * (first?.requests ?? Number.NaN));
});

describe('the stage', () => {
  const start = async () => {
    const [services, database] = [await startServices(), await stageDatabase()];
    const stage = startStage(database, services, { settings: exampleSettings, detections }, noon + minute);
    const stop = async () => {
      stage.stop();
      await Promise.all([database.stop(), services.stop()]);
    };
    return { database, stage, stop };
  };

  test('is seen where a law is broken', async () => {
    const { database, stage, stop } = await start();
    const grave = match({ severity: 'critical' });
    await stage.findings.fold([grave, match({ eventId: 'another' })], noon);
    await database.client.send(new PutItemCommand({ TableName: 'state', Item: { pk: { S: 'forever#1' } } }));
    stage.now = noon + 20 * minute;
    expect((await look(stage, database)).wrong).toEqual([
      'forever#1 never expires',
      expect.stringMatching(/is open and critical, and nobody was told$/),
      expect.stringMatching(/is due since 2026-09-01T12:00:00.000Z$/),
      expect.stringMatching(/counts 2 events, and 0 were folded$/),
    ]);
    await stop();
  });

  test('loses what has expired within two days of it, and the announcer is not woken', async () => {
    const { database, stage, stop } = await start();
    await stage.findings.fold([match()], noon);
    expect(woken(database.stream())).toHaveLength(1);
    const { N: expires } = expiry(noon) as { readonly N: string };
    const end = Number(expires) * 1_000;
    expect(await database.expire(end - 1)).toBe(0);
    expect(await database.expire(end + 2 * day)).toBeGreaterThan(2); // the case, its window and rows
    const gone = database.stream();
    expect(gone.map(({ eventName, userIdentity }) => [eventName, userIdentity?.principalId])).toContainEqual([
      'REMOVE',
      'dynamodb.amazonaws.com',
    ]);
    expect(woken(gone)).toEqual([]);
    expect((await database.items('findings')).length).toBe(0);
    await stop();
  });
});
