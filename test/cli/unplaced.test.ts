import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run as scan } from '../../cli/scan.ts';
import { unplaced } from '../../cli/unplaced.ts';
import { call } from '../../core/cloudtrail/example.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-unplaced-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, ...records: readonly object[]): string => {
  const path = join(folder, name);
  writeFileSync(path, records.map(record => JSON.stringify(record)).join('\n'));
  return path;
};
const trail = file('trail.jsonl', call('ec2', 'DescribeInstances').record);
const log = file('audit.jsonl', audit('get', 'pods').record, audit('patch', 'ec2nodeclasses.karpenter.k8s.aws').record);
const settings = join(folder, 'none.config.ts');
writeFileSync(
  settings,
  `import { defineConfig } from '${resolve('core/config.ts')}';\nexport default defineConfig({});\n`,
);

const said = async (...flags: readonly string[]): Promise<string> => {
  const { io, written } = terminal();
  await scan([...flags, '--settings', settings, '--json'], io);
  return written.err
    .split('\n')
    .filter(line => line.includes('lineage'))
    .join('\n');
};

test('audit events without account and cluster are told beside CloudTrail, with the flags that say them', async () => {
  expect(await said(trail, log)).toBe(
    [
      'tripline scan: 2 audit events without an account: lineage detections cannot join them with CloudTrail. If you know it, run again with --account 111122223333',
      'tripline scan: 2 audit events without a cluster: lineage detections cannot join them with CloudTrail. If you know it, run again with --cluster NAME',
    ].join('\n'),
  );
});

test('nothing is told where the flags say them, or where there is nothing to join', async () => {
  expect(await said(trail, log, '--account', '111122223333', '--cluster', 'prod')).toBe('');
  expect(await said(trail)).toBe('');
  expect(await said(log)).toBe('');
});

test('of many accounts a few are named', () => {
  const { io, written } = terminal();
  const places = unplaced();
  for (let at = 0; at < 9; at++)
    places.add({ source: 'cloudtrail', account: `${at}`.repeat(12), cluster: '', time: 0 });
  places.add({ source: 'kubernetes', account: '', cluster: 'prod', time: 0 }, 3);
  places.tell('scan', io);
  expect(written.err).toContain(
    '3 audit events without an account: lineage detections cannot join them with CloudTrail. If you know it, run again with --account ID, one of 000000000000, 111111111111, 222222222222, 333333333333, 444444444444, …',
  );
});
