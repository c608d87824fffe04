import { isObject, type Json } from '../../core/json.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Values seen at each path of some records (list indices left out): what mutations put there. */
export type Pool = ReadonlyMap<string, readonly Json[]>;

export const poolOf = (records: readonly Json[]): Pool => {
  const pool = new Map<string, Json[]>();
  const visit = (value: Json, path: string): void => {
    const seen = pool.get(path) ?? [];
    if (seen.length < 64) pool.set(path, [...seen, value]);
    if (Array.isArray(value)) for (const one of value) visit(one, path);
    else if (isObject(value))
      for (const [name, one] of Object.entries(value)) if (one !== undefined) visit(one, `${path}\u0000${name}`);
  };
  for (const record of records) visit(record, '');
  return pool;
};

/** Values that no record has and that senders may still write. */
const odd: readonly Json[] = [null, '', '*', 'unknown', 0, -1, 1.5, true, false, [], {}, 'i-0123', '10.0.0.1', '%a|b%'];

/** Members that never hold a list in either source's schema: mutations keep that. */
const scalars =
  /(^|\u0000)(eventName|eventSource|verb|stage|resource|apiGroup|subresource|username|code|type|readOnly)$/;

/**
 * A record like this one: each member has a small chance to be dropped, replaced by what another record has there, by an odd
 * value, or to be wrapped in a list or taken out of one, as EC2's two encodings do.
 */
export const mutate = (record: Json, pool: Pool, random: () => number): Json => {
  const pick = (values: readonly Json[]): Json => values[Math.floor(random() * values.length)] ?? null;
  const visit = (value: Json, path: string, rate: number): Json | undefined => {
    const dice = random();
    if (dice < rate * 0.25) return path === '' ? value : undefined;
    if (dice < rate * 0.75) return pick(pool.get(path) ?? odd);
    if (dice < rate * 0.85) {
      const other = pick(odd);
      return scalars.test(path) && typeof other === 'object' ? null : other;
    }
    if (dice < rate && !scalars.test(path))
      return Array.isArray(value) ? ((value[0] as Json | undefined) ?? null) : [value];
    if (Array.isArray(value)) return value.flatMap(one => visit(one, path, rate) ?? []);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, one]) => {
        const changed = one === undefined ? undefined : visit(one, `${path}\u0000${name}`, rate);
        return changed === undefined ? [] : [[name, changed] as const];
      }),
    );
  };
  const rate = [0.01, 0.03, 0.1][Math.floor(random() * 3)] ?? 0.03;
  const mutated = isObject(record)
    ? Object.fromEntries(
        Object.entries(record).flatMap(([name, one]) => {
          const changed = one === undefined ? undefined : visit(one, `\u0000${name}`, rate);
          return changed === undefined ? [] : [[name, changed] as const];
        }),
      )
    : record;
  return mutated;
};
