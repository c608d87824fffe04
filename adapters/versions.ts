import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Event } from '../core/event.ts';
import { isObject, type Json, type JsonObject, member } from '../core/json.ts';
import { addressOf, type Version } from '../core/kubernetes/reading.ts';
import { retentionDays, rows } from '../core/tables.ts';
import { pause, tries } from './dynamodb.ts';

/** Versions kept of one object: with 32 KB each its item stays below DynamoDB's 400 KB. */
const most = 6;

/** Which object: the same for every write of it. */
export const objectKey = (event: Event<'kubernetes'>): string => {
  const { group, resource, namespace = '', name } = addressOf(event);
  return `${rows.object}${event.account}#${event.cluster}#${resource}.${group}#${namespace}/${name}`;
};

/**
 * Objects as they were read, in the state table: `pk` = `object#<account>#<cluster>#<resource.group>#<namespace>/<name>`,
 * `versions` = a list of `{at, body}`, the newest six. Conditional writes: of two readers none forgets what the other saw.
 */
export interface Versions {
  /** What was read of an object before, oldest first. */
  of(key: string): Promise<readonly Version[]>;
  /** Keeps a version unless it says the same as the newest. */
  keep(key: string, version: Version): Promise<void>;
}

/** The versions in a table of state. @param table its name */
export const versionsTable = (client: DynamoDBClient, table: string): Versions => {
  const read = async (key: string): Promise<{ readonly versions: readonly Version[]; readonly revision: number }> => {
    const { Item: item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: key } }, ConsistentRead: true }),
    );
    return {
      revision: Number(item?.['revision']?.N ?? 0),
      versions: (item?.['versions']?.L ?? []).flatMap(({ M: one }): readonly Version[] => {
        const object: Json = JSON.parse(one?.['body']?.S ?? 'null');
        return isObject(object) ? [{ at: Number(one?.['at']?.N ?? 0), object }] : [];
      }),
    };
  };
  return {
    of: async key => (await read(key)).versions,
    keep: async (key, version) => {
      for (let attempt = 0; attempt < tries; attempt++) {
        if (attempt > 0) await pause(attempt);
        const { versions, revision } = await read(key);
        const newest = versions.at(-1);
        if (newest !== undefined && said(newest.object) === said(version.object)) return;
        const kept = [...versions, version].toSorted((a, b) => a.at - b.at).slice(-most);
        try {
          await client.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { pk: { S: key } },
              UpdateExpression: 'SET #versions = :versions, #revision = :next, #expires = :expires',
              ConditionExpression: revision === 0 ? 'attribute_not_exists(pk)' : '#revision = :was',
              ExpressionAttributeNames: { '#versions': 'versions', '#revision': 'revision', '#expires': 'expires' },
              ExpressionAttributeValues: {
                ':versions': {
                  L: kept.map(({ at, object }) => ({
                    M: { at: { N: String(at) }, body: { S: JSON.stringify(object) } },
                  })),
                },
                ':next': { N: String(revision + 1) },
                ':expires': { N: String(Math.floor(version.at / 1000) + retentionDays * 86_400) },
                ...(revision === 0 ? {} : { ':was': { N: String(revision) } }),
              },
            }),
          );
          return;
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }
      throw new Error(
        `table ${table}: the versions of an object changed under ${tries} tries to write them: try again`,
      );
    },
  };
};

/** What a version says, whichever number the API server gave it: a write of the status alone raises that too. */
const said = (object: JsonObject): string => {
  const { resourceVersion: _, ...metadata } = isObject(object['metadata']) ? object['metadata'] : {};
  return JSON.stringify({ ...object, metadata, spec: member(object, 'spec') });
};
