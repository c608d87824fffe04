import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { type Story, stateful, storiesOf, toldInMemory } from './stories.ts';

/** Runs a detection, spread over its stories. `RUNS=2000 npx vitest run test/state/stories.fuzz.ts` is the whole proof. */
const runs = Number(process.env['RUNS'] ?? 60);
const lateness = exampleSettings.latenessMinutes * 60_000;

/** Any lateness within the bound, any batches, and any number of events delivered once more. */
const telling = ({ events }: Story) =>
  fc.record({
    late: fc.array(fc.integer({ min: 0, max: lateness }), { minLength: events.length, maxLength: events.length }),
    again: fc.array(fc.record({ which: fc.nat(events.length - 1), late: fc.integer({ min: 0, max: 4 * lateness }) }), {
      maxLength: 4,
    }),
    batches: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 }),
  });

describe.each(stateful.map(detection => ({ id: detection.id, detection })))('$id', ({ detection }) => {
  const stories = storiesOf(detection);
  it('finds the same however its stories arrive within the lateness bound', async () => {
    for (const story of stories) {
      const { events } = story;
      const usual = await toldInMemory(
        story,
        events.map(event => ({ event, at: event.time })),
        [1],
      );
      await fc.assert(
        fc.asyncProperty(telling(story), async ({ late, again, batches }) => {
          const arrivals = [
            ...events.map((event, index) => ({ event, at: event.time + (late[index] ?? 0) })),
            ...again.flatMap(({ which, late: more }) => {
              const event = events[which];
              return event === undefined ? [] : [{ event, at: event.time + more }];
            }),
          ];
          expect(await toldInMemory(story, arrivals, batches), story.name).toEqual(usual);
        }),
        { numRuns: Math.ceil(runs / stories.length) },
      );
    }
  });
});
