import { expect, test } from 'vitest';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import type { AnyEvent, Event } from '../../core/event.ts';
import { detections } from '../../detections/index.ts';

/** What a controller does that is known by its usual name only, for want of settings. */
const match = compile(detections, [], defineConfig({}));
const user = { username: 'system:serviceaccount:kube-system:karpenter' };
const events = detections
  .flatMap(({ examples }): readonly AnyEvent[] => examples.matches.map(({ event }) => event))
  .filter((event): event is Event<'kubernetes'> => event.source === 'kubernetes')
  .map(event => ({ ...event, record: { ...event.record, user } }));
const found = events.flatMap(event => {
  const { name } = event.record.objectRef ?? {};
  return name ? match(event).flatMap(one => (one.key['object'] === undefined ? [] : [{ ...one, name }])) : [];
});
const namesObject = ({ key, name }: (typeof found)[number]): boolean => key['object']?.endsWith(name) === true;

test('what is worse than low of a usual controller is a finding of each object, and says which', () => {
  const grave = found.filter(({ severity }) => severity !== 'low');
  expect(new Set(grave.map(({ detection }) => detection))).toContain('pipeline/audit-evidence-omitted');
  expect(grave.filter(one => !namesObject(one))).toEqual([]);
});

test('what it writes all day is one finding for each kind, which names every object', () => {
  const joined = found.filter(one => !namesObject(one));
  expect([...new Set(joined.map(({ detection }) => detection))].sort()).toEqual([
    'kubernetes/capi-object-changed-by-unexpected',
    'kubernetes/machine-created-by-unexpected',
    'kubernetes/provisioning-changed-by-unexpected',
  ]);
  expect(joined.filter(({ name, resources }) => !resources.some(one => one.endsWith(name)))).toEqual([]);
});
