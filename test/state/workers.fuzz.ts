import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import { rejudge } from '../../core/rejudge.ts';
import type { Store } from '../../core/state/observation.ts';
import { remembering } from '../../core/state/remembering.ts';
import { type Arrival, linesOf, type Story, stateful, storiesOf, toldInMemory } from './stories.ts';

/** Runs a detection on the real tables: `RUNS=50 npx vitest run test/state/workers.fuzz.ts` is the whole proof. */
const runs = Number(process.env['RUNS'] ?? 2);
const lateness = exampleSettings.latenessMinutes * 60_000;

let database: LocalDynamoDB;
let used = 0;
beforeAll(async () => {
  database = await localDynamoDB();
});
afterAll(() => database.close());

/** A store of the real table whose items are apart from every other run's. */
const apart = (name: string): Store => {
  const inner = dynamoStore(database.client, database.tables.state);
  const own = (scope: string): string => `${name}#${scope}`;
  return {
    observe: all =>
      inner.observe(
        all.map(one => ({ ...one, scope: own(one.scope), ...(one.also ? { also: one.also.map(own) } : {}) })),
      ),
    postpone: items => inner.postpone(items),
    due: (before, limit) => inner.due(before, limit),
    done: items => inner.done(items),
  };
};

/** Two workers take turns in taking batches and work on them at the same time, each with a memory of its own. */
const byTwo = async ({ match }: Story, arrivals: readonly Arrival[], size: number): Promise<readonly string[]> => {
  const name = `run-${used++}`;
  const findings = memoryFindings();
  const order = [...arrivals].sort((a, b) => a.at - b.at);
  let now = 0;
  const workers = [0, 1].map(() => remembering(apart(name), () => now));
  const quarantine = { keep: async () => undefined };
  for (let start = 0; start < order.length; start += 2 * size) {
    const shares = [order.slice(start, start + size), order.slice(start + size, start + 2 * size)];
    now = Math.max(now, ...shares.flat().map(({ at }) => at));
    await Promise.all(
      workers.map((store, index) =>
        detect(
          (shares[index] ?? []).map(({ event }) => ({ kind: 'event', event }) as const),
          { match, store, findings, quarantine, now },
        ),
      ),
    );
    await Promise.all(workers.map(store => rejudge({ match, store, findings }, now)));
  }
  await Promise.all(workers.map(store => rejudge({ match, store, findings }, now + 8 * 3_600_000)));
  const [store] = workers;
  if (store !== undefined) await store.done(await store.due(Number.MAX_SAFE_INTEGER, 1_000));
  return linesOf(findings);
};

describe.each(stateful.map(detection => ({ id: detection.id, detection })))('$id', ({ detection }) => {
  const stories = storiesOf(detection);
  it('finds with two workers on DynamoDB what one finds in memory', async () => {
    const told = await Promise.all(
      stories.map(async story => ({
        story,
        usual: await toldInMemory(
          story,
          story.events.map(event => ({ event, at: event.time })),
          [1],
        ),
      })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...told),
        fc.integer({ min: 1, max: 20 }),
        fc.infiniteStream(fc.integer({ min: 0, max: lateness })),
        async ({ story, usual }, size, late) => {
          const arrivals = [...story.events, ...story.events.slice(-2)].map(event => ({
            event,
            at: event.time + (late.next().value ?? 0),
          }));
          expect(await byTwo(story, arrivals, size), story.name).toEqual(usual);
        },
      ),
      { numRuns: runs },
    );
  });
});

it('findings of a story are the same in the table', async () => {
  const story = stateful
    .flatMap(storiesOf)
    .find(({ name }) => name === 'a fleet’s instance, and the audit log goes on without it');
  if (story === undefined) throw new Error('no such story');
  const findings = findingsTable(database.client, database.tables.findings);
  const store = apart(`run-${used++}`);
  const deps = { match: story.match, store, findings, quarantine: { keep: async () => undefined } };
  const now = Math.max(...story.events.map(({ time }) => time));
  for (let round = 0; round < 2; round++) {
    await detect(
      story.events.map(event => ({ kind: 'event', event }) as const),
      { ...deps, now },
    );
    await rejudge(deps, now);
  }
  const { items } = await findings.list({ detection: 'lineage/instance-never-joined' });
  expect(items.map(({ count, title }) => [count, title])).toEqual([
    [1, 'The instance i-0aaaabbbbccccdddd was launched for prod and never became a node: no node within 15 minutes'],
  ]);
});
