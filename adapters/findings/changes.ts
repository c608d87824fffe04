import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Finding } from '../../core/finding.ts';
import type { CaseLife } from '../../core/findings/case.ts';
import { caseKey, lifeItem } from '../../core/findings/case-item.ts';
import { type Change, changed, settled } from '../../core/findings/life.ts';
import { assign, toItem } from '../dynamodb.ts';
import { readCase } from './read.ts';
import type { FindingsTable } from './table.ts';
import { differing, goneNames, namesOf, removing, write } from './write.ts';

/** Captures that a case is linked to. */
const mostCaptures = 50;

type Changes = Pick<FindingsTable, 'recordTransition' | 'clearDue' | 'work' | 'settle' | 'addCapture' | 'wake'>;

/** Who resolves saw every event; who silences saw how grave it is. */
const asReadFor: { readonly [A in Change['act']]?: 'events' | 'severity' } = {
  resolve: 'events',
  suppress: 'severity',
};

/** What people, the announcer, the sweep and evidence write on a case, each while what it changes is as it was read. */
export const changing = (client: DynamoDBClient, table: string): Changes => {
  /**
   * Changes a case's life while it is as it was read.
   * @param asRead what else must be as it was: its events; or its severity alone, which says whether it may be silenced
   */
  const rewrite = async (
    finding: Finding,
    change: (life: CaseLife) => CaseLife,
    asRead?: 'events' | 'severity',
  ): Promise<'set' | 'changed'> => {
    const stored = await readCase(client, table, finding.id);
    if (stored === undefined) return 'changed';
    const { life } = stored;
    if (life.status !== finding.status || life.acts !== (finding.acts ?? 0)) return 'changed';
    const next = change(life);
    // Marks go one by one: those that the announcer adds at the same time stay.
    const marks = life.transitions.filter(mark => !next.transitions.includes(mark));
    const after = lifeItem({ ...next, transitions: life.transitions });
    const before = lifeItem(life);
    const { expression, names, values } = assign(differing(before, after));
    const gone = goneNames(before, after);
    const conditions = [
      '#status = :wasStatus',
      life.acts === 0 ? 'attribute_not_exists(#acts)' : '#acts = :wasActs',
      ...(asRead === 'events' ? ['#revision = :was'] : []),
      ...(asRead === 'severity' ? ['#severity = :was'] : []),
    ];
    const set = await write(
      client,
      new UpdateItemCommand({
        TableName: table,
        Key: toItem(caseKey(finding.id)),
        UpdateExpression: `SET ${expression}${removing(gone)}${marks.length === 0 ? '' : ' DELETE #marks :marks'}`,
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: {
          ...names,
          ...namesOf(gone),
          ...(marks.length === 0 ? {} : { '#marks': 'transitions' }),
          '#status': 'status',
          '#acts': 'acts',
          ...(asRead === 'events' ? { '#revision': 'revision' } : {}),
          ...(asRead === 'severity' ? { '#severity': 'severity' } : {}),
        },
        ExpressionAttributeValues: {
          ...values,
          ...(marks.length === 0 ? {} : { ':marks': { SS: marks } }),
          ':wasStatus': { S: life.status },
          ...(life.acts === 0 ? {} : { ':wasActs': { N: String(life.acts) } }),
          ...(asRead === 'events' ? { ':was': { S: finding.revision ?? '' } } : {}),
          ...(asRead === 'severity' ? { ':was': { S: finding.severity } } : {}),
        },
      }),
    );
    return set ? 'set' : 'changed';
  };

  return {
    recordTransition: async (id, transition, covers = []) => {
      const recorded = await write(
        client,
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: 'ADD transitions :marks',
          ConditionExpression: 'attribute_exists(pk) AND NOT contains(transitions, :transition)',
          ExpressionAttributeValues: {
            ':marks': { SS: [...new Set([transition, ...covers])] },
            ':transition': { S: transition },
          },
        }),
      );
      return recorded ? 'recorded' : 'already';
    },

    clearDue: async finding => {
      if (finding.due === undefined) return 'cleared';
      const cleared = await write(
        client,
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(finding.id)),
          UpdateExpression: 'REMOVE due, owed',
          ConditionExpression: 'due = :due AND revision = :was AND #status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':due': { N: String(finding.due) },
            ':was': { S: finding.revision ?? '' },
            ':status': { S: finding.status },
          },
        }),
      );
      return cleared ? 'cleared' : 'changed';
    },

    work: async (finding, change, by) =>
      rewrite(finding, life => changed(life, finding, change, by), asReadFor[change.act]),

    settle: async (finding, by) => rewrite(finding, life => settled(life, finding, by), 'events'),

    addCapture: async (id, address) => {
      await write(
        client,
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: 'ADD captures :address',
          ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(captures) OR size(captures) < :most)',
          ExpressionAttributeValues: { ':address': { SS: [address] }, ':most': { N: String(mostCaptures) } },
        }),
      );
    },

    wake: async (id, now) => {
      await write(
        client,
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: 'SET due = :now, owed = :due',
          ConditionExpression: 'attribute_not_exists(due) AND #status = :open',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':now': { N: String(now) }, ':due': { S: 'due' }, ':open': { S: 'open' } },
        }),
      );
    },
  };
};
