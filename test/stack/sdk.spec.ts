import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { call } from '../../core/cloudtrail/example.ts';
import type { Event } from '../../core/event.ts';
import { changed, ofLambda } from '../../stacks/sdk.mjs';
import { kept } from './bundle.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'tripline-sdk-'));
const { folder: cloudtrail, metafile } = kept(root, 'functions/cloudtrail');
let database: LocalDynamoDB;
beforeAll(async () => {
  database = await localDynamoDB();
  // What a developer's machine has, and a function must not ask for.
  mkdirSync(join(folder, '.aws'));
  writeFileSync(
    join(folder, '.aws/credentials'),
    '[default]\naws_access_key_id = local\naws_secret_access_key = local\n',
  );
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** What Lambda sets, by the Lambda Developer Guide, "Defined runtime environment variables". */
const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_SESSION_TOKEN: 'local' };

/** Starts the bundled function in a process of its own, as Lambda does, with one message. */
const start = async (
  { id, account, region, time, record }: Event<'cloudtrail'>,
  env: Record<string, string>,
): Promise<{ readonly failures: unknown; readonly said: string }> => {
  const at = new Date(time).toISOString();
  const envelope = { version: '0', id, account, region, detail: record, resources: [], time: at };
  const body = JSON.stringify({ ...envelope, 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.sts' });
  const queued = JSON.stringify({ Records: [{ messageId: 'one', body }] });
  const script = join(folder, 'start.mjs');
  writeFileSync(
    script,
    `import { createRequire } from 'node:module';
    import { handler } from ${JSON.stringify(join(cloudtrail, 'bundle.mjs'))};
    const { batchItemFailures: failures } = await handler(${queued}, { awsRequestId: 'test' });
    const { collators } = globalThis;
    const { internalBinding } = createRequire(import.meta.url)('internal/test/binding');
    const anew = [...internalBinding('builtins').getCacheUsage().compiledWithoutCache];
    console.error(JSON.stringify({ failures, collators, anew }));
    process.exit(0);`,
  );
  const counting = join(folder, 'counting.cjs');
  writeFileSync(
    counting,
    `globalThis.collators = 0;
    Intl.Collator = class extends Intl.Collator { constructor(...given) { super(...given); globalThis.collators++; } };`,
  );
  const child = spawn(process.execPath, ['--expose-internals', '--no-warnings', '--require', counting, script], {
    env: {
      HOME: folder,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      FINDINGS_TABLE: database.tables.findings,
      STATE_TABLE: database.tables.state,
      ...env,
    },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', chunk => (output[stream] += chunk));
  const code = await new Promise(resolve => child.on('close', resolve));
  if (code !== 0) throw new Error(output.stderr);
  const { failures, collators, anew } = JSON.parse(output.stderr);
  expect(collators).toBe(0); // ICU's rules take about 10 ms to load
  expect(anew).toEqual([]); // of Node's own modules, where a flag of V8 was set before: 14 ms for `node:https`
  return { failures, said: output.stdout };
};

describe('the AWS SDK in a function', () => {
  it('has everything that is changed of it', () => {
    expect(changed.filter(path => !existsSync(join(root, 'node_modules', path)))).toEqual([]);
    expect(changed.filter(path => !(`node_modules/${path}` in metafile.inputs))).toEqual([]);
  });

  it('brings no way to credentials but the environment', () => {
    const inputs = Object.keys(metafile.inputs).filter(path => path.startsWith('node_modules/'));
    expect(inputs.filter(path => path.includes('credential-provider-env'))).not.toEqual([]);
    const ways = /credential-provider-(?!env\b|node\b)|nested-clients|token-providers|bowser/;
    expect(inputs.filter(path => ways.test(path))).toEqual([]);
  });

  it('loads none of it at the start, nor of Node but what `require` is made with', () => {
    const script = join(folder, 'import.mjs');
    writeFileSync(
      script,
      `const before = new Set(process.moduleLoadList);
      await import(${JSON.stringify(join(cloudtrail, 'bundle.mjs'))});
      console.log(JSON.stringify(process.moduleLoadList.filter(name => !before.has(name) && /^NativeModule (?!internal)/.test(name))));`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [script], {
      encoding: 'utf8',
      env: { HOME: folder, FINDINGS_TABLE: 'findings', STATE_TABLE: 'state' },
    });
    expect([stdout, stderr]).toEqual(['["NativeModule module"]\n', '']);
  });

  it('stores a finding by the credentials of its environment, of a rule with a regular expression', async () => {
    const event = call('sts', 'AssumeRole', {
      requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/deploy', roleSessionName: 'i-0123456789abcdef0' },
    });
    expect((await start(event, credentials)).failures).toEqual([]);
    const { items } = await findingsTable(database.client, database.tables.findings).list({});
    expect(items.map(({ detection }) => detection)).toContain('cloudtrail/role-session-named-like-instance');
  });

  it('fails where the environment has no credentials, says why, and gives the message back', async () => {
    const { failures, said } = await start(call('ec2', 'DescribeVpcs'), {});
    expect(failures).toEqual([{ itemIdentifier: 'one' }]);
    expect(said).toContain('Unable to find environment variable credentials');
  });

  it('does not build where a module is no longer as it was', async () => {
    const path = '@smithy/node-http-handler/dist-es/node-http-handler.js';
    await expect(ofLambda(path, async () => 'export const other = 1;')).rejects.toThrow(/stacks\/sdk\.mjs/);
    expect(await ofLambda(path, async () => 'a; await import("node:http")')).toBe('a; require("node:http")');
    expect(await ofLambda('@smithy/core/dist-es/index.js', async () => '')).toBeUndefined();
  });
});
