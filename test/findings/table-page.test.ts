import { readFileSync } from 'node:fs';
import { type AttributeValue, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { findingId } from '../../core/findings/identity.ts';
import { match, noon } from './matches.ts';

const page = readFileSync(new URL('../../docs/table.md', import.meta.url), 'utf8');
/** The commands of the page on one line each, under the heading they stand below. */
const commands = page
  .split(/^### /m)
  .slice(1)
  .flatMap(section => {
    const command = section.match(/^ {4}aws dynamodb (?:[^\n]*\\\n)*[^\n]*/m)?.[0];
    return command === undefined
      ? []
      : [[section.slice(0, section.indexOf('\n')), command.replace(/\\\n\s*/g, '')] as const];
  });

/** The value after an option, without the shell's quotes. */
const option = (command: string, name: string): string | undefined =>
  command
    .match(new RegExp(`--${name} (?:'([^']*)'|(\\S+))`))
    ?.slice(1)
    .find(value => value !== undefined);
const json = <T>(command: string, name: string): T | undefined => {
  const value = option(command, name);
  return value === undefined ? undefined : JSON.parse(value);
};

describe('docs/table.md', () => {
  let database: LocalDynamoDB;
  beforeAll(async () => {
    database = await localDynamoDB();
    await findingsTable(database.client, database.tables.findings).fold([match()], noon);
  });
  afterAll(() => database.close());

  it('shows a command for each way in, none of which scans', () => {
    expect(commands.length).toBe(page.split(/^### /m).length - 1);
    expect(page).not.toMatch(/dynamodb scan/);
  });
  it.each(commands)('%s: the command finds the finding', async (_, shown) => {
    const command = shown.replaceAll('0123456789abcdef', findingId(match()));
    const names = json<Record<string, string>>(command, 'expression-attribute-names');
    const filter = option(command, 'filter-expression');
    const index = option(command, 'index-name');
    if (command.includes('get-item')) {
      const key = json<Record<string, AttributeValue>>(command, 'key') ?? {};
      const { Item: item } = await database.client.send(
        new GetItemCommand({ TableName: database.tables.findings, Key: key }),
      );
      expect(item).toBeDefined();
      return;
    }
    const { Items: items } = await database.client.send(
      new QueryCommand({
        TableName: database.tables.findings,
        KeyConditionExpression: option(command, 'key-condition-expression'),
        ExpressionAttributeValues: json<Record<string, AttributeValue>>(command, 'expression-attribute-values'),
        ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
        ...(filter === undefined ? {} : { FilterExpression: filter }),
        ...(index === undefined ? {} : { IndexName: index }),
      }),
    );
    expect(items?.length).toBeGreaterThan(0);
    expect(JSON.stringify(items)).toContain(findingId(match()));
  });
});
