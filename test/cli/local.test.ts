import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { originOf } from '../../adapters/local-folder.ts';
import { main } from '../../cli/tripline.ts';
import { call } from '../../core/cloudtrail/example.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-local-'));
const log = join(folder, 'trail.json');
const tripline = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await main(argv, io);
  return { code, ...written };
};

beforeAll(() =>
  writeFileSync(
    log,
    JSON.stringify({
      Records: [
        call('cloudtrail', 'StopLogging', {
          recipientAccountId: '444455556666',
          requestParameters: { name: 'main' },
        }).record,
      ],
    }),
  ),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start', () => {
  test('deletes no directory that holds anything but a database', async () => {
    const precious = join(folder, 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, '1.log'), 'years of work');
    const { code, err } = await tripline('run', log, '--database', precious);
    expect(code).toBe(2);
    expect(err).toContain('(1.log)');
    expect(readdirSync(precious)).toEqual(['1.log']);
  });

  test('makes its own anew, and keeps what it was made of', async () => {
    const database = join(folder, 'database');
    expect((await tripline('run', log, '--database', database)).code).toBe(0);
    const { code, out } = await tripline('run', log, '--database', database);
    expect(code).toBe(0);
    expect(out).toMatch(/findings --severity critical --database \/.*\/database\n/);
    expect(originOf(database)).toMatchObject({ accounts: ['444455556666'] });
    expect((await tripline('findings', '--database', database, '--account', '444455556666')).out).toContain(
      'cloudtrail/detection-disabled',
    );
    expect(existsSync(join(database, 'in-use'))).toBe(false);
  });

  test('of a database whose files are damaged, or of what it was made of, every command says so', async () => {
    const database = join(folder, 'damaged');
    await tripline('run', log, '--database', database);
    writeFileSync(join(database, 'made-of.json'), '{broken');
    expect((await tripline('learned', '--database', database)).err).toContain('made-of.json is no JSON any more');
    for (const name of readdirSync(database))
      if (name.startsWith('MANIFEST')) writeFileSync(join(database, name), 'damaged');
    const { status, stderr } = spawnSync(
      process.execPath,
      [resolve('cli/tripline.ts'), 'findings', '--database', database],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^tripline.*: the local database can't be opened: .*\n$/),
    ]);
  });

  test('keeps the database of the last run where its input or its place is wrong', async () => {
    const database = join(folder, 'kept');
    await tripline('run', log, '--database', database);
    expect((await tripline('run', join(folder, 'absent.json'), '--database', database)).code).toBe(2);
    expect((await tripline('run', log, '--account', '12', '--database', database)).code).toBe(2);
    expect((await tripline('findings', '--database', database, '--json')).out).toContain(
      'cloudtrail/detection-disabled',
    );
  });

  test('tells what happened months apart, and what is judged when later records have come, as it would have been told', async () => {
    const entered = (month: string, instance: string) =>
      call('ssm', 'StartSession', { eventTime: `2026-${month}-01T10:00:00Z`, requestParameters: { target: instance } });
    const path = join(folder, 'months.json');
    writeFileSync(
      path,
      JSON.stringify({
        Records: [
          entered('03', 'i-0aaaabbbbccccdddd'),
          entered('06', 'i-0bbbbccccddddeeee'),
          entered('09', 'i-0ccccddddeeeeffff'),
        ].map(({ record }) => record),
      }),
    );
    const { code, out } = await tripline('run', path, '--database', join(folder, 'months'));
    expect(code).toBe(0);
    for (const instance of ['i-0aaaabbbbccccdddd', 'i-0bbbbccccddddeeee', 'i-0ccccddddeeeeffff'])
      expect(out).toMatch(new RegExp(`\\[MEDIUM\\] .* the instance ${instance} by StartSession`));
    expect(out).toContain('3 findings, 3 alerts shown');
  });

  test('and every other command leave a database alone that another process has open', async () => {
    const database = join(folder, 'busy');
    await (await localDynamoDB(database)).close();
    const other = spawn('sleep', ['60']);
    writeFileSync(join(database, 'in-use'), String(other.pid));
    for (const command of [['run', log], ['findings']]) {
      const { code, err } = await tripline(...command, '--database', database);
      expect([code, err]).toEqual([2, expect.stringContaining(`in use by process ${other.pid}`)]);
    }
    const ended = new Promise(resolve => other.once('exit', resolve));
    other.kill();
    await ended;
    expect((await tripline('findings', '--database', database)).code).toBe(0); // it was killed, and left its mark
  });
});

test.each(['trail.json', '.', 'nowhere'])('there is no database at %s', async name => {
  const path = join(folder, name);
  const before = readdirSync(folder);
  expect(await tripline('findings', '--database', path)).toMatchObject({
    code: 2,
    err: `tripline findings: there is no database at ${path}: run 'npm start' first, or say --stage NAME for one in AWS\n`,
  });
  expect(readdirSync(folder)).toEqual(before);
});
