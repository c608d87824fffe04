import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { createTables, type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { stageTables } from '../../adapters/stage-tables.ts';
import { main } from '../../cli/tripline.ts';
import { findingId } from '../../core/findings/identity.ts';
import { match } from '../announce/tables.ts';
import { terminal } from './terminal.ts';

const run = async (...argv: string[]) => {
  const { io, written } = terminal();
  return { code: await main(argv, io), ...written };
};

describe('a deployed stage', () => {
  let local: LocalDynamoDB;
  beforeAll(async () => {
    local = await localDynamoDB();
    for (const stage of ['prod', 'prod-eu']) await createTables(local.client, `tripline-${stage}-`);
    await findingsTable(local.client, 'tripline-prod-findings').fold([match(0, {}, 'ours')], Date.now());
    await findingsTable(local.client, 'tripline-prod-eu-findings').fold([match(0, {}, 'theirs')], Date.now());
    vi.stubEnv('AWS_ENDPOINT_URL', local.endpoint);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await local.close();
  });

  test.each([
    ['prod', 'ours'],
    ['prod-eu', 'theirs'],
  ])('%s is found by its name, and no other', async (stage, of) => {
    const { code, out, err } = await run('findings', '--stage', stage, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(
      out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).id),
    ).toEqual([findingId(match(0, {}, of))]);
  });

  test.each([
    ['report', '--json'],
    ['suppress', 'list'],
    ['learned', '--json', '--account', '111122223333'],
    ['detections', '--json'],
  ])('serves tripline %s', async (...argv) => {
    expect(await run(...argv, '--stage', 'prod')).toMatchObject({ code: 0, err: '' });
  });

  test.each(['learned', 'entity i-0aaaabbbbccccdddd'])('is not asked for %s of no account', async what => {
    const { code, err } = await run(...what.split(' '), '--stage', 'prod');
    expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining('say --account ID')]);
  });

  test('that is not there is said, with those that are', async () => {
    const { code, err } = await run('findings', '--stage', 'dev');
    expect(code).not.toBe(0);
    expect(err).toContain("no stage 'dev' in eu-west-1");
    expect(err).toContain('stages there: prod, prod-eu');
    expect(err).toContain("; the settings' home is us-east-1");
  });

  test('is looked for at home where no region is said', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    const { code, err } = await run('findings', '--stage', 'dev');
    expect([code, err]).toEqual([2, expect.stringMatching(/no stage 'dev' in us-east-1 .*AWS_PROFILE\)\n$/)]);
    expect((await run('findings', '--stage', 'prod')).code).toBe(0);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
  });

  test('and a table are not said together', async () => {
    const { code, err } = await run('findings', '--stage', 'prod', '--table', 'findings');
    expect(code).toBe(2);
    expect(err).toContain('say one of --table and --stage');
  });
});

describe('the names of tables', () => {
  test('are read to the last page', async () => {
    const client = new DynamoDBClient({ region: 'eu-west-1' });
    mockClient(client)
      .on(ListTablesCommand)
      .resolves({ TableNames: ['other', 'tripline-prod-findings'], LastEvaluatedTableName: 'tripline-prod-findings' })
      .on(ListTablesCommand, { ExclusiveStartTableName: 'tripline-prod-findings' })
      .resolves({ TableNames: ['tripline-prod-state'] });
    expect(await stageTables(client, 'prod')).toEqual({
      findings: 'tripline-prod-findings',
      state: 'tripline-prod-state',
    });
  });
});
