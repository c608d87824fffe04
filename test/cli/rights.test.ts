import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { createTables, type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { main } from '../../cli/tripline.ts';
import { nameLearned } from '../../core/state/learned.ts';
import { match } from '../announce/tables.ts';
import type { Allowed } from '../grants.ts';
import { allows, askedBy } from '../policed.ts';
import { terminal } from './terminal.ts';

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly 'ForAllValues:StringLike'?: { readonly 'dynamodb:LeadingKeys': readonly string[] } };
}

/** The policy of docs/responding.md, by its statements' names. */
const page = readFileSync(new URL('../../docs/responding.md', import.meta.url), 'utf8');
const policy: { readonly Statement: readonly Statement[] } = JSON.parse(
  /## Who may do what\n[\s\S]*?```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '',
);
const statement = ({ Action, Resource, Condition }: Statement): Allowed => {
  const like = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
  return {
    actions: [Action].flat(),
    resources: [Resource].flat().map(arn => arn.replace(/^arn:.*:table\//, 'table/').replace('STAGE', 'prod')),
    ...(like === undefined ? {} : { keys: { like } }),
  };
};
const statements = new Map(policy.Statement.map(one => [one.Sid, statement(one)]));

let local: LocalDynamoDB;
let guard: Server;
let rights: readonly Allowed[] = [];
const account = '111122223333';
const reader = `arn:aws:iam::${account}:role/reader`;
let ids: readonly string[];

beforeAll(async () => {
  local = await localDynamoDB();
  await createTables(local.client, 'tripline-prod-');
  guard = createServer(async (request, response) => {
    const body = await request.reduce((all: string, some: string) => all + some, '');
    const action = `dynamodb:${String(request.headers['x-amz-target']).split('.')[1]}`;
    const asked = action === 'dynamodb:ListTables' ? [{ resource: '*', keys: [] }] : askedBy(JSON.parse(body));
    if (!asked.every(({ resource, keys }) => allows(rights, action, resource, keys))) {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(
        JSON.stringify({
          __type: 'com.amazonaws.dynamodb#AccessDeniedException',
          message: `User: arn:aws:iam::${account}:user/x is not authorized to perform: ${action}`,
        }),
      );
      return;
    }
    const { host: _, connection: _1, ...headers } = request.headers;
    const answer = await fetch(local.endpoint, { method: 'POST', headers: headers as Record<string, string>, body });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>(ready => guard.listen(0, '127.0.0.1', ready));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(guard.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  guard.close();
  await local.close();
});

beforeEach(async () => {
  const findings = findingsTable(local.client, 'tripline-prod-findings');
  await findings.fold([match(0, {}, `open-${Math.random()}`)], Date.now());
  ids = (await findings.list({})).items.map(({ id }) => id);
});

const run = async (
  words: string,
  sids: readonly string[],
): Promise<{ readonly code: number; readonly err: string }> => {
  rights = sids.flatMap(sid => statements.get(sid) ?? []);
  const { io, written } = terminal();
  const argv = words.split(' ').map(word => word.replace('ID', ids[0] ?? '').replaceAll('_', ' '));
  const code = await main([...argv, '--stage', 'prod'], io);
  return { code, err: written.err };
};

const look = ['Find', 'Read', 'Look'];
const pattern = '{"finding":{"detection":["cloudtrail/launch-burst"]}}';

describe('the policy of docs/responding.md', () => {
  test.each([
    'findings',
    'findings --status resolved --since 9999h',
    'findings --principal arn:aws:iam::111122223333:user/mallory --json',
    'findings --ocsf',
    'findings show ID',
    'findings about resource i-0aaaabbbbccccdddd',
    'report --json',
    `learned --json --account ${account}`,
    'detections --json',
    `entity i-0aaaabbbbccccdddd --account ${account}`,
    `usage --role * --account ${account}`,
    'suppress list',
    `suppress --when ${pattern} --preview`,
  ])('lets whoever looks: %s', async words => {
    expect((await run(words, look)).err).not.toContain('not authorized to perform');
    expect((await run(words, ['Find', 'Read'])).err).toContain('not authorized to perform');
  });

  test.each([
    ['Work', 'findings ack ID'],
    ['Work', 'findings resolve ID --as benign'],
    ['Work', 'findings assign ID --to bob'],
    ['Work', 'findings note ID --note seen'],
    ['Work', 'findings judge ID --as benign'],
    ['Work', 'findings suppress ID --for 24h --note known'],
    ['Silence', `suppress --when ${pattern} --reason a_yearly_load_test_of_ours --owner platform --for 30d`],
  ])('%s lets: %s', async (sid, words) => {
    expect(await run(words, look)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not authorized to perform'),
    });
    expect(await run(words, [...look, sid])).toMatchObject({ code: 0, err: '' });
  });

  test('Silence takes a suppression back', async () => {
    const [one] = await suppressionsTable(local.client, 'tripline-prod-findings').list();
    const words = `suppress revoke ${one?.id}`;
    expect((await run(words, [...look, 'Work', 'Unlearn'])).err).toContain('not authorized to perform');
    expect(await run(words, [...look, 'Silence'])).toMatchObject({ code: 0 });
  });

  test('Unlearn takes back what was learned', async () => {
    const name = { kind: 'reader', subject: reader, scope: `reader#${reader}` } as const;
    await dynamoStore(local.client, 'tripline-prod-state').observe([nameLearned(account, name, Date.now())]);
    const words = `learned revoke ${reader} --account ${account}`;
    expect((await run(words, [...look, 'Work', 'Silence'])).err).toContain('not authorized to perform');
    expect(await run(words, [...look, 'Unlearn'])).toMatchObject({ code: 0 });
  });

  test('Work opens again what it resolved', async () => {
    const [id] = ids;
    expect(await run(`findings resolve ${id} --as benign`, [...look, 'Work'])).toMatchObject({ code: 0 });
    expect((await run(`findings reopen ${id}`, look)).err).toContain('not authorized to perform');
    expect(await run(`findings reopen ${id}`, [...look, 'Work'])).toMatchObject({ code: 0, err: '' });
  });

  test('Find names the stage', async () => {
    expect((await run('findings', ['Read', 'Look'])).err).toContain('not authorized to perform: dynamodb:ListTables');
  });

  test('where a right is missing, says where rights are described', async () => {
    expect((await run('findings', ['Find'])).err).toBe(
      `tripline findings: User: arn:aws:iam::${account}:user/x is not authorized to perform: dynamodb:Query (docs/responding.md has a policy, "Who may do what")\n`,
    );
  });
});
