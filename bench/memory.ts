/** Peak memory of `scan` on a file of any size, over that of an empty Node. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeMonths } from './months.ts';

export interface Peak {
  /** Of the text, before gzip. */
  readonly megabytes: number;
  /** Highest resident memory over that of `node -e 0`, in megabytes. */
  readonly reading: number;
  /** The same of the whole command with every detection, from its sources, as `npm run tripline -- scan` runs it. */
  readonly scanning: number;
  /** The same bundled into one file. */
  readonly bundled: number;
  /** From its sources and without settings, as at first. */
  readonly bare: number;
}

const peakOf = (args: readonly string[], cache: string): number => {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(stderr.slice(0, 2_000));
  return Number(stdout) / 1024;
};

/** Of Linux's own word: `maxRSS` counts what the parent held when it forked. */
const say = `process.stdout.write(/VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1])`;

const settings = join(dirname(import.meta.dirname), 'examples/tripline.config.ts');
/** As it is before anybody wrote into it. */
const noSettings = join(dirname(import.meta.dirname), 'tripline.config.ts');

export const bundle = async (entry: string, outfile: string): Promise<string> => {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as topLevelCreateRequire } from 'node:module'; const require = topLevelCreateRequire(import.meta.url);",
    },
    external: ['esbuild'],
    logLevel: 'error',
  });
  return outfile;
};

/** A process of its own for each size and way. */
export const peaks = async (sizes: readonly number[], note: (line: string) => void): Promise<readonly Peak[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'));
  const path = join(folder, 'months.jsonl.gz');
  const source = join(import.meta.dirname, 'memory-child.ts');
  const peak = (...args: readonly string[]): number => peakOf(args, join(folder, 'cache'));
  const empty = peak('-e', say);
  try {
    const bundledScan = await bundle(source, join(folder, 'scan.mjs'));
    const bundledSettings = await bundle(settings, join(folder, 'settings.mjs'));
    const found: Peak[] = [];
    for (const megabytes of sizes) {
      note(`memory: writing ${megabytes} MB`);
      await writeMonths(path, text => text >= megabytes * 1e6);
      note(`memory: ${megabytes} MB`);
      found.push({
        megabytes,
        reading: peak(source, 'read', path) - empty,
        scanning: peak(source, 'scan', path, settings) - empty,
        bundled: peak(bundledScan, 'scan', path, bundledSettings) - empty,
        bare: peak(source, 'scan', path, noSettings) - empty,
      });
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
