import type { Json, JsonObject } from '../../core/json.ts';

type Random = () => number;
const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // never asked of an empty list

/** Values that code trips over where it expects another type, another size, or the name of something inherited. */
export const awkward: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  9_007_199_254_740_992,
  '',
  ' ',
  '*',
  '%',
  '%E0%A4%A',
  '__proto__',
  'constructor',
  '[redacted: x]',
  'arn:aws:iam::1:role/',
  'arn:aws:sts::111122223333:assumed-role//',
  'system:node:',
  'system:serviceaccount:::',
  'lone \ud800',
  '\u0000\u001b[31m',
  'x'.repeat(5_000),
  '1970-01-01T00:00:00Z',
  '2100-12-31T23:59:59Z',
  '0.0.0.0/0',
  '::ffff:10.0.0.1',
  [],
  [[[[]]]],
  {},
  { items: null },
  { items: [null, [], { item: {} }] },
  { tag: 1, content: { value: { value: 'x' } } },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
];
const names = ['__proto__', 'constructor', 'toString', 'items', 'item', 'tag', 'content', 'fact', '', 'a.b'];

/** A copy of a JSON value with a few of its parts replaced, removed, wrapped, doubled, renamed or swapped. */
export const mutated = (value: Json, random: Random, rate = 0.04): Json => {
  if (random() < rate) {
    const kind = random();
    if (kind < 0.5) return pick(random, awkward);
    if (kind < 0.6) return [value];
    if (kind < 0.7) return [value, value, pick(random, awkward)];
    if (kind < 0.8) return { items: [value] };
    if (kind < 0.9) return JSON.stringify(value);
    return typeof value === 'string' ? value.slice(0, Math.floor(random() * value.length)) : String(value);
  }
  if (Array.isArray(value)) {
    const all = value.map((one: Json) => mutated(one, random, rate));
    return random() < rate ? all.toReversed() : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  // JSON.parse makes `__proto__` an own member, as reading a log would.
  const members = Object.entries(value as JsonObject).flatMap(([key, one]) => {
    if (random() < rate / 2) return [];
    const name = random() < rate / 4 ? pick(random, names) : key;
    return [`${JSON.stringify(name)}:${JSON.stringify(mutated(one ?? null, random, rate))}`];
  });
  return JSON.parse(`{${members.join(',')}}`) as Json; // written above
};

/** Bytes with a few of them changed, cut out, doubled or replaced by brackets and quotes. */
export const damaged = (bytes: Buffer, random: Random): Buffer => {
  let now = Buffer.from(bytes);
  for (let left = 1 + Math.floor(random() * 4); left > 0 && now.length > 0; left--) {
    const at = Math.floor(random() * now.length);
    const kind = random();
    if (kind < 0.3) now.fill(Math.floor(random() * 256), at, at + 1);
    else if (kind < 0.5) now.fill(pick(random, ['{', '}', '[', ']', '"', '\\', '\n', ',']), at, at + 1);
    else if (kind < 0.65)
      now = Buffer.concat([
        now.subarray(0, at),
        now.subarray(Math.min(now.length, at + 1 + Math.floor(random() * 30))),
      ]);
    else if (kind < 0.8) now = Buffer.concat([now.subarray(0, at), now.subarray(Math.max(0, at - 20))]);
    else if (kind < 0.9) now = now.subarray(0, at);
    else now = Buffer.concat([now, Buffer.from('\n'), now]);
  }
  return now;
};
