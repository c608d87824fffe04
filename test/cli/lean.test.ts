import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { trimmer } from '../../cli/trim.ts';
import { createFleet } from '../../core/cloudtrail/example-launch.ts';

const root = new URL('../../', import.meta.url).pathname;
/** Says at its end how the process was started, and how many megabytes the young generation has when memory was trimmed. */
const saying = `data:text/javascript,${encodeURIComponent(`
  import { getHeapSpaceStatistics } from 'node:v8';
  import { trimmer } from '${new URL('cli/trim.ts', `file://${root}`)}';
  process.on('exit', () => {
    trimmer(0)();
    const young = getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size / 2 ** 20;
    const { TRIPLINE_LEAN, MALLOC_ARENA_MAX, MALLOC_MMAP_THRESHOLD_ } = process.env;
    console.error(JSON.stringify([process.pid, TRIPLINE_LEAN, MALLOC_ARENA_MAX, MALLOC_MMAP_THRESHOLD_, young]));
  });
`)}`;

const scan = (env: NodeJS.ProcessEnv) => {
  const { record } = createFleet({ types: ['p5.48xlarge'] });
  const args = ['--import', saying, 'cli/tripline.ts', 'scan', '-', '--json', '--fail-on', 'low'];
  const settings = ['--settings', 'examples/tripline.config.ts'];
  const { pid, status, stdout, stderr } = spawnSync(process.execPath, [...args, ...settings], {
    cwd: root,
    encoding: 'utf8',
    input: `${JSON.stringify(record)}\n`,
    env: { PATH: process.env.PATH, ...env },
  });
  return {
    pid,
    status,
    found: stdout.split('\n').filter(line => line !== ''),
    said: stderr.trimEnd().split('\n').at(-1),
  };
};

test.skipIf(process.execve === undefined)(
  'scan begins anew in its own place, and reads, finds and ends as if it had not',
  () => {
    const lean = scan({});
    const [pid, starts, ...rest] = JSON.parse(lean.said ?? '') as unknown[];
    expect([pid, ...rest]).toEqual([lean.pid, '1', '32768', 4]);
    expect(['1', '2']).toContain(starts);
    const plain = scan({ TRIPLINE_LEAN: '2' });
    expect(JSON.parse(plain.said ?? '')).toEqual([plain.pid, '2', null, null, expect.any(Number)]);
    expect(lean.status).toBe(1);
    expect(lean.found.length).toBeGreaterThan(0);
    expect([lean.status, lean.found]).toEqual([plain.status, plain.found]);
  },
  120_000,
);

test.skipIf(process.execve === undefined)(
  'scan keeps what its environment says of malloc',
  () => {
    const { said } = scan({ MALLOC_ARENA_MAX: '3', MALLOC_MMAP_THRESHOLD_: '65536' });
    expect(JSON.parse(said ?? '').slice(2, 4)).toEqual(['3', '65536']);
  },
  120_000,
);

test('every command keeps what Node makes of its sources', () => {
  const cacheOf = `data:text/javascript,${encodeURIComponent(`
    import { getCompileCacheDir } from 'node:module';
    process.on('exit', () => console.error(getCompileCacheDir() ?? 'none'));
  `)}`;
  const run = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, ['--import', cacheOf, 'cli/tripline.ts', '--help'], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    });
  const { status, stderr } = run({});
  expect([status, stderr]).toEqual([0, expect.stringContaining(`${root}node_modules/.cache/tripline/`)]);
  expect(run({ NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ status: 0, stderr: 'none\n' });
}, 120_000);

test('trimming collects what nobody needs any more', async () => {
  const trim = trimmer(0);
  const ref = new WeakRef({ some: 'garbage' });
  await new Promise(done => setImmediate(done)); // a new reference holds until its task ends
  trim();
  expect(ref.deref()).toBeUndefined();
});
