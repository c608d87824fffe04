/**
 * Whether the memory of `scan` grows with what it reads: resident memory and processor time as it goes through one file, then what
 * each megabyte of gzip of its second half added, by least squares. Linux only.
 *
 *     node bench/creep.ts FILE [--settings FILE] [--every MEGABYTES] [--heap] [--bundled]
 *
 * With `--heap` garbage is collected before each line, and the heap that is left is said too: resident memory is lower for it. With
 * `--bundled` it runs as one file instead of from its sources.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { UsageError } from '../cli/io.ts';
import { startLean } from '../cli/lean.ts';
import { asked, atMost, whole } from './asked.ts';

const usage = 'usage: node bench/creep.ts FILE [--settings FILE] [--every MEGABYTES] [--heap] [--bundled]';
const { path, settings, everyMegabytes, heap, bundled } = asked(
  usage,
  {
    settings: { type: 'string', default: join(dirname(import.meta.dirname), 'examples/tripline.config.ts') },
    every: { type: 'string', default: '10' },
    heap: { type: 'boolean', default: false },
    bundled: { type: 'boolean', default: false },
  },
  ({ values, positionals }) => {
    const [path] = atMost(1, positionals);
    if (path === undefined) throw new UsageError('say which file');
    const { settings, heap, bundled } = values;
    return { path, settings, heap, bundled, everyMegabytes: whole('--every', values.every) };
  },
);

interface Sample {
  /** Megabytes of the file. */
  readonly read: number;
  readonly seconds: number;
  /** Megabytes, of 2^20 bytes. */
  readonly resident: number;
  readonly highest: number;
  readonly heap: number;
}

const kept = (name: string): number =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;

/** Of a line through these points, what one of x adds to y. */
const slope = (points: readonly (readonly [x: number, y: number])[]): number => {
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((all, one) => all + of(one), 0);
  return sum(([px, py]) => (px - x) * (py - y)) / sum(([px]) => (px - x) ** 2);
};

const watch = async (path: string): Promise<void> => {
  const { run } = await import('../cli/scan.ts');
  if (heap) setFlagsFromString('--expose-gc');
  const collect = heap ? (runInNewContext('gc') as () => void) : () => {}; // what that flag makes
  const every = everyMegabytes * 1e6;
  const samples: Sample[] = [];
  const shown = ({ read, seconds, resident, highest, heap }: Sample): string =>
    [read, seconds, resident, highest, ...(heap ? [heap] : [])].map(one => one.toFixed(1).padStart(10)).join('');
  const names = ['MB read', 'CPU s', 'RSS MB', 'highest', ...(heap ? ['heap MB'] : [])];
  let bytes = 0;
  let next = every;
  const sample = (): void => {
    collect();
    const { user, system } = process.cpuUsage();
    const one: Sample = {
      read: bytes / 1e6,
      seconds: (user + system) / 1e6,
      resident: kept('VmRSS'),
      highest: kept('VmHWM'),
      heap: process.memoryUsage().heapUsed / 2 ** 20,
    };
    if (samples.length === 0) process.stdout.write(`${names.map(name => name.padStart(10)).join('')}\n`);
    samples.push(one);
    process.stdout.write(`${shown(one)}\n`);
  };
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>) {
      yield chunk;
      bytes += chunk.length;
      if (bytes < next) continue;
      next += every;
      sample();
    }
    sample();
  }
  const summary: string[] = [];
  const nowhere = { write: () => true };
  const said = { write: (text: string) => summary.push(text) > 0 };
  await run(['-', '--json', '--settings', settings], {
    stdin: counted(),
    stdout: nowhere,
    stderr: said,
  } as never); // what `scan` writes to is a stream: it only writes
  process.stdout.write(summary.join(''));
  const half = samples.filter(({ read }) => read * 2e6 >= bytes);
  for (const name of heap ? (['resident', 'heap'] as const) : (['resident'] as const)) {
    const added = slope(half.map(one => [one.read, one[name]]));
    process.stdout.write(`${name}: ${(added * 1024).toFixed(1)} KB for each MB of the second half\n`);
  }
};

/** Runs this, with its settings, as one file each. */
const runBundled = async (path: string): Promise<void> => {
  const { bundle } = await import('./memory.ts');
  const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'));
  try {
    const file = await bundle(import.meta.filename, join(folder, 'creep.mjs'));
    const packed = await bundle(settings, join(folder, 'settings.mjs'));
    const args = [file, path, '--settings', packed, '--every', String(everyMegabytes), ...(heap ? ['--heap'] : [])];
    const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') };
    process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

if (bundled) await runBundled(path);
else {
  startLean(); // as the command does
  await watch(path);
}
