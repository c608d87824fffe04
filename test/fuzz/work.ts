import { compile } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { readRecords } from '../../core/read/record.ts';
import { detections, knowledge } from '../../detections/index.ts';

type Random = () => number;

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // none is empty

const match = compile(detections, knowledge, exampleSettings);
const events: readonly AnyEvent[] = detections.flatMap(({ examples }) => examples.matches.map(({ event }) => event));

/** A copy whose lists are made long: each of their elements comes so many times. */
const stretched = (value: Json, times: number): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const all = value.map((one: Json) => stretched(one, 1));
    return all.length === 0 ? all : Array.from({ length: all.length * times }, (_, at) => all[at % all.length] ?? null);
  }
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, one]) => [name, stretched(one ?? null, times)]),
  );
};

const nodes = (value: Json): number =>
  typeof value !== 'object' || value === null
    ? 1
    : 1 + Object.values(value).reduce((sum: number, one) => sum + nodes(one ?? null), 0);

/** The record, and how often any part of it was looked at. */
const counted = <T extends object>(record: T): { readonly record: T; readonly looks: () => number } => {
  let looks = 0;
  const wrapped = new WeakMap<object, object>();
  const wrap = (value: object): object => {
    const known = wrapped.get(value);
    if (known !== undefined) return known;
    const made = new Proxy(value, {
      get: (target, name) => {
        looks++;
        const one: unknown = Reflect.get(target, name);
        return typeof one === 'object' && one !== null ? wrap(one) : one;
      },
    });
    wrapped.set(value, made);
    return made;
  };
  return { record: wrap(record) as T, looks: () => looks }; // the same members, counted
};

/** How often the catalogue may look at each part of a record: five times what its own examples take. */
const mostLooks = 40;

/** The work of judging grows as the record does: long lists are not multiplied with each other. */
const looksPerNode = (event: AnyEvent, times: number): number => {
  const long = stretched(event.record as unknown as Json, times); // a record is JSON
  const [read] = readRecords(Buffer.from(JSON.stringify(long)), {
    place: { account: '111122223333', region: 'eu-west-1', cluster: 'prod' },
    where: 'fuzz',
  });
  if (read?.kind !== 'event') return 0;
  const { record, looks } = counted(read.event.record);
  match({ ...read.event, record } as AnyEvent); // the same event, watched
  return looks() / nodes(long);
};

export const work = (random: Random): string | undefined => {
  const looks = looksPerNode(pick(random, events), 1 + Math.floor(random() * 60));
  return looks <= mostLooks ? undefined : `each part of the record was looked at ${Math.round(looks)} times`;
};
