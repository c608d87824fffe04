import fc from 'fast-check';
import type { Json, JsonObject } from '../../core/json.ts';
import { PatternError } from '../../core/pattern/fault.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import type { Group } from '../../core/pattern/node.ts';

/** Few names and values, so that patterns and events meet; `fact`, inherited names and dots among them. */
const names = ['a', 'b', 'c', 'eventName', 'constructor', 'a.b'] as const;
const texts = [
  '',
  'x',
  'X',
  'xy',
  'Run',
  'RunInstances',
  'runinstances',
  'CreateTags',
  'straße',
  'STRASSE',
  '10.0.12.34',
  '192.0.2.7',
  '2001:db8::1',
  '::ffff:10.0.0.1',
  'a*b',
  'back\\',
  'null',
  '1',
] as const;
const numbers = [0, -1, 1, 1.5, 403, 1e12] as const;

const name = fc.constantFrom(...names);
const text = fc.constantFrom(...texts);
const number = fc.constantFrom(...numbers);
const scalar: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 2, arbitrary: number },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
);

const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }));

/** Wildcards made from a text by putting stars in place of some of its parts. */
const wildcard = fc.tuple(text, fc.nat(12), fc.nat(12), fc.boolean()).map(([whole, from, length, tail]) => {
  const escaped = (part: string): string => part.replace(/[\\*]/g, '\\$&');
  return `${escaped(whole.slice(0, from))}*${escaped(whole.slice(from + length))}${tail && whole.length > from + length ? '*' : ''}`;
});

const part = fc
  .tuple(text, fc.nat(6), fc.boolean())
  .map(([whole, length, end]) => (end ? whole.slice(-length || whole.length) : whole.slice(0, length)));
const fold = (one: fc.Arbitrary<string>) => one.map(value => ({ 'equals-ignore-case': value.toUpperCase() }));
const edge = fc.oneof(part, fold(part));
const filled = part.filter(value => value !== '');

const operator: fc.Arbitrary<JsonObject> = fc.oneof(
  edge.map(prefix => ({ prefix })),
  edge.map(suffix => ({ suffix })),
  text.map(value => ({ 'equals-ignore-case': value.toLowerCase() })),
  wildcard.map(value => ({ wildcard: value })),
  fc
    .oneof(
      text,
      number,
      fc.array(text, { minLength: 1, maxLength: 3 }),
      fc.array(number, { minLength: 1, maxLength: 3 }),
      some(filled).map(prefix => ({ prefix })),
      some(filled).map(suffix => ({ suffix })),
      some(text).map(value => ({ 'equals-ignore-case': value })),
      some(wildcard).map(value => ({ wildcard: value })),
    )
    .map(value => ({ 'anything-but': value }) as JsonObject),
  fc
    .oneof(
      fc.tuple(fc.constantFrom('<', '<=', '=', '>', '>='), number),
      fc.tuple(fc.constantFrom('>', '>='), fc.constantFrom(-1, 0), fc.constantFrom('<', '<='), fc.constantFrom(1, 403)),
    )
    .map(numeric => ({ numeric }) as JsonObject),
  fc.constantFrom('10.0.0.0/8', '192.0.2.7/32', '0.0.0.0/0', '::/0', '2001:db8::/33').map(cidr => ({ cidr })),
  fc.boolean().map(exists => ({ exists })),
  fc.constantFrom('^Run', 'x', 's{2}$', '(?i)run', '').map(matches => ({ matches })),
  fc.array(name, { minLength: 1, maxLength: 2 }).map(equalsField => ({ equalsField }) as JsonObject),
);

const leaf: fc.Arbitrary<Json> = fc.array(fc.oneof(scalar, operator), { minLength: 1, maxLength: 3 });

/** Patterns as data; some don't load (a field both inside and beside an `$or`). */
const { pattern } = fc.letrec<{ pattern: JsonObject; fields: JsonObject; value: Json }>(tie => ({
  pattern: fc.oneof(
    { weight: 3, arbitrary: tie('fields') },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('fields'), fc.array(tie('pattern'), { minLength: 2, maxLength: 3 }), fc.boolean())
        .map(([fields, $or, alone]) => (alone ? { $or } : { ...fields, $or })),
    },
  ),
  fields: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: tie('pattern') },
  ),
}));

export const patterns: fc.Arbitrary<{ readonly data: JsonObject; readonly loaded: Group }> = pattern
  .map(data => ({ data, loaded: loaded(data) }))
  .filter((each): each is { data: JsonObject; loaded: Group } => each.loaded !== undefined);

const loaded = (data: JsonObject): Group | undefined => {
  try {
    return loadPattern(data);
  } catch (fault) {
    if (fault instanceof PatternError) return undefined;
    throw fault;
  }
};

const { event } = fc.letrec<{ event: JsonObject; value: Json }>(tie => ({
  event: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 2, arbitrary: tie('event') },
  ),
}));

/** A record that a pattern may well match: built along the pattern, then disturbed by another record here and there. */
export const eventFor = (data: JsonObject): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(along(data), event, fc.nat(9))
    .map(([built, other, dice]) => (dice < 6 ? built : dice < 8 ? { ...other, ...built } : { ...built, ...other }));

const along = (data: Json | undefined): fc.Arbitrary<JsonObject> => {
  const members = Object.entries(data as JsonObject);
  const fields = members
    .filter(([key]) => key !== '$or')
    .map(([key, value]) => fc.tuple(fc.constant(key), fc.option(valueFor(value), { freq: 8, nil: undefined })));
  const branches = (data as JsonObject)['$or'] as readonly Json[] | undefined;
  const chosen = branches === undefined ? fc.constant({}) : fc.oneof(...branches.map(along));
  return fc.tuple(fc.tuple(...fields), chosen).map(([own, more]) => {
    const object: { [key: string]: Json } = {};
    for (const [key, value] of [...Object.entries(more as JsonObject), ...own]) {
      if (value === undefined) continue;
      const old = Object.hasOwn(object, key) ? object[key] : undefined;
      object[key] = join(old, value);
    }
    return object;
  });
};

/** Where an `$or` branch and a field beside it go through the same member: one object with both, or else a list of two. */
const join = (old: Json | undefined, value: Json): Json => {
  if (old === undefined) return value;
  if (isPlain(old) && isPlain(value)) return { ...old, ...value };
  return [old, value];
};

const isPlain = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const valueFor = (value: Json | undefined): fc.Arbitrary<Json> => {
  const one: fc.Arbitrary<Json> = Array.isArray(value) ? fc.oneof(...value.map(scalarFor)) : along(value);
  return fc.oneof(
    { weight: 5, arbitrary: one },
    { weight: 3, arbitrary: fc.tuple(one, fc.oneof(one, scalar, event)).map(both => [...both]) },
    { weight: 1, arbitrary: fc.tuple(one, one).map(([first, second]) => [[first], [second]]) },
    { weight: 1, arbitrary: fc.oneof(scalar, event) },
  );
};

/** A value that is likely to pass a test, by the test's own text. */
const scalarFor = (test: Json): fc.Arbitrary<Json> => {
  if (!isPlain(test)) return fc.oneof({ weight: 4, arbitrary: fc.constant(test) }, { weight: 1, arbitrary: scalar });
  const [operand] = Object.values(test);
  const near =
    typeof operand === 'string'
      ? [operand, operand.replaceAll('*', 'zz'), `${operand}x`, `x${operand}`, operand.toLowerCase()]
      : [];
  return near.length === 0
    ? scalar
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...near) }, { weight: 2, arbitrary: scalar });
};
