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

interface Took {
  /** Milliseconds from starting the process to its end. */
  readonly clock: number;
  /** Milliseconds of processor, of all threads. */
  readonly processor: number;
}

/** What `times` says of a shell's children: minutes and seconds, of the program and of the system for it (bash's `times` has milliseconds, other shells' hundredths). */
const children = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

const run = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Took> =>
  new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(
      'bash',
      ['-c', '"$0" "$@" > /dev/null; code=$?; times; exit $code', process.execPath, ...args],
      {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    let times = '';
    child.stdout.on('data', chunk => {
      times += chunk;
    });
    child.stderr.on('data', chunk => {
      said += chunk;
    });
    child.on('error', reject);
    child.on('close', code => {
      const clock = performance.now() - began;
      const [, ...parts] = children.exec(times) ?? [];
      const [minutes = 0, seconds = 0, systemMinutes = 0, systemSeconds = 0] = parts.map(Number);
      const processor = 1_000 * (60 * (minutes + systemMinutes) + seconds + systemSeconds);
      if (code === 0 && processor > 0) resolve({ clock, processor });
      else reject(new Error(`${args.at(-1)}: ${said.slice(0, 2_000)}${times}`));
    });
  });

export interface ColdStart {
  readonly name: string;
  /** Of the bundle's code, minified: what is loaded at the start, and all of it; absent where nothing was bundled. */
  readonly bytes?: { readonly start: number; readonly all: number };
  readonly clock: Measured;
  readonly processor: Measured;
  /** Of processor time, to `node -e 0` of the same round. */
  readonly ratio: Measured;
  /** The same of the clock, which other work on the machine moves more. */
  readonly clockRatio: Measured;
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
    const took = contestants.map((): Took[] => []);
    for (let round = 0; round <= rounds; round++)
      for (const [at, { name, args, env }] of contestants.entries()) {
        say(`cold start: ${name}, ${round} of ${rounds}`);
        const one = await run(args, env);
        if (round > 0) took[at]?.push(one);
      }
    return contestants.map(({ name, bytes }, at) => {
      const all = (of: keyof Took): Measured => measured((took[at] ?? []).map(one => one[of]));
      const ratio = (of: keyof Took): Measured =>
        measured((took[at] ?? []).map((one, round) => one[of] / (took[0]?.[round]?.[of] ?? Number.NaN)));
      return {
        name,
        ...(bytes === undefined ? {} : { bytes }),
        clock: all('clock'),
        processor: all('processor'),
        ratio: ratio('processor'),
        clockRatio: ratio('clock'),
      };
    });
  } finally {
    await database.close();
    await rm(folder, { recursive: true });
  }
};
