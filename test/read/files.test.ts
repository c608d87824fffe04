import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Progress, readFiles } from '../../adapters/files.ts';
import { UnreadableInput } from '../../adapters/inputs.ts';
import type { Read } from '../../core/read/contract.ts';
import { bytesOf, nowhere, short, streamOf, trail } from './samples.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tripline-read-'));
});
afterEach(() => rm(root, { recursive: true }));

const write = async (path: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(join(root, path, '..'), { recursive: true });
  await writeFile(join(root, path), content);
};
const line = (id: string): string => `${JSON.stringify(trail(id))}\n`;

const read = async (
  paths: readonly string[],
  more: Partial<Parameters<typeof readFiles>[1]> = {},
): Promise<readonly string[]> => {
  const reads: Read[] = [];
  for await (const batch of readFiles(paths, { place: nowhere, ...more })) reads.push(...batch);
  return short(reads);
};

describe('files', () => {
  test('of a few KB, as a trail writes them by the ten thousand, take buffers of their own size', async () => {
    for (let at = 0; at < 200; at++) await write(`trail/${at}.json.gz`, gzipSync(line(`e-${at}`)));
    const before = process.memoryUsage().arrayBuffers;
    let [most, records] = [0, 0];
    for await (const batch of readFiles([join(root, 'trail')], { place: nowhere })) {
      records += batch.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(records).toBe(200);
    expect(most).toBeLessThan(5_000_000);
  });

  test('one that was empty when it was listed, and is written meanwhile, is not read byte by byte', async () => {
    await write('a.jsonl', line('e-0'));
    await write('b.jsonl', '');
    let [pieces, records] = [0, 0];
    const onProgress = ({ index }: Progress): void => {
      if (index === 1) writeFileSync(join(root, 'b.jsonl'), line('e-1').repeat(100));
      else pieces++;
    };
    for await (const batch of readFiles([root], { place: nowhere, onProgress })) records += batch.length;
    expect(records).toBe(101);
    expect(pieces).toBeLessThan(50);
  });

  test('a directory is read in name order, its other files are counted and hidden ones left out', async () => {
    await write('b/2.json.gz', gzipSync(line('e-3')));
    await write('b/1.jsonl', line('e-2'));
    await write('audit.log', line('e-1'));
    await write('z.log.1', line('e-4'));
    await write('README.md', 'text');
    await write('.hidden.json', line('e-5'));
    await symlink(root, join(root, 'circle'));
    await symlink(join(root, 'z.log.1'), join(root, 'y.log'));
    expect(await read([root])).toEqual([
      'skipped 1: files that are no logs by their name',
      'skipped 1: directories that were read under another name',
      'e-1',
      'e-2',
      'e-3',
      'e-4',
      'e-4',
    ]);
  });

  test('links to directories are followed, and each directory is read once whatever leads there', async () => {
    await write('mounted/2026/1.json', line('e-1'));
    await write('logs/2.json', line('e-2'));
    const logs = join(root, 'logs');
    await symlink(join(root, 'mounted'), join(logs, 'a'));
    await symlink(join(root, 'mounted'), join(logs, 'b'));
    await symlink(logs, join(root, 'mounted/back')); // from the outside into the circle
    await symlink('nowhere', join(logs, 'c'));
    await symlink('.', join(logs, 'd.gz'));
    await symlink('e', join(logs, 'e'));
    expect((await read([logs])).toSorted()).toEqual([
      'e-1',
      'e-2',
      'skipped 2: files that are no logs by their name',
      'skipped 3: directories that were read under another name',
    ]);
    // The same where the directory that is named is a link itself.
    await symlink(logs, join(root, 'link'));
    expect((await read([join(root, 'link')])).filter(one => one.startsWith('e-')).toSorted()).toEqual(['e-1', 'e-2']);
  });

  test('a name that is no UTF-8 is read as it is', async () => {
    const name = Buffer.concat([Buffer.from(join(root, 'bad-')), Buffer.from([0xff]), Buffer.from('.json')]);
    await writeFile(name, line('e-1'));
    expect(await read([root])).toEqual(['e-1']);
  });

  test('what in a directory can not be opened is set aside, and the others are read', async () => {
    await write('a.json', line('e-1'));
    await symlink(join(root, 'circle.json'), join(root, 'circle.json'));
    await symlink(join(root, 'absent'), join(root, 'nowhere.json'));
    await write('z.json', line('e-2'));
    expect(await read([root])).toEqual(['unread', 'unread', 'e-1', 'e-2']);
    expect(await read([join(root, '*.json')])).toEqual(['unread', 'unread', 'e-1', 'e-2']);
  });

  test('a named file that can not be opened is an UnreadableInput before any other is read', async () => {
    await write('a.json', line('e-1'));
    await symlink(join(root, 'circle.json'), join(root, 'circle.json'));
    const reads = readFiles([join(root, 'a.json'), join(root, 'circle.json')], { place: nowhere });
    await expect(reads.next()).rejects.toThrow(/circle\.json: it can't be opened \(ELOOP\)/);
  });

  test('a file that can not be read to its end is set aside from there on, and the others are read', async () => {
    await write('z.json', line('e-2'));
    const breaks = async function* () {
      yield bytesOf(line('e-1'));
      throw Object.assign(new Error('i/o error'), { code: 'EIO' });
    };
    expect(await read(['-', join(root, 'z.json')], { stdin: breaks() })).toEqual(['e-1', 'unread', 'e-2']);
  });

  test('a named file is read whatever its name; its content tells what it is', async () => {
    await write('export', gzipSync(line('e-1')));
    await write('lies.gz', line('e-2'));
    expect(await read([join(root, 'export'), join(root, 'lies.gz')])).toEqual(['e-1', 'e-2']);
  });

  test('a glob gives files and directories in order', async () => {
    await write('day=2/a.json', line('e-2'));
    await write('day=1/a.json', line('e-1'));
    await write('night/a.json', line('e-3'));
    expect(await read([join(root, 'day=*')])).toEqual(['e-1', 'e-2']);
    expect(await read([join(root, '**/a.json')])).toEqual(['e-1', 'e-2', 'e-3']);
  });

  test('a file named like a glob is a file', async () => {
    await write('[1].json', line('e-1'));
    expect(await read([join(root, '[1].json')])).toEqual(['e-1']);
  });

  test('- is standard input', async () => {
    expect(await read(['-'], { stdin: streamOf(bytesOf(line('e-1'))) })).toEqual(['e-1']);
  });

  test('a directory without logs says so', async () => {
    await write('README.md', 'text');
    expect(await read([root])).toEqual(['skipped 1: files that are no logs by their name', 'no-records']);
  });

  test('one unreadable record in one file stops neither the file nor the others', async () => {
    await write('a.jsonl', `${line('e-1')}{"cut\n${line('e-2')}`);
    await write('b.jsonl', line('e-3'));
    expect(await read([root])).toEqual(['e-1', 'truncated', 'e-2', 'e-3']);
  });

  test('the path places records as an S3 key does', async () => {
    await write('AWSLogs/222233334444/CloudTrail-Digest/eu-west-1/d.json.gz', 'x');
    await write('AWSLogs/222233334444/CloudTrail/eu-west-1/d.json', line('e-1'));
    expect(await read([root])).toEqual(['e-1', 'skipped 1: CloudTrail digest files, which hold no records']);
  });

  test.skipIf(!existsSync('/proc/self/fd'))(
    'what is left out by its name is not opened, however many there are',
    async () => {
      for (let at = 0; at < 20; at++)
        await write(`AWSLogs/222233334444/CloudTrail-Digest/eu-west-1/${at}.json.gz`, 'x');
      await write('AWSLogs/222233334444/CloudTrail/eu-west-1/d.json', line('e-1'));
      expect(await read([root])).toHaveLength(21);
      await setTimeout(20); // a file is opened in the background
      const open = await Promise.all(
        (await readdir('/proc/self/fd')).map(fd => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
      );
      expect(open.filter(path => path.startsWith(root))).toEqual([]);
    },
  );

  test.each(['absent.json', 'absent/*.json'])('%s, which does not exist, is an UnreadableInput', async path => {
    await expect(read([join(root, path)])).rejects.toThrow(UnreadableInput);
  });

  test('progress counts stored bytes up to the total', async () => {
    await write('a.json.gz', gzipSync(line('e-1')));
    await write('b.json', line('e-2').repeat(1_000));
    const seen: Progress[] = [];
    await read([root], { onProgress: progress => seen.push(progress) });
    const last = seen.at(-1);
    expect(last).toMatchObject({ file: join(root, 'b.json'), index: 2, files: 2 });
    expect(last?.bytes).toBe(last?.total);
    expect(seen.length).toBeGreaterThan(2);
  });
});
