import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../../core/findings/items.ts';
import { caseKey, contentItem, entityItem, lifeItem, windowItem } from '../../core/findings/items.ts';
import type { MemoryFindings } from '../../core/findings/memory.ts';

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
export const tableItems = async (client: DynamoDBClient, table: string): Promise<readonly string[]> => {
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
  return lines(found);
};

/** The items that findings in memory would be stored as. */
export const expectedItems = (findings: MemoryFindings): readonly string[] =>
  lines(
    findings.stored().flatMap(({ case: { content, life }, windows }): Attributes[] => [
      { ...caseKey(content.id), ...contentItem(content), ...lifeItem(life) },
      ...windows.map(windowItem),
      ...windows.flatMap(({ entities, finding, bucket }) =>
        entities.members.map(entity => {
          const { detection, account, cluster } = content;
          return entityItem({ entity, finding, bucket, detection, account, cluster });
        }),
      ),
    ]),
  );
