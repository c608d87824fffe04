import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { createTables, localDynamoDB } from '../adapters/local-dynamodb.ts';
import { call } from '../core/cloudtrail/example.ts';
import { createFleet } from '../core/cloudtrail/example-launch.ts';
import type { Event } from '../core/event.ts';
import plugins from '../stacks/bundle.mjs';
import { bundling } from '../stacks/bundling.ts';
import { bundle, bytesOf } from '../test/stack/bundle.ts';
import { type Measured, measured } from './measure.ts';
import { encrypted } from './tls.ts';

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
const nothing = call('ec2', 'DescribeVpcs');
const finding = createFleet({ instances: ['i-0123456789abcdef0'] });
/** What the first event of a process is, whether anything is written, and whether its way to the tables is encrypted as AWS's is. */
const firsts: readonly {
  readonly what: string;
  readonly bundle: 'cloudtrail' | 'quiet' | 'floor';
  readonly event: Event<'cloudtrail'>;
  readonly isEncrypted?: true;
}[] = [
  { what: 'cloudtrail, first event: no rule is about it, nothing to write', bundle: 'quiet', event: nothing },
  {
    what: 'cloudtrail, first event: rules look and none matches, nothing to write',
    bundle: 'quiet',
    event: call('ec2', 'AuthorizeSecurityGroupIngress'),
  },
  { what: 'cloudtrail, first event: no rule is about it, its stream is marked', bundle: 'cloudtrail', event: nothing },
  { what: 'cloudtrail, first event: a finding', bundle: 'cloudtrail', event: finding },
  { what: 'the DynamoDB client alone, one item put', bundle: 'floor', event: nothing },
  {
    what: 'over TLS, cloudtrail, first event: its stream is marked',
    bundle: 'cloudtrail',
    event: nothing,
    isEncrypted: true,
  },
  { what: 'over TLS, cloudtrail, first event: a finding', bundle: 'cloudtrail', event: finding, isEncrypted: true },
  { what: 'over TLS, the DynamoDB client alone, one item put', bundle: 'floor', event: nothing, isEncrypted: true },
];

/** The deployed function, its store apart (`bench/quiet.ts`): bundled from the same entry, so that all else is as it is deployed. */
const quiet: Plugin = {
  name: 'quiet',
  setup: ({ onLoad }) =>
    void onLoad({ filter: /\/functions\/cloudtrail\.ts$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\nimport '../bench/quiet.ts';\n`,
      loader: 'ts',
      resolveDir: dirname(path),
    })),
};

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

/**
 * Starts new processes of every function in turn: empty Node, importing each bundle, the detecting one's first event. What may write
 * finds empty tables each time, as a first finding does.
 */
export const coldStarts = async (rounds: number, say: (line: string) => void): Promise<readonly ColdStart[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tripline-bench-'));
  const database = await localDynamoDB();
  const secure = await encrypted(database.endpoint, folder);
  if (secure === undefined) say('there is no openssl: nothing is measured over TLS\n');
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
    const contestants: {
      name: string;
      bytes?: ColdStart['bytes'];
      args: readonly string[];
      env: NodeJS.ProcessEnv;
      writes?: boolean;
    }[] = [{ name: 'node -e 0', args: ['-e', '0'], env: {} }];
    for (const name of ['cloudtrail', 'audit', 'announce', 'sweep', 'slack', 'subscribe', 'heartbeat']) {
      const out = join(folder, name);
      const bytes = bytesOf(await bundle(root, `functions/${name}`, out, bundling));
      contestants.push({ name: `import ${name}`, bytes, args: [join(out, 'bundle.mjs')], env });
    }
    await bundle(root, 'functions/cloudtrail', join(folder, 'quiet'), bundling, [quiet, ...plugins]);
    await bundle(root, 'bench/floor', join(folder, 'floor'), bundling);
    for (const [at, { what, bundle: name, event, isEncrypted }] of firsts.entries()) {
      if (isEncrypted && secure === undefined) continue;
      const script = join(folder, `first-${at}.mjs`);
      const path = JSON.stringify(join(folder, name, 'bundle.mjs'));
      const queued = JSON.stringify({ Records: [message(event)] });
      await writeFile(
        script,
        `import{handler}from ${path};const{batchItemFailures:f}=await handler(${queued},{awsRequestId:'bench'});if(f.length>0)throw new Error(JSON.stringify(f));process.exit(0)`,
      );
      const trusting = { AWS_ENDPOINT_URL_DYNAMODB: secure?.endpoint, NODE_EXTRA_CA_CERTS: secure?.certificate };
      const own = isEncrypted ? { ...env, ...trusting } : env;
      contestants.push({ name: what, args: [script], env: own, writes: name !== 'quiet' });
    }
    /** Tables that nobody has written to. */
    const emptyTables = async (prefix: string): Promise<NodeJS.ProcessEnv> => {
      await createTables(database.client, prefix);
      return { FINDINGS_TABLE: prefix + database.tables.findings, STATE_TABLE: prefix + database.tables.state };
    };
    const took = contestants.map((): Took[] => []);
    for (let round = 0; round <= rounds; round++)
      for (const [at, { name, args, env, writes }] of contestants.entries()) {
        say(`cold start: ${name}, ${round} of ${rounds}`);
        const tables = writes ? await emptyTables(`${round}-${at}-`) : {};
        const one = await run(args, { ...env, ...tables });
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
    secure?.close();
    await database.close();
    await rm(folder, { recursive: true });
  }
};
