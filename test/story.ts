import type { Example } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import type { LoadedDetection } from '../core/load.ts';
import { detectionRule } from '../core/rule.ts';
import type { Settings } from '../core/settings.ts';
import type { Observation } from '../core/state/observation.ts';
import { systemOf } from '../core/system.ts';
import { viewOf } from '../core/view.ts';

/** What a stateful rule makes of each event of an example, a line each: whoever writes it sees which keys and steps do not meet. */
export const storyOf = (loaded: LoadedDetection, example: Example, settings: Settings): readonly string[] => {
  const rule = detectionRule(loaded, { settings, system: systemOf(() => undefined, settings), shared: new Map() });
  const { after = [], event: own, later = [] } = example;
  return ([...after, own, ...later] as readonly AnyEvent[]).flatMap(event => {
    const when = `${new Date(event.time).toISOString()}${event.id === own.id ? ' (its own)' : ''}`;
    if (event.source !== loaded.detection.on)
      return [
        `  ${when}: of ${event.source}: a rule on ${loaded.detection.on} is not asked, what knowledge keeps of it is there`,
      ];
    const matches = rule?.judge(viewOf(event, settings)) ?? [];
    if (matches.length === 0) return [`  ${when}: its patterns do not hold, or it has no key`];
    return matches.map(
      ({ key, observations = [] }) => `  ${when}: key ${JSON.stringify(key)}; ${toldOf(observations)}`,
    );
  });
};

const toldOf = (observations: readonly Observation[]): string =>
  observations.length === 0
    ? 'nothing of it is kept or looked up'
    : observations.map(({ scope, add, also = [] }) => `${addedTo(add)}${[scope, ...also].join(', ')}`).join('; ');

const addedTo = (add: Observation['add']): string =>
  add === undefined ? 'looks at ' : `adds to "${Object.keys(add).join('", "')}" of, and looks at, `;
