import { ConditionalCheckFailedException, type DynamoDBClient, type UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../../core/findings/attribute.ts';
import { lifeNames } from '../../core/findings/case-item.ts';

/** Makes a conditional write; false where the condition does not hold (any more). */
export const write = async (client: DynamoDBClient, command: UpdateItemCommand): Promise<boolean> => {
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
};

/** Attributes that a change sets: those that it leaves as they are stay out of the write. */
export const differing = (before: Attributes, after: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)),
  );

/** Attributes of a life that a change takes away. */
export const goneNames = (before: Attributes, after: Attributes): readonly string[] =>
  lifeNames.filter(name => name in before && !(name in after));

/** As the end of an update expression, `#name` for each name. */
export const removing = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` REMOVE ${names.map(name => `#${name}`).join(', ')}`;

/** The names that {@link removing} uses. */
export const namesOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [`#${name}`, name]));
