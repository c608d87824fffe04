import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../../core/findings/attribute.ts';
import { caseKey, contentItem, lifeItem, lifeNames } from '../../core/findings/case-item.ts';
import type { MemoryFindings } from '../../core/findings/memory.ts';
import { entityItem, windowItem } from '../../core/findings/window-item.ts';

/** Items as text, one a line, in an order of their own: what tests compare. */
const lines = (items: readonly object[]): readonly string[] =>
  items.map(item => JSON.stringify(canonical(item))).sort();

/** Members by name, bytes as base64, the members of sets in order. */
const canonical = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, name === 'SS' && Array.isArray(member) ? member.toSorted() : canonical(member)]),
  );
};

/** Everything a table holds. Only tests scan. */
export const scanned = async (
  client: DynamoDBClient,
  table: string,
): Promise<readonly Record<string, AttributeValue>[]> => {
  const found: Record<string, AttributeValue>[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    found.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return found;
};

export const tableItems = async (client: DynamoDBClient, table: string): Promise<readonly string[]> =>
  lines(await scanned(client, table));

const life: ReadonlySet<string> = new Set([...lifeNames, 'transitions', 'dropped']);
const content = (item: object): object => Object.fromEntries(Object.entries(item).filter(([name]) => !life.has(name)));

/** What fold wrote of everything a table holds, without what announcing and working on it add. */
export const storedLines = async (client: DynamoDBClient, table: string): Promise<readonly string[]> =>
  lines((await scanned(client, table)).map(content));

/** The same of findings in memory. */
export const contentLines = (findings: MemoryFindings): readonly string[] => lines(itemsOf(findings).map(content));

/** The items that findings in memory would be stored as. */
export const expectedItems = (findings: MemoryFindings): readonly string[] => lines(itemsOf(findings));

const itemsOf = (findings: MemoryFindings): readonly Attributes[] =>
  findings.stored().flatMap(({ case: stored, windows }): Attributes[] => [
    { ...caseKey(stored.content.id), ...contentItem(stored.content), ...lifeItem(stored.life) },
    ...windows.map(windowItem),
    ...windows.flatMap(({ entities, finding, bucket }) =>
      entities.members.map(entity => {
        const { detection, account, cluster } = stored.content;
        return entityItem({ entity, finding, bucket, detection, account, cluster });
      }),
    ),
  ]);
