import { describe, expect, test } from 'vitest';
import type { AnyEvent, Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { kubernetesFacts } from '../../core/kubernetes/facts/index.ts';
import { detections } from '../../detections/index.ts';

const events = detections.flatMap(({ examples }) =>
  [...examples.matches, ...examples.misses]
    .map(({ event }): AnyEvent => event)
    .filter((event): event is Event<'kubernetes'> => event.source === 'kubernetes'),
);

/** The record with each of its members null, one at a time, however deep; and with each path's place. */
const nulled = (value: unknown, path: string): readonly (readonly [path: string, value: unknown])[] => {
  if (Array.isArray(value))
    return value.flatMap((one, index) => [
      [`${path}.${index}`, value.with(index, null)] as const,
      ...nulled(one, `${path}.${index}`).map(([at, part]) => [at, value.with(index, part)] as const),
    ]);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [
    [`${path}.${name}`, { ...value, [name]: null }] as const,
    ...nulled(one, `${path}.${name}`).map(([at, part]) => [at, { ...value, [name]: part }] as const),
  ]);
};

/** One event of each shape: the rest would only repeat its members. */
const shapes = [
  ...new Map(
    events.map(event => [
      nulled(event.record, '')
        .map(([path]) => path.replaceAll(/\d+/g, '0'))
        .join(),
      event,
    ]),
  ).values(),
];

describe('a member that is null', () => {
  test('is there in examples of many shapes', () => expect(shapes.length).toBeGreaterThan(50));

  test.each(Object.entries(kubernetesFacts))('does not stop %s', (_, fact) => {
    const thrown = new Map<string, string>();
    for (const event of shapes)
      for (const [path, record] of nulled(event.record, '')) {
        const changed = { ...event, record: record as Event<'kubernetes'>['record'] }; // as an API server might send it
        try {
          const said = fact.read(changed, exampleSettings);
          if (said === undefined || said === null) thrown.set(path, 'said nothing');
        } catch (error) {
          thrown.set(path, String(error));
        }
      }
    expect(Object.fromEntries(thrown)).toEqual({});
  });

  test('is no absence where the filter asks for one: a write of a pod has no subresource', () => {
    const said = (subresource: unknown) => {
      const { record, ...event } = audit('patch', 'pods', { objectRef: { namespace: 'kube-system', name: 'a' } });
      const objectRef = { ...record.objectRef, ...(subresource === undefined ? {} : { subresource }) };
      return kubernetesFacts['call.sensitive']?.read(
        { ...event, record: { ...record, objectRef } as typeof record }, // as an API server might send it
        exampleSettings,
      );
    };
    expect([said(undefined), said('resize'), said(null)]).toEqual([['pod-write'], ['pod-write'], []]);
  });
});
