/** Peak memory of `scan` on a file of any size, over that of an empty Node. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { writeMonths } from './months.ts';

export interface Peak {
  /** Of the text, before gzip. */
  readonly megabytes: number;
  /** Highest resident memory over that of `node -e 0`, in megabytes. */
  readonly reading: number;
  /** The same of the whole command with every detection, from its sources, which Node strips of their types as it loads them. */
  readonly scanning: number;
  /** The same bundled, without the memory that stripping types takes. */
  readonly bundled: number;
}

const peakOf = (args: readonly string[]): number => {
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(0, 2_000));
  return Number(stdout) / 1024;
};

const say = 'process.stdout.write(String(process.resourceUsage().maxRSS))';

const settings = join(dirname(import.meta.dirname), 'examples/tripline.config.ts');

const bundle = async (entry: string, outfile: string): Promise<string> => {
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
    logLevel: 'error',
  });
  return outfile;
};

/** A process of its own for each size and way. */
export const peaks = async (sizes: readonly number[], note: (line: string) => void): Promise<readonly Peak[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'));
  const path = join(folder, 'months.jsonl.gz');
  const source = join(import.meta.dirname, 'memory-child.ts');
  const empty = peakOf(['-e', say]);
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
        reading: peakOf([source, 'read', path]) - empty,
        scanning: peakOf([source, 'scan', path, settings]) - empty,
        bundled: peakOf([bundledScan, 'scan', path, bundledSettings]) - empty,
      });
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
