import type { AnyEvent, Event } from '../../core/event.ts';
import { addressOf, wantsReading } from '../../core/kubernetes/reading.ts';
import { deps } from '../deps/deps.ts';

/** Writes of one object in one batch that are asked about: one reading answers for all of them, and the newest matter. */
const askedOfOne = 20;

/** Gathers the writes that the posture reader is to look at, the newest of each object. */
export const gather = () => {
  const { settings, now } = deps();
  const objects = new Map<string, Event<'kubernetes'>[]>();
  return {
    see: (event: AnyEvent): void => {
      if (!wantsReading(event, settings, now())) return;
      const key = JSON.stringify([event.account, event.cluster, addressOf(event)]);
      const before = objects.get(key) ?? [];
      objects.set(key, [...before, event].slice(-askedOfOne));
    },
    all: (): readonly Event<'kubernetes'>[] => [...objects.values()].flat(),
  };
};
