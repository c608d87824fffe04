/**
 * Peak memory of judging a file of any size, over that of an empty Node. As a command: `node bench/memory.ts child PATH`.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compile } from '../core/compile.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { memoryFindings } from '../core/findings/memory.ts';
import { detect } from '../core/pipeline.ts';
import { localLimits } from '../core/read/limits.ts';
import { readObject } from '../core/read/object.ts';
import { memoryStore } from '../core/state/memory.ts';
import { detections, knowledge } from '../detections/index.ts';
import { account } from './end-to-end.ts';
import { seededDay } from './logs.ts';

export interface Peak {
  /** Of the text, before gzip. */
  readonly megabytes: number;
  /** Highest resident memory over that of `node -e 0`, in megabytes. */
  readonly reading: number;
  /** The same with every detection, state and findings in memory. */
  readonly judging: number;
}

/** Ordinary records of the seeded day, round after round, until the text has so many bytes. Ids repeat: state does not grow. */
const write = async (path: string, megabytes: number): Promise<void> => {
  const corpus = seededDay(1);
  if (!('logs' in corpus)) throw new Error('the seeded day is always there');
  const lines = corpus.logs.filter(({ isLines }) => isLines).map(({ text }) => text);
  const gzip = createGzip({ level: 1 });
  const file = gzip.pipe(createWriteStream(path));
  for (let bytes = 0; bytes < megabytes * 1e6; )
    for (const text of lines) {
      for (let from = 0; from < text.length && bytes < megabytes * 1e6; ) {
        const end = text.indexOf(10, Math.min(text.length, from + 1e6)) + 1 || text.length;
        if (!gzip.write(text.subarray(from, end))) await new Promise(done => gzip.once('drain', done));
        bytes += end - from;
        from = end;
      }
    }
  gzip.end();
  await finished(file);
};

const peakOf = (args: readonly string[]): number => {
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.slice(0, 2_000));
  return Number(stdout) / 1024;
};

const say = 'process.stdout.write(String(process.resourceUsage().maxRSS))';

/** A process of its own for each size, reading only and judging too. */
export const peaks = async (sizes: readonly number[], note: (line: string) => void): Promise<readonly Peak[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-bench-'));
  const path = join(folder, 'kube-apiserver-audit.jsonl.gz');
  const empty = peakOf(['-e', say]);
  try {
    const found: Peak[] = [];
    for (const megabytes of sizes) {
      note(`memory: writing ${megabytes} MB`);
      await write(path, megabytes);
      note(`memory: ${megabytes} MB`);
      const [reading, judging] = ['read', 'judge'].map(what => peakOf([import.meta.filename, what, path]) - empty);
      found.push({ megabytes, reading: reading ?? Number.NaN, judging: judging ?? Number.NaN });
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const child = async (what: string, path: string): Promise<void> => {
  const reads = readObject(createReadStream(path, { highWaterMark: 64 * 1024 }), path, account, {
    limits: localLimits,
  });
  if (what === 'read') for await (const _ of reads);
  else
    await detect(reads, {
      match: compile(detections, knowledge, exampleSettings),
      store: memoryStore(),
      findings: memoryFindings(),
      quarantine: { keep: async () => undefined },
    });
  process.stdout.write(String(process.resourceUsage().maxRSS));
};

if (import.meta.main) await child(process.argv[2] ?? '', process.argv[3] ?? '');
