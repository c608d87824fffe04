/**
 * Writes months of CloudTrail as one log, oldest event first, of any size: the example day again and again, some fleets of it side
 * by side, each some hours after the other, with event ids, instances and access keys of their own, as in reality.
 *
 *     node bench/months.ts PATH MEGABYTES   of gzip; about twelve times that of text
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UsageError } from '../cli/io.ts';
import { asked, atMost, whole } from './asked.ts';
import { seededDay } from './logs.ts';

const day = 86_400_000;
/** Fleets side by side: about 85,000 events a day. */
const fleets = 10;

interface Dated {
  readonly time: number;
  readonly text: string;
}

/** CloudTrail's records of the example day by time, each as it is written in a file. */
const records = (): readonly Dated[] => {
  const corpus = seededDay(1);
  if (!('logs' in corpus)) throw new Error('the seeded day is always there');
  return corpus.logs
    .filter(({ isLines }) => !isLines)
    .flatMap(({ text }) => (JSON.parse(text.toString()) as { Records: { eventTime: string }[] }).Records)
    .map(record => ({ time: Date.parse(record.eventTime), text: JSON.stringify(record) }))
    .toSorted((a, b) => a.time - b.time);
};

/** What is renamed and moved: times, instances, session credentials, and the GUIDs of events and requests. */
const moved =
  /(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z|\bi-[0-9a-f]{17}\b|\bASIA[A-Z0-9]{16}\b|\b[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)/g;

const hashed = (word: string, salt: number): number => {
  let hash = Math.imul(salt + 1, 0x9e3779b1);
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};

const again = (text: string, salt: number, later: number): string =>
  text.replace(moved, (word, time: string | undefined, parts = '') => {
    if (time !== undefined) return `${new Date(Date.parse(`${time}Z`) + later).toISOString().slice(0, 19)}${parts}Z`;
    const hash = hashed(word, salt);
    if (word.startsWith('i-')) return `i-0${hash.toString(16).padStart(8, '0')}${word.slice(-8)}`;
    if (word.startsWith('ASIA')) return `ASIA${hash.toString(36).toUpperCase().padStart(8, '0')}${word.slice(-8)}`;
    return hash.toString(16).padStart(8, '0');
  });

/** @param isEnough told how many bytes of text and of gzip there are */
export const writeMonths = async (path: string, isEnough: (text: number, packed: number) => boolean): Promise<void> => {
  const base = records();
  const gzip = createGzip({ level: 6 });
  const file: WriteStream = gzip.pipe(createWriteStream(path));
  const cursors = Array.from({ length: fleets }, (_, fleet) => ({ fleet, round: 0, at: 0 }));
  const laterOf = ({ fleet, round }: { fleet: number; round: number }): number => round * day + (fleet * day) / fleets;
  let lines: string[] = [];
  for (let text = 0; !isEnough(text, file.bytesWritten); ) {
    let next = cursors[0] as (typeof cursors)[number]; // there are ten
    let soonest = Number.POSITIVE_INFINITY;
    for (const cursor of cursors) {
      const time = (base[cursor.at]?.time ?? 0) + laterOf(cursor);
      if (time < soonest) {
        soonest = time;
        next = cursor;
      }
    }
    const line = again(base[next.at]?.text ?? '', next.round * fleets + next.fleet, laterOf(next));
    lines.push(line);
    text += line.length + 1;
    next.at++;
    if (next.at === base.length) {
      next.at = 0;
      next.round++;
    }
    if (lines.length < 500) continue;
    if (!gzip.write(`${lines.join('\n')}\n`)) await new Promise(done => gzip.once('drain', done));
    lines = [];
  }
  if (lines.length > 0) gzip.write(`${lines.join('\n')}\n`);
  gzip.end();
  await finished(file);
};

if (import.meta.main) {
  const { path, megabytes } = asked('usage: node bench/months.ts FILE MEGABYTES', {}, ({ positionals }) => {
    const [path, size = ''] = atMost(2, positionals);
    if (path === undefined) throw new UsageError('say which file is to be written');
    return { path, megabytes: whole('MEGABYTES', size) };
  });
  await writeMonths(path, (_, packed) => packed >= megabytes * 1e6);
}
