import { findingsTable, rows, stateTable, suppressionsKey, type Table } from '../core/tables.ts';
import { bucket } from './bucket.ts';
import type { Grant } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';

export interface Storage {
  readonly findings: aws.dynamodb.Table;
  readonly state: aws.dynamodb.Table;
  readonly quarantine: aws.s3.Bucket;
}

/** Days that records which could not be read are kept. */
const quarantineDays = 90;

/** The two tables, and the bucket for what could not be read. */
export const storage = (key: Key): Storage => ({
  findings: table(findingsTable, key),
  state: table(stateTable, key),
  quarantine: bucket({ name: 'Quarantine', key, days: quarantineDays }),
});

/** A table as `core/tables.ts` describes it. */
export const table = (schema: Table, key: Key): aws.dynamodb.Table =>
  new aws.dynamodb.Table(
    logical(`${schema.name} table`),
    {
      name: named(schema.name),
      billingMode: 'PAY_PER_REQUEST',
      attributes: Object.entries(schema.attributes).map(([name, type]) => ({ name, type })),
      hashKey: schema.key.hash,
      ...(schema.key.range === undefined ? {} : { rangeKey: schema.key.range }),
      globalSecondaryIndexes: schema.indexes.map(({ name, hash, range, projection }) => ({
        name,
        hashKey: hash,
        rangeKey: range,
        projectionType: projection,
      })),
      ttl: { attributeName: schema.ttl, enabled: true },
      ...(schema.stream === undefined ? {} : { streamEnabled: true, streamViewType: schema.stream }),
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: $app.protect ?? false,
      serverSideEncryption: { enabled: true, kmsKeyArn: key.arn },
    },
    { protect: $app.protect ?? false },
  );

/** What a function that detects may do: remember, fold, set aside. */
export const detects = (storage: Storage): readonly Grant[] => [
  ...folds(storage),
  { actions: ['s3:PutObject'], resources: [$interpolate`${storage.quarantine.arn}/*`] },
];

/** What a function may do that judges without reading records: remember and fold, under the suppressions that people made. */
export const folds = (storage: Storage): readonly Grant[] => [
  writesFindings(storage),
  { actions: ['dynamodb:Query'], resources: [storage.findings.arn], keys: { like: [suppressionsKey] } },
  remembers(storage),
];

/** Findings and who took part in them. No function that reads what others write may silence a finding: suppressions are not its own. */
export const writesFindings = ({ findings }: Storage): Grant => ({
  actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:UpdateItem'],
  resources: [findings.arn],
  keys: { not: [suppressionsKey] },
});

/** State, of whatever rule. */
export const remembers = ({ state }: Storage): Grant => ({
  actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:UpdateItem'],
  resources: [state.arn],
});

/**
 * What was said, in the state table: who says something may touch nothing else there.
 * @param where how the names of its own rows begin; absent: it says things on many channels
 */
export const says = ({ state }: Storage, where = ''): Grant => ({
  actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
  resources: [state.arn],
  keys: { like: [`${rows.said}${where}*`] },
});

/** A finding is named by sixteen hex characters, and no other partition key that matters has so many. */
export const findingKeys = { like: ['?'.repeat(16)] };

/** Where the handlers find things. */
export const environment = ({ findings, state, quarantine: bucket }: Storage) => ({
  FINDINGS_TABLE: findings.name,
  STATE_TABLE: state.name,
  QUARANTINE_BUCKET: bucket.bucket,
});
