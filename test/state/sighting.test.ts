import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Named } from '../../core/detection.ts';
import { sightingsIn, writeSightings } from '../../core/state/sighting.ts';

/** What is kept of an event until it is known whether it is part of a burst. */

const event = { id: 'e', time: 1_000 };
const named = (over: Partial<Named>): Named => ({ principals: [], resources: [], addresses: [], ...over });
/** What stands there of one event, as it is read. */
const kept = (values: readonly string[], names?: Named) => sightingsIn([writeSightings(event, values, names)]);
/** All that the sightings of an event name. */
const namesIn = (values: readonly string[], names: Named): Named => {
  const all = kept(values, names).map(one => one.named);
  return named({
    principals: all.flatMap(({ principals }) => principals),
    resources: all.flatMap(({ resources }) => resources).sort(),
    addresses: all.flatMap(({ addresses }) => addresses),
  });
};

describe('an event’s sightings', () => {
  it('say each value once, and whom and what the event names with the first', () => {
    const names = named({ principals: ['alice'], resources: ['x'], addresses: ['192.0.2.1', '192.0.2.2'] });
    expect(kept(['a', 'b'], names)).toEqual([
      { time: 1_000, eventId: 'e', value: 'a', named: names },
      { time: 1_000, eventId: 'e', value: 'b', named: named({}) },
    ]);
    expect(kept(['a'])).toEqual([{ time: 1_000, eventId: 'e', value: 'a', named: named({}) }]);
  });

  it('hold a value that is a resource once, however many there are', () => {
    const ids = Array.from({ length: 60 }, (_, at) => `i-${String(at).padStart(17, '0')}`);
    const { sighted, named: names } = writeSightings(event, ids, named({ resources: ids }));
    for (const [at, id] of ids.entries()) expect(sighted[at]?.split(id)).toHaveLength(2);
    expect(names).toEqual([]);
    expect(kept(ids, named({ resources: ids })).map(one => one.named.resources)).toEqual(ids.map(id => [id]));
  });

  it('of one identity, from one place, hold neither again: what an event of a flood adds stays short', () => {
    const from = named({
      principals: ['arn:aws:sts::111122223333:assumed-role/prod-karpenter/1788256980000000000'],
      addresses: ['198.51.100.23'],
    });
    const all = Array.from({ length: 1_000 }, (_, at) =>
      writeSightings(
        { id: `b5289361-6800-3e3c-310c-${String(at).padStart(12, '0')}`, time: 1_788_256_980_000 },
        [''],
        from,
      ),
    );
    expect(new Set(all.flatMap(({ named: names }) => names)).size).toBe(2);
    for (const { sighted } of all) expect(Buffer.byteLength(sighted.join(''))).toBeLessThan(100);
  });

  it('cut what is long and leave out what is too much, so that a burst fits its item', () => {
    const many = Array.from({ length: 9 }, (_, at) => `${at}`);
    const names = named({ principals: many, resources: many, addresses: many });
    const five = many.slice(0, 5);
    expect(kept(['v'], names)[0]?.named).toEqual({ principals: five, resources: five, addresses: five });
    const cutTo = (name: string): string => String(kept(['v'], named({ resources: [name] }))[0]?.named.resources);
    expect(cutTo('x'.repeat(510))).toBe('x'.repeat(510));
    expect(cutTo('x'.repeat(511))).toMatch(/^x{64}…#[\w-]{8}$/);
    expect(cutTo(`${'x'.repeat(511)}y`)).not.toBe(cutTo(`${'x'.repeat(511)}z`));
    // As they are written: six bytes each. No character is cut in two.
    expect(cutTo('\u0001'.repeat(100))).toHaveLength(64 + '…#'.length + 8);
    expect(cutTo(`${'x'.repeat(63)}${'😀'.repeat(200)}`)).toMatch(/^x{63}…#/);
    expect(cutTo(`😀${'x'.repeat(600)}`)).toMatch(/^😀x{62}…#/);
  });

  it('count though what they name found no room', () => {
    const { sighted } = writeSightings(event, ['v'], named({ principals: ['alice'] }));
    expect(sightingsIn([{ sighted }])).toEqual([{ time: 1_000, eventId: 'e', value: 'v', named: named({}) }]);
  });

  it('are read as they were written, whatever they say', () => {
    const text = fc.string({ maxLength: 20, unit: 'binary' }).filter(one => one !== '');
    const some = fc.uniqueArray(text, { maxLength: 5 });
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), some, some, some, (values, a, b, c) => {
        const names = named({ principals: a, resources: [...b].sort(), addresses: c });
        expect(namesIn(values, names)).toEqual(names);
        expect(new Set(kept(values, names).map(({ value }) => value))).toEqual(new Set(values));
      }),
    );
  });

  it('stand in order of time, from whatever item', () => {
    const at = (time: number) => writeSightings({ id: `e${time}`, time }, ['v'], named({ principals: [`p${time}`] }));
    const all = sightingsIn([at(3), {}, at(1), at(2)]);
    expect(all.map(one => [one.time, one.named.principals])).toEqual([1, 2, 3].map(time => [time, [`p${time}`]]));
  });
});

describe('what older versions left of an event', () => {
  const time = 1_788_256_800_000;
  const of = { time, eventId: 'event-1' };
  // As the code of cc4dff8 and b295c49 wrote it, of an event with the values "a#b" and "c", or the sum 40.
  it.each([
    [
      'cc4dff8, distinct values',
      { seen: [`${time}#event-1#a#b`, `${time}#event-1#c`] },
      [
        { ...of, value: 'a#b', named: named({}) },
        { ...of, value: 'c', named: named({}) },
      ],
    ],
    ['cc4dff8, a sum', { parts: [`${time}#40#event-1`] }, [{ ...of, value: '40', named: named({}) }]],
    [
      'b295c49, whom and what it names',
      {
        seen: [`[${time},"event-1","a#b",["d"],["alice"],["192.0.2.1"]]`, `[${time},"event-1","c",[""],[],[]]`],
      },
      [
        { ...of, value: 'a#b', named: named({ principals: ['alice'], resources: ['d'], addresses: ['192.0.2.1'] }) },
        { ...of, value: 'c', named: named({ resources: ['c'] }) },
      ],
    ],
  ])('is read: %s', (_, item, expected) => {
    expect(sightingsIn([item])).toEqual(expected);
    const own = writeSightings({ id: 'event-2', time: time + 1 }, ['e']);
    expect(sightingsIn([{ ...item, ...own }]).map(({ value }) => value)).toEqual(
      [...expected, { value: 'e' }].map(({ value }) => value),
    );
  });
});
