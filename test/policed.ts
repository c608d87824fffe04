import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Allowed, granted } from './grants.ts';

/** The function that runs, and what was refused to it; nobody where a test itself looks or writes. */
const running = new AsyncLocalStorage<{ readonly name: string; readonly refused: string[] }>();

/**
 * A handler under the policy that it is deployed with: what that does not let it do to tables is refused, as DynamoDB would, and thrown
 * at the end, whatever the handler made of it.
 * @param name of its policy, in `test/grants.json`
 */
export const policed =
  <A extends readonly unknown[], R>(name: string, handler: (...given: A) => Promise<R>) =>
  async (...given: A): Promise<R> => {
    const refused: string[] = [];
    try {
      return await running.run({ name, refused }, () => handler(...given));
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: what is refused is what is wrong, whatever came of it
      if (refused.length > 0) throw new Error(refused.join('\n'));
    }
  };

interface Asked {
  readonly resource: string;
  readonly keys: readonly string[];
}

/** What a command names, of what lets see it: attribute values are looked at, never trusted. */
interface Input {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Row;
  readonly Item?: Row;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeValues?: { readonly [name: string]: { readonly S?: string } };
  readonly RequestItems?: { readonly [table: string]: { readonly Keys: readonly Row[] } | readonly Write[] };
}
interface Row {
  readonly pk?: { readonly S?: string };
}
interface Write {
  readonly PutRequest?: { readonly Item: Row };
  readonly DeleteRequest?: { readonly Key: Row };
}

const keyOf = (row: Row | undefined): string => row?.pk?.S ?? '';

/** The first attribute that a query compares is the partition key: of ours each does it first. */
const queried = ({ KeyConditionExpression: said = '', ExpressionAttributeValues: values = {} }: Input): string =>
  values[/^\s*\S+\s*=\s*(:\w+)/.exec(said)?.[1] ?? '']?.S ?? '';

/** The tables and indexes that a request names, with the partition keys of each. @param input a command's, or a request's body */
export const askedBy = (input: Input): readonly Asked[] => {
  if (input.RequestItems !== undefined)
    return Object.entries(input.RequestItems).map(([table, asked]) => ({
      resource: `table/${table}`,
      keys:
        'Keys' in asked
          ? asked.Keys.map(keyOf)
          : asked.map(({ PutRequest: put, DeleteRequest: gone }) => keyOf(put?.Item ?? gone?.Key)),
    }));
  const index = input.IndexName === undefined ? '' : `/index/${input.IndexName}`;
  const key = input.KeyConditionExpression === undefined ? keyOf(input.Key ?? input.Item) : queried(input);
  return [{ resource: `table/${input.TableName}${index}`, keys: [key] }];
};

/** `StringLike`: `*` is anything, `?` one character (IAM User Guide, "String condition operators"). */
const isLike = (patterns: readonly string[], key: string): boolean =>
  patterns.some(pattern =>
    new RegExp(`^${RegExp.escape(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`, 's').test(key),
  );

const holds = (keys: Allowed['keys'], asked: readonly string[]): boolean => {
  if (keys === undefined) return true;
  return 'like' in keys ? asked.every(key => isLike(keys.like, key)) : asked.every(key => !isLike(keys.not, key));
};

/** Whether one of some statements allows an action on something with these partition keys; its resources may end in `*`. */
export const allows = (
  statements: readonly Allowed[],
  action: string,
  resource: string,
  asked: readonly string[],
): boolean =>
  statements.some(
    ({ actions, resources, keys }) => actions.includes(action) && isLike(resources, resource) && holds(keys, asked),
  );

/** Has the client of a local database, whose tables bear the names in `core/tables.ts`, refuse what the running function's policy does not allow. */
export const police = (client: DynamoDBClient): void => {
  const grants = granted();
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      args => {
        const who = running.getStore();
        const action = `dynamodb:${commandName.replace(/Command$/, '')}`;
        for (const { resource, keys } of who === undefined ? [] : askedBy(args.input as Input)) {
          if (allows(grants[who?.name ?? ''] ?? [], action, resource, keys)) continue;
          const refusal = `${who?.name} is not authorized to perform ${action} on ${resource}: ${keys.join(', ')}`;
          who?.refused.push(refusal);
          throw Object.assign(new Error(refusal), { name: 'AccessDeniedException' });
        }
        return next(args);
      },
    { step: 'initialize', name: 'police' },
  );
};
