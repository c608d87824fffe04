import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../core/findings/attribute.ts';
import { inLanes } from '../core/lanes.ts';
import { defaultCap, itemBytes, memberBytes, mostMembers } from '../core/state/memory.ts';
import type { Answer, Item, Observation, Store } from '../core/state/observation.ts';
import { dynamoAgenda } from './agenda-table.ts';
import { getAll, pause, toItem, tries } from './dynamodb.ts';

/** Sets are attributes under this prefix, so that no set's name meets `pk` or `expires`. */
const prefix = 's:';
const writesAtOnce = 8;

/** What one call adds to one item: the observations that share a scope, together. */
interface Addition {
  readonly scope: string;
  readonly sets: Map<string, Set<string>>;
  cap: number;
  /** Epoch seconds, the latest asked for. */
  expires: number;
}

/** What an addition did not get in, as `set` + NUL + member. */
type Dropped = ReadonlySet<string>;
const nothing: Dropped = new Set();
const dropped = (set: string, member: string): string => `${set}\0${member}`;

/**
 * State in DynamoDB: one item a scope, one string set a name. All that a call adds to an item is one conditional `ADD`;
 * where its condition fails (a cap is near, or a later expiry is stored), the item is read and only what it lacks and has
 * room for is added. Reads are consistent and come after every add.
 */
export const dynamoStore = (client: DynamoDBClient, table: string): Store => {
  const read = async (scopes: Iterable<string>): Promise<ReadonlyMap<string, Attributes>> => {
    const items = await getAll(
      client,
      table,
      [...new Set(scopes)].map(scope => ({ pk: { S: scope } })),
    );
    return new Map(items.flatMap(item => (item['pk'] && 'S' in item['pk'] ? [[item['pk'].S, item] as const] : [])));
  };

  /** One conditional write; false where its condition does not hold or the item would grow past DynamoDB's 400 KB. */
  const add = async (
    { scope, sets, cap, expires }: Addition,
    raise: 'not-lower' | 'raise' | 'keep',
  ): Promise<boolean> => {
    const all = [...sets].map(([name, members], at) => ({ name, members, at }));
    const conditions = all.map(({ at }) => `(attribute_not_exists(#s${at}) OR size(#s${at}) <= :room${at})`);
    if (raise === 'not-lower') conditions.push('(attribute_not_exists(expires) OR expires <= :expires)');
    if (raise === 'raise') conditions.push('expires < :expires');
    const values: Attributes = Object.fromEntries([
      ...all.flatMap(({ members, at }) => [
        [`:s${at}`, { SS: [...members] }] as const,
        [`:room${at}`, { N: String(cap - members.size) }] as const,
      ]),
      ...(raise === 'keep' ? [] : [[':expires', { N: String(expires) }] as const]),
    ]);
    const added = all.length === 0 ? '' : `ADD ${all.map(({ at }) => `#s${at} :s${at}`).join(', ')}`;
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: scope } },
          UpdateExpression: `${added}${raise === 'keep' ? '' : ' SET expires = :expires'}`,
          ...(conditions.length === 0 ? {} : { ConditionExpression: conditions.join(' AND ') }),
          ...(all.length === 0
            ? {}
            : { ExpressionAttributeNames: Object.fromEntries(all.map(({ name, at }) => [`#s${at}`, prefix + name])) }),
          ExpressionAttributeValues: toItem(values),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException || isTooLarge(error)) return false;
      throw error;
    }
  };

  const settle = async (addition: Addition): Promise<Dropped> => {
    if (isSmall(addition) && (await add(addition, 'not-lower'))) return nothing;
    for (let attempt = 0; attempt < tries; attempt++) {
      if (attempt > 0) await pause(attempt);
      const stored = (await read([addition.scope])).get(addition.scope);
      const { fitting, left } = lacking(addition, stored);
      const until = stored?.['expires'];
      const raise = until !== undefined && 'N' in until ? Number(until.N) < addition.expires : undefined;
      if (fitting.size === 0 && (raise === false || stored === undefined)) return left;
      const mode = raise === undefined ? 'not-lower' : raise ? 'raise' : 'keep';
      if (await add({ ...addition, sets: fitting }, mode)) return left;
    }
    throw new Error(`table ${table}: item "${addition.scope}" changed under ${tries} tries to add to it`);
  };

  return {
    ...dynamoAgenda(client, table),
    observe: async observations => {
      const additions = together(observations);
      const left = new Map<string, Dropped>();
      await inLanes(additions, writesAtOnce, async addition => {
        left.set(addition.scope, await settle(addition));
      });
      const asking = observations.filter(({ read: asked }) => asked !== false);
      const stored = await read(asking.flatMap(({ scope, also = [] }) => [scope, ...also]));
      // The events of a flood ask for the same items: each is sorted once, and is the same object in all their answers.
      const items = new Map([...stored].map(([scope, item]) => [scope, itemOf(item)]));
      return observations.map(
        ({ scope, also = [], add: own = {}, read: asked }): Answer => ({
          item: (asked === false ? undefined : items.get(scope)) ?? noItem,
          also: also.map(other => (asked === false ? undefined : items.get(other)) ?? noItem),
          full: Object.entries(own).some(([set, members]) =>
            members.some(member => left.get(scope)?.has(dropped(set, member)) === true),
          ),
        }),
      );
    },
  };
};

const noItem: Item = {};

const together = (observations: readonly Observation[]): readonly Addition[] => {
  const additions = new Map<string, Addition>();
  for (const { scope, add = {}, cap = defaultCap, expires } of observations) {
    for (const [name, members] of Object.entries(add)) {
      const some = members.filter(member => member !== '');
      if (some.length === 0) continue;
      const addition = additions.get(scope) ?? { scope, sets: new Map<string, Set<string>>(), cap: 0, expires: 0 };
      additions.set(scope, addition);
      addition.sets.set(name, new Set([...(addition.sets.get(name) ?? []), ...some]));
      addition.cap = Math.max(addition.cap, Math.min(cap, mostMembers));
      addition.expires = Math.max(addition.expires, Math.ceil((Number.isFinite(expires) ? expires : 0) / 1_000));
    }
  }
  return [...additions.values()];
};

/** Whether it may be added unseen: within its cap by itself, and so short that an item full of the like stays below its bound. */
const isSmall = ({ sets, cap }: Addition): boolean => {
  let bytes = 0;
  for (const [name, members] of sets) {
    if (members.size > cap) return false;
    bytes += cap * Math.max(...[...members].map(member => memberBytes(name, member)));
  }
  return bytes <= itemBytes;
};

/** What the stored item lacks and has room for, and what it has no room for. */
const lacking = ({ sets, cap }: Addition, stored: Attributes | undefined) => {
  const held = Object.entries(itemOf(stored));
  let bytes = held.reduce((sum, [set, members]) => members.reduce((all, one) => all + memberBytes(set, one), sum), 0);
  const fitting = new Map<string, Set<string>>();
  const left = new Set<string>();
  for (const [name, members] of sets) {
    const has = new Set(held.find(([set]) => set === name)?.[1]);
    const some = new Set<string>();
    for (const member of members) {
      if (has.has(member)) continue;
      if (has.size + some.size >= cap || bytes + memberBytes(name, member) > itemBytes) {
        left.add(dropped(name, member));
        continue;
      }
      some.add(member);
      bytes += memberBytes(name, member);
    }
    if (some.size > 0) fitting.set(name, some);
  }
  return { fitting, left };
};

const itemOf = (item: Attributes | undefined): Item =>
  Object.fromEntries(
    Object.entries(item ?? {})
      .flatMap(([name, value]) =>
        name.startsWith(prefix) && 'SS' in value ? [[name.slice(prefix.length), [...value.SS].sort()] as const] : [],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** DynamoDB answers a write past 400 KB with a ValidationException of this text. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ValidationException' && error.message.includes('maximum allowed size');
