import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type FindingsTable, findingsTable } from '../adapters/findings/table.ts';
import { holdsDatabase } from '../adapters/local-folder.ts';
import { NoStage, stageTables } from '../adapters/stage-tables.ts';
import { dynamoStore } from '../adapters/state-table.ts';
import { type Suppressions, suppressionsTable } from '../adapters/suppressions.ts';
import type { Store } from '../core/state/observation.ts';
import { UsageError } from './io.ts';
import { loadSettings } from './settings.ts';

/** Where `npm start` keeps its database. */
export const localPath = '.tripline/database';

/** The findings of a database: the local one, or a table in an account or an emulator (the SDK's usual chain). */
export interface Database {
  readonly findings: FindingsTable;
  readonly suppressions: Suppressions;
  /** What detections remember. In AWS its table is named as that of findings is, ending in `state`. */
  readonly store: Store;
  close(): Promise<void>;
}

/** Flags that say which database. */
export const databaseOptions = {
  database: { type: 'string' },
  table: { type: 'string' },
  stage: { type: 'string' },
} as const;

/** {@link databaseOptions} as the `usage` of a command says them. */
export const databaseUsage = `  --database DIR   a local database (default .tripline/database)
  --stage NAME     a deployed stage. Region and credentials are those of the AWS SDK (profile, AWS_ENDPOINT_URL); if no region is
                   set, the settings' home region
  --table NAME     a DynamoDB table of findings, likewise; its state table has the same name, ending in 'state'`;

type Where = { readonly [flag in keyof typeof databaseOptions]?: string | undefined };

/** Whether the flags mean a database on this machine. */
export const isLocal = ({ table, stage }: Where): boolean => table === undefined && stage === undefined;

/** The region that the SDK's usual chain has; of a stage, where it has none, the one that the settings call home. */
const clientOf = async (isOfStage: boolean): Promise<DynamoDBClient> => {
  const client = new DynamoDBClient({});
  const region = await client.config.region().catch(() => undefined);
  if (region !== undefined || !isOfStage) return client;
  client.destroy();
  return new DynamoDBClient({ region: (await loadSettings()).home });
};

/** A stage stands where the settings say that it does: whoever looks elsewhere is told. */
const elsewhere = async (error: unknown, client: DynamoDBClient): Promise<unknown> => {
  if (!(error instanceof NoStage)) return error;
  const home = await loadSettings().then(
    settings => settings.home,
    () => undefined,
  );
  if (home === undefined || home === (await client.config.region())) return error;
  return new Error(`${error.message}; the settings' home is ${home}`, { cause: error });
};

const inAws = async ({ table, stage = '' }: Where): Promise<Database> => {
  const client = await clientOf(table === undefined);
  try {
    const names =
      table === undefined
        ? await stageTables(client, stage)
        : { findings: table, state: table.replace(/findings$/, 'state') };
    return {
      findings: findingsTable(client, names.findings),
      suppressions: suppressionsTable(client, names.findings),
      store: dynamoStore(client, names.state),
      close: async () => client.destroy(),
    };
  } catch (error) {
    const told = await elsewhere(error, client);
    client.destroy();
    throw told;
  }
};

/**
 * Opens the findings: one of a folder, a stage or a table; none said: `.tripline/database`.
 * @throws UsageError where several are said; Error where there is no local database, it is in use, or the stage is not there
 */
export const openDatabase = async (where: Where): Promise<Database> => {
  const said = Object.keys(databaseOptions).filter(flag => where[flag as keyof Where] !== undefined);
  if (said.length > 1) throw new UsageError(`say one of ${said.map(flag => `--${flag}`).join(' and ')}`);
  if (!isLocal(where)) return inAws(where);
  const path = where.database ?? localPath;
  if (!holdsDatabase(path))
    throw new Error(`there is no database at ${path}: run 'npm start' first, or say --stage NAME for one in AWS`);
  const { localDynamoDB } = await import('../adapters/local-dynamodb.ts');
  const local = await localDynamoDB(path);
  return {
    findings: findingsTable(local.client, local.tables.findings),
    suppressions: suppressionsTable(local.client, local.tables.findings),
    store: dynamoStore(local.client, local.tables.state),
    close: () => local.close(),
  };
};
