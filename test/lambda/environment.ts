import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type Outcome, runtimeApi } from './runtime-api.ts';

/** An execution environment: a process of the runtime client with one function in it. */
export interface Environment {
  /**
   * Invokes the function as Lambda does. At the time-out the process is killed, as Lambda does.
   * @param seconds the function's time-out
   * @param ahead milliseconds by which the process's clock is ahead of this one's
   */
  invoke(event: unknown, seconds: number, ahead?: number): Promise<Outcome>;
  /** Stops the process between two invocations, as Lambda freezes it, and lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Milliseconds of `performance.now()` at which the last answer came. */
  answeredAt(): number;
  /** Takes answers with this status from here on. */
  take(status: number): void;
  /** What it wrote, a line each; without those of before. */
  lines(): readonly string[];
  /** Milliseconds of processor so far, of all threads that there are. */
  processor(): number;
  /** Megabytes of memory that it ever had at once. */
  peak(): number;
  /** Ends it. @returns how it ended */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<string>;
}

/** What of a function an environment is made with. */
export interface Deployed {
  /** The unpacked package. */
  readonly folder: string;
  readonly name: string;
  /** Megabytes. */
  readonly memory: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** What Lambda sets (Lambda Developer Guide, "Defined runtime environment variables"), and nothing of this process's. */
const reserved = ({ folder, name, memory }: Deployed, api: string) => ({
  _HANDLER: 'bundle.handler', // as SST has it (test/stack/rpc.ts)
  LAMBDA_TASK_ROOT: folder,
  AWS_LAMBDA_RUNTIME_API: api,
  AWS_LAMBDA_FUNCTION_NAME: `tripline-production-${name}`,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/tripline-production-${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/09/01/[$LATEST]0123456789abcdef0123456789abcdef',
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  PATH: '/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
});

/**
 * What the managed runtime starts Node with. Its script is not published; these are what copies of it show (lambci's of Node 8 and 10,
 * davidjb's of Node 20), and what the client takes off for worker threads, whose options they must not be.
 */
const options = (memory: number): readonly string[] => {
  const young = Math.floor(memory / 10);
  return [
    '--expose-gc',
    '--max-http-header-size=81920',
    `--max-semi-space-size=${Math.floor(young / 2)}`,
    `--max-old-space-size=${memory - young}`,
  ];
};

const ending = (child: ChildProcess): Promise<string> =>
  new Promise(done => {
    child.on('close', (code, signal) => done(signal ?? `exit status ${code}`));
  });

/** Milliseconds between the deadline that is told and the end, so that what is answered at the last moment is seen. */
const grace = 150;

/** Starts an environment. @param client the runtime client's file */
export const environment = async (client: string, deployed: Deployed): Promise<Environment> => {
  const api = await runtimeApi();
  const child = spawn(process.execPath, [...options(deployed.memory), client], {
    cwd: deployed.folder,
    env: { ...reserved(deployed, api.address), ...deployed.variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  let invocations = 0;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      written += chunk;
    });
  const ended = ending(child);
  let last: string | undefined;
  void ended.then(how => {
    last = how;
    api.settle({ kind: 'ended', how });
  });
  return {
    invoke: async (event, seconds, ahead = 0) => {
      if (last !== undefined) return { kind: 'ended', how: last };
      invocations++;
      const id = `8476a536-e9f4-11e8-9739-${String(invocations).padStart(12, '0')}`;
      const late = setTimeout(
        () => {
          api.settle({ kind: 'timed out' });
          child.kill('SIGKILL');
        },
        seconds * 1_000 + grace,
      );
      const deadline = Date.now() + ahead + seconds * 1_000;
      const outcome = await api.hand({
        id,
        event: typeof event === 'string' ? event : JSON.stringify(event),
        deadline,
      });
      clearTimeout(late);
      if (outcome.kind === 'timed out') await ended;
      return outcome;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    answeredAt: api.answeredAt,
    take: api.take,
    lines: () => {
      const lines = written.split('\n').filter(Boolean);
      written = '';
      return lines;
    },
    processor: () => {
      const tasks = readdirSync(`/proc/${child.pid}/task`);
      const taken = tasks.map(task => readFileSync(`/proc/${child.pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
      return taken.reduce((sum, nanoseconds) => sum + Number(nanoseconds) / 1e6, 0);
    },
    peak: () => {
      const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      return Math.round(Number(kilobytes) / 1_024);
    },
    end: async (signal = 'SIGKILL') => {
      child.kill(signal);
      const how = await ended;
      api.close();
      return how;
    },
  };
};
