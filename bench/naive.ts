import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import type { JsonObject } from '../core/json.ts';
import { loadDetection } from '../core/load.ts';
import { match } from '../core/pattern/match.ts';
import { sources } from '../core/sources.ts';
import { viewOf } from '../core/view.ts';
import { rules } from './rules.ts';

/** Asks every rule of a source about every event, one after the other, by the language's plain meaning (`core/pattern/match.ts`). */
export const naive = (events: readonly AnyEvent[], count: number): (() => number) => {
  const loaded = rules(count).map(loadDetection);
  return () => {
    let held = 0;
    for (const event of events) {
      const view = viewOf(event, exampleSettings);
      const fact = Object.defineProperties(
        {},
        Object.fromEntries(
          Object.keys(sources[event.source].facts).map(name => [
            name,
            { get: () => view.fact(name), enumerable: true },
          ]),
        ),
      );
      const subject = { ...view.record, fact } as JsonObject; // facts are JSON, read when asked
      for (const { detection, when, unless } of loaded)
        if (detection.on === event.source && match(when, subject) && !unless.some(one => match(one, subject))) held++;
    }
    return held;
  };
};
