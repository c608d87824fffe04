import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { localDynamoDB } from '../adapters/local-dynamodb.ts';
import { call } from '../core/cloudtrail/example.ts';
import { createFleet } from '../core/cloudtrail/example-ec2.ts';
import type { Event } from '../core/event.ts';
import { bundling } from '../stacks/bundling.ts';
import { bundle, bytesOf } from '../test/stack/bundle.ts';
import { type Measured, measured } from './measure.ts';

const root = dirname(import.meta.dirname);

const message = ({ id, account, region, time, record }: Event<'cloudtrail'>) => ({
  messageId: id,
  body: JSON.stringify({
    ...{ version: '0', id, account, region, detail: record, resources: [] },
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    time: new Date(time).toISOString(),
  }),
});
/** What the first event of a process is, and which entry point takes it. */
const firsts: readonly (readonly [what: string, entry: string, event: Event<'cloudtrail'>])[] = [
  ['no rule is about it, nothing to write', 'bench/quiet', call('ec2', 'DescribeVpcs')],
  ['rules look and none matches, nothing to write', 'bench/quiet', call('ec2', 'AuthorizeSecurityGroupIngress')],
  ['no rule is about it, its stream is marked', 'functions/cloudtrail', call('ec2', 'DescribeVpcs')],
  ['a finding', 'functions/cloudtrail', createFleet({ instances: ['i-0123456789abcdef0'] })],
];

const run = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', code =>
      code === 0 ? resolve(performance.now() - began) : reject(new Error(`${args.at(-1)}: ${said.slice(0, 2_000)}`)),
    );
  });

export interface ColdStart {
  readonly name: string;
  /** Of the bundle's code, minified: what is loaded at the start, and all of it; absent where nothing was bundled. */
  readonly bytes?: { readonly start: number; readonly all: number };
  /** Milliseconds of clock from starting the process to its end. */
  readonly ms: Measured;
  /** To `node -e 0` of the same round. */
  readonly ratio: Measured;
}

/** Starts new processes of every function in turn: empty Node, importing each bundle, the detecting one's first event. */
export const coldStarts = async (rounds: number, say: (line: string) => void): Promise<readonly ColdStart[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tripline-bench-'));
  const database = await localDynamoDB();
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    FINDINGS_TABLE: database.tables.findings,
    STATE_TABLE: database.tables.state,
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
  };
  try {
    const contestants: { name: string; bytes?: ColdStart['bytes']; args: readonly string[]; env: NodeJS.ProcessEnv }[] =
      [{ name: 'node -e 0', args: ['-e', '0'], env: {} }];
    for (const name of ['cloudtrail', 'audit', 'announce', 'sweep', 'slack', 'subscribe', 'heartbeat']) {
      const out = join(folder, 'functions', name);
      const bytes = bytesOf(await bundle(root, `functions/${name}`, out, bundling));
      contestants.push({ name: `import ${name}`, bytes, args: [join(out, 'bundle.mjs')], env });
    }
    await bundle(root, 'bench/quiet', join(folder, 'bench/quiet'), bundling);
    for (const [at, [what, entry, event]] of firsts.entries()) {
      const script = join(folder, `first-${at}.mjs`);
      const path = JSON.stringify(join(folder, entry, 'bundle.mjs'));
      const queued = JSON.stringify({ Records: [message(event)] });
      await writeFile(
        script,
        `import{handler}from ${path};const{batchItemFailures:f}=await handler(${queued},{awsRequestId:'bench'});if(f.length>0)throw new Error(JSON.stringify(f));process.exit(0)`,
      );
      contestants.push({ name: `cloudtrail, first event: ${what}`, args: [script], env });
    }
    const times = contestants.map((): number[] => []);
    for (let round = 0; round <= rounds; round++)
      for (const [at, { name, args, env }] of contestants.entries()) {
        say(`cold start: ${name}, ${round} of ${rounds}`);
        const ms = await run(args, env);
        if (round > 0) times[at]?.push(ms);
      }
    return contestants.map(({ name, bytes }, at) => ({
      name,
      ...(bytes === undefined ? {} : { bytes }),
      ms: measured(times[at] ?? []),
      ratio: measured((times[at] ?? []).map((ms, round) => ms / (times[0]?.[round] ?? Number.NaN))),
    }));
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
};
