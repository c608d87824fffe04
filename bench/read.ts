/**
 * How fast reading is, against the floor of parsing the same bytes, and how much memory a large file takes.
 *
 *     node bench/read.ts [MEGABYTES]   compressed size of the large file, default 200
 *
 * Times are processor time of this process (all threads), so that a busy machine changes them little.
 */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, gunzipSync, gzipSync } from 'node:zlib';
import { roleSession } from '../core/cloudtrail/example.ts';
import { localLimits } from '../core/read/limits.ts';
import { readObject } from '../core/read/object.ts';
import { Splitter } from '../core/read/split.ts';
import { asked, atMost, whole } from './asked.ts';

const nowhere = { account: '', region: '', cluster: '' };
const megabyte = 1e6;

/** Deterministic hexadecimal noise: ids are what keeps logs from compressing better than they do. */
let seed = 1;
const hex = (digits: number): string => {
  let made = '';
  while (made.length < digits) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    made += seed.toString(16).padStart(8, '0');
  }
  return made.slice(0, digits);
};

/** A CloudTrail record of ordinary size (1.4 KB), as CloudTrail writes them: no white space. */
const record = (): string =>
  JSON.stringify({
    eventVersion: '1.11',
    userIdentity: roleSession(`role-${hex(1)}`, `i-${hex(17)}`),
    eventTime: new Date(1_788_256_800_000 + (seed % 86_400_000)).toISOString().replace(/\.\d+/, ''),
    eventSource: 'ec2.amazonaws.com',
    eventName: seed % 3 === 0 ? 'RunInstances' : 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: `198.51.100.${seed % 256}`,
    userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7',
    requestParameters: { instancesSet: { items: [{ instanceId: `i-${hex(17)}` }] }, filterSet: {} },
    responseElements: { requestId: hex(32), _return: true, reservationId: `r-${hex(17)}` },
    requestID: hex(32),
    eventID: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'ec2.eu-west-1.amazonaws.com',
    },
  });

const seconds = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};

/** The best of some runs, in processor seconds. */
const best = async (run: () => void | Promise<void>, runs = 5): Promise<number> => {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = process.cpuUsage();
    await run();
    least = Math.min(least, seconds(start));
  }
  return least;
};

async function* chunked(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 256 * 1024) yield bytes.subarray(from, from + 256 * 1024);
}

const eventsIn = async (stream: AsyncIterable<Uint8Array>, each = () => {}): Promise<number> => {
  let events = 0;
  for await (const batch of readObject(stream, 'bench.json.gz', nowhere, { limits: localLimits })) {
    for (const read of batch) if (read.kind === 'event') events++;
    each();
  }
  return events;
};

const speed = async (): Promise<void> => {
  const count = 30_000;
  const text = Buffer.from(`{"Records":[${Array.from({ length: count }, record).join(',')}]}`);
  const packed = gzipSync(text);
  const size = text.length / megabyte;
  console.log(
    `${count} records, ${size.toFixed(0)} MB, ${(text.length / packed.length).toFixed(1)} times its gzip size`,
  );
  const line = (what: string, time: number): void =>
    console.log(
      `${what.padEnd(44)} ${(size / time).toFixed(0).padStart(6)} MB/s ${(count / time).toFixed(0).padStart(8)} events/s`,
    );
  const inflate = await best(() => void gunzipSync(packed));
  const parse = await best(() => void JSON.parse(text.toString()));
  const split = await best(() => {
    const splitter = new Splitter(() => {});
    for (let from = 0; from < text.length; from += 256 * 1024) splitter.push(text.subarray(from, from + 256 * 1024));
    splitter.end();
  });
  const plain = await best(async () => void (await eventsIn(chunked(text))));
  const whole = await best(async () => void (await eventsIn(chunked(packed))));
  line('gunzipSync', inflate);
  line('JSON.parse of the whole text', parse);
  line('splitting alone', split);
  line('reading, plain (split, parse, check)', plain);
  line('reading, gzip (inflate, split, parse, check)', whole);
  console.log(
    `reading / JSON.parse of the same bytes: ${(plain / parse).toFixed(2)} plain, ${(whole / parse).toFixed(2)} gzip`,
  );
};

const make = async (path: string, megabytes: number): Promise<void> => {
  const gzip = createGzip({ level: 1 });
  const file = gzip.pipe(createWriteStream(path));
  while (file.bytesWritten < megabytes * megabyte) {
    const lines = `${Array.from({ length: 500 }, record).join('\n')}\n`;
    if (!gzip.write(lines)) await new Promise(done => gzip.once('drain', done));
  }
  gzip.end();
  await finished(file);
};

const memory = async (path: string): Promise<void> => {
  const before = process.memoryUsage.rss();
  const start = process.cpuUsage();
  const began = performance.now();
  const events = await eventsIn(createReadStream(path, { highWaterMark: 256 * 1024 }));
  const wall = (performance.now() - began) / 1e3;
  const time = seconds(start);
  const { size } = await stat(path);
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(
    `large file: ${(size / megabyte).toFixed(0)} MB gzip, ${events} events, ${time.toFixed(1)} s of processor ` +
      `(${(events / time).toFixed(0)} events/s), ${wall.toFixed(1)} s of clock`,
  );
  console.log(
    `peak resident memory ${(peak / megabyte).toFixed(0)} MB, ${((peak - before) / megabyte).toFixed(0)} MB over that before reading`,
  );
};

const [part, path = '', size = ''] = process.argv.slice(2);
if (part === 'make') await make(path, Number(size));
else if (part === 'memory') await memory(path);
else {
  const megabytes = asked('usage: node bench/read.ts [MEGABYTES]', {}, ({ positionals }) => {
    const [count = '200'] = atMost(1, positionals);
    return whole('MEGABYTES', count);
  });
  await speed();
  // processes of their own, so that what speed and writing left behind does not count
  const folder = await mkdtemp(join(tmpdir(), 'tripline-bench-'));
  const large = join(folder, 'large.jsonl.gz');
  const again = (...rest: readonly string[]): unknown =>
    spawnSync(process.execPath, [import.meta.filename, ...rest], { stdio: 'inherit' });
  again('make', large, String(megabytes));
  again('memory', large);
  await rm(folder, { recursive: true });
}
