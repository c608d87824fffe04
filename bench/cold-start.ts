import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { localDynamoDB } from '../adapters/local-dynamodb.ts';
import { call } from '../core/cloudtrail/example.ts';
import { createFleet } from '../core/cloudtrail/example-ec2.ts';
import type { Event } from '../core/event.ts';
import { type Measured, measured } from './measure.ts';

const root = dirname(import.meta.dirname);

/** Bundles a function as the stack does. */
const bundle = async (name: string, folder: string): Promise<string> => {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(root, 'functions', `${name}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    // The name is SST's: a shorter one meets those that minifying gives.
    banner: {
      js: "import { createRequire as topLevelCreateRequire } from 'node:module'; const require = topLevelCreateRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
};

const message = ({ id, account, region, time, record }: Event<'cloudtrail'>) => ({
  messageId: id,
  body: JSON.stringify({
    ...{ version: '0', id, account, region, detail: record, resources: [] },
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    time: new Date(time).toISOString(),
  }),
});
const quiet = { Records: [message(call('ec2', 'DescribeVpcs'))] };
const matching = { Records: [message(createFleet({ instances: ['i-0123456789abcdef0'] }))] };

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
  /** Of the bundle, minified; absent where nothing was bundled. */
  readonly bytes?: number;
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
    const contestants: { name: string; bytes?: number; args: readonly string[] }[] = [
      { name: 'node -e 0', args: ['-e', '0'] },
    ];
    for (const name of ['cloudtrail', 'audit', 'announce', 'sweep', 'slack', 'subscribe', 'heartbeat']) {
      const path = await bundle(name, folder);
      contestants.push({ name: `import ${name}`, bytes: (await stat(path)).size, args: [path] });
      if (name !== 'cloudtrail') continue;
      for (const [what, event] of [
        ['a quiet event', quiet],
        ['a finding', matching],
      ] as const) {
        const script = join(folder, `${what.replaceAll(' ', '-')}.mjs`);
        await writeFile(
          script,
          `import{handler}from ${JSON.stringify(path)};const{batchItemFailures:f}=await handler(${JSON.stringify(event)},{awsRequestId:'bench'});if(f.length>0)throw new Error(JSON.stringify(f));process.exit(0)`,
        );
        contestants.push({ name: `${name}: first event, ${what}`, args: [script] });
      }
    }
    const times = contestants.map((): number[] => []);
    for (let round = 0; round <= rounds; round++)
      for (const [at, { name, args }] of contestants.entries()) {
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
