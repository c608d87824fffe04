import { type DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { findingsTable, stateTable } from '../core/tables.ts';

/** Every resource of the stack begins with it, then the stage (`stacks/names.ts`; the app's name in `sst.config.ts`). */
const app = 'tripline-';

/** The tables of a deployed stage, by name. */
export interface StageTables {
  readonly findings: string;
  readonly state: string;
}

/** There is no such stage in the account and region. */
export class NoStage extends Error {
  override readonly name = 'NoStage';
}

/**
 * Finds a stage's tables among those of the client's account and region. Names are compared whole: `prod` is never taken for
 * `prod-eu`, nor a restored copy for the table.
 * @throws NoStage where a table of that stage is missing: the message says where it looked, and which stages are there
 */
export const stageTables = async (client: DynamoDBClient, stage: string): Promise<StageTables> => {
  const names = new Set<string>();
  for await (const page of paginateListTables({ client }, {}))
    for (const name of page.TableNames ?? []) names.add(name);
  const wanted = { findings: `${app}${stage}-${findingsTable.name}`, state: `${app}${stage}-${stateTable.name}` };
  const missing = Object.values(wanted).filter(name => !names.has(name));
  if (missing.length === 0) return wanted;
  const end = `-${findingsTable.name}`;
  const stages = [...names]
    .filter(name => name.startsWith(app) && name.endsWith(end) && name.length > app.length + end.length)
    .map(name => name.slice(app.length, -end.length))
    .sort();
  throw new NoStage(
    `no stage '${stage}' in ${await client.config.region()} of this account: no table ${missing.join(', ')}; ${
      stages.length === 0 ? 'no stage is deployed there' : `stages there: ${stages.join(', ')}`
    } (region and profile: AWS_REGION, AWS_PROFILE)`,
  );
};
