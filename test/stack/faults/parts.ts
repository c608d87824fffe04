import { lambda, queue, rule, table } from '../kinds.ts';
import { full } from '../synthesis.ts';
import { changed, type Fault, plus, without } from './planting.ts';

/** Parts that are not as they should be. */
export const parts: readonly Fault[] = [
  [
    'every log group forgets',
    'a log group',
    () => changed('aws:cloudwatch/logGroup:LogGroup', without('retentionInDays')),
  ],
  [
    'every pattern fits its quota and is one that AWS takes',
    'too long',
    () => changed(rule, plus({ eventPattern: JSON.stringify({ source: ['x'.repeat(2_048)] }) })),
  ],
  [
    'every pattern fits its quota and is one that AWS takes',
    'a field beside and inside $or',
    () => changed(rule, plus({ eventPattern: '{"a":["1"],"$or":[{"a":["2"]},{"b":["3"]}]}' })),
  ],
  [
    'the tables are those of core/tables.ts',
    'an index',
    () => changed(table, without('globalSecondaryIndexes'), 'Findings'),
  ],
  [
    'the tables are those of core/tables.ts',
    'no hub table',
    () => full.resources.filter(({ type, name }) => !(type === table && name === 'HubTable')),
  ],
  ['the tables are those of core/tables.ts', 'no recovery', () => changed(table, without('pointInTimeRecovery'))],
  [
    'a bucket that outlives its stage stays private, and forgets',
    'a lifecycle that goes',
    () => full.resources.filter(({ type, name }) => !(type === 'tripline:kept' && name === 'QuarantineForgets')),
  ],
  ["everything carries the stage's name", 'a queue', () => changed(queue, plus({ name: 'events' }))],
  ['functions run on nodejs24.x, arm64', 'x86', () => changed(lambda, plus({ architectures: ['x86_64'] }))],
];
