import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { folder } from '../examples/day/write.ts';
import { ordinaryAudit, ordinaryTrail } from './ordinary-log.ts';

/** A log file as it is stored, and what is in it. */
export interface Log {
  /** Its key under a bucket: what says account, region and cluster. */
  readonly key: string;
  readonly packed: Buffer;
  readonly text: Buffer;
  /** JSON lines, or one `{"Records":[…]}`. */
  readonly isLines: boolean;
}

/** Logs of one kind, or why there are none. */
export type Corpus =
  | { readonly name: string; readonly logs: readonly Log[] }
  | { readonly name: string; readonly skipped: string };

const logOf = (key: string, text: Buffer): Log => ({
  key,
  packed: gzipSync(text),
  text,
  isLines: !text.subarray(0, 12).toString('latin1').startsWith('{"Records"'),
});

/** The same events at the same times with ids of their own, so that they count. */
const again = (text: Buffer, round: number): Buffer =>
  round === 0
    ? text
    : Buffer.from(
        text
          .toString()
          .replaceAll(
            /("(?:eventID|auditID)": ?")([0-9a-zA-Z]{8})/g,
            (_all, name: string, id: string) => `${name}${renumbered(id, round)}`,
          ),
      );

const renumbered = (id: string, round: number): string =>
  ((Number.parseInt(id, 16) ^ Math.imul(round, 0x9e3779b1)) >>> 0).toString(16).padStart(8, '0');

/** The example day as its files, each as many times as asked. */
export const seededDay = (times: number): Corpus => ({
  name: 'the seeded day',
  logs: globSync('**/*.gz', { cwd: folder })
    .sort()
    .flatMap(path => {
      const text = gunzipSync(readFileSync(join(folder, path)));
      return Array.from({ length: times }, (_, round) => logOf(path, again(text, round)));
    }),
});

/** CloudTrail of an ordinary account, in files as large as CloudTrail delivers them. */
export const ordinaryCalls = (count: number): Corpus => {
  const records = ordinaryTrail(count);
  const files = Array.from({ length: Math.ceil(count / perFile) }, (_, at) =>
    records.slice(at * perFile, (at + 1) * perFile),
  );
  return {
    name: 'CloudTrail of an ordinary account',
    logs: files.map((some, at) =>
      logOf(
        `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/${at}.json.gz`,
        Buffer.from(JSON.stringify({ Records: some })),
      ),
    ),
  };
};

/** The audit log of an ordinary cluster, as JSON lines. */
export const ordinaryAudits = (count: number): Corpus => ({
  name: 'audit log of an ordinary cluster',
  logs: [
    logOf(
      'audit.jsonl.gz',
      Buffer.from(
        ordinaryAudit(count)
          .map(one => `${JSON.stringify(one)}\n`)
          .join(''),
      ),
    ),
  ],
});

/** Records of a file of a busy account. */
const perFile = 2_500;

const recorded = resolve(import.meta.dirname, '../../shared/data');

/** Recorded logs beside the project, repeated with ids of their own until there are so many bytes. */
export const recordedLogs = (name: string, pattern: string, bytes: number): Corpus => {
  if (!existsSync(recorded)) return { name, skipped: 'no recorded logs beside the project (../shared/data)' };
  const texts = globSync(pattern, { cwd: recorded }).map(path => ({
    path,
    text: readFileSync(join(recorded, path)),
  }));
  const size = texts.reduce((sum, { text }) => sum + text.length, 0);
  if (size === 0) return { name, skipped: `no ${pattern} in ${relative(process.cwd(), recorded)}` };
  const times = Math.ceil(bytes / size);
  return {
    name,
    logs: texts.map(({ path, text }) =>
      logOf(path, Buffer.concat(Array.from({ length: times }, (_, round) => again(text, round)))),
    ),
  };
};

/** What everything is measured against: the decompressed bytes through JSON.parse, a file or a line at a time. */
export const parseAll = (logs: readonly Log[]): number => {
  let values = 0;
  for (const { text, isLines } of logs) {
    if (!isLines) values += (JSON.parse(text.toString()) as { Records: unknown[] }).Records.length;
    else for (const line of text.toString().split('\n')) if (line !== '' && JSON.parse(line) !== null) values++;
  }
  return values;
};
