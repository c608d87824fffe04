import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { isCanary } from '../../core/canary.ts';
import type { Window } from '../../core/finding.ts';
import { findingOf, type StoredCase } from '../../core/findings/case.ts';
import { caseKey, parseCase } from '../../core/findings/case-item.ts';
import { windowOf } from '../../core/findings/window.ts';
import { parseWindow } from '../../core/findings/window-item.ts';
import { fromItem, getAll } from '../dynamodb.ts';
import type { FindingsTable } from './table.ts';

/** A case as it is stored, read consistently; undefined where there is none. */
export const readCase = async (client: DynamoDBClient, table: string, id: string): Promise<StoredCase | undefined> =>
  (await getAll(client, table, [caseKey(id)])).map(parseCase).find(found => found !== undefined);

/** Windows that are read of a case unless told: of a canary's, which is said 48 times a day and says nothing by its older days, the newest. */
const mostOf = (detection: string): number => (isCanary(detection) ? 1 : 48);

/** What is read of findings by their ids. */
export const reading = (client: DynamoDBClient, table: string): Pick<FindingsTable, 'read' | 'cases'> => ({
  read: async (id, asked) => {
    const stored = await readCase(client, table, id);
    if (stored === undefined) return undefined;
    const limit = asked ?? mostOf(stored.content.detection);
    const windows: Window[] = [];
    let from: Record<string, AttributeValue> | undefined;
    do {
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :id AND begins_with(sk, :window)',
          ExpressionAttributeValues: { ':id': { S: id }, ':window': { S: 'w#' } },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit - windows.length,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      windows.push(...(answer.Items ?? []).flatMap(item => parseWindow(fromItem(item)) ?? []).map(windowOf));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined && windows.length < limit);
    return { finding: findingOf(stored), windows };
  },
  cases: async ids =>
    (await getAll(client, table, [...new Set(ids)].map(caseKey)))
      .flatMap(item => parseCase(item) ?? [])
      .map(findingOf)
      .sort((a, b) => b.last - a.last || (a.id < b.id ? -1 : 1)),
});
