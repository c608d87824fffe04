import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../cli/tripline.ts';
import { terminal } from './terminal.ts';

const hunt = async (...argv: string[]) => {
  const { io, written } = terminal();
  return { code: await main(['hunt', ...argv], io), ...written };
};
const one = ['--detection', 'cloudtrail/gpu-quota-requested'];

test('a hunt is one query of the console’s table, and what it is stands before it', async () => {
  const { code, out, err } = await hunt(...one);
  expect(code).toBe(0);
  expect(err).toBe('');
  expect(out).toBe(
    [
      "-- Finds the records that 1 detection may match, and some more: run 'tripline scan' on them (docs/hunting.md).",
      'SELECT "$path" AS object, count(*) AS records',
      'FROM "cloudtrail_logs"',
      "WHERE ((eventsource IN ('servicequotas.amazonaws.com') AND eventname IN ('PutServiceQuotaIncreaseRequestIntoTemplate', 'RequestServiceQuotaIncrease')))",
      'GROUP BY "$path"',
      'ORDER BY "$path";',
      '',
    ].join('\n'),
  );
});

test('times bound it, without a part of a second that would sort behind them', async () => {
  const { out } = await hunt(...one, '--from', '2026-01-01', '--to', '2026-02-01T10:00:00+02:00');
  expect(out).toContain(
    "WHERE eventtime >= '2026-01-01T00:00:00'\n  AND eventtime < '2026-02-01T08:00:00'\n  AND ((eventsource",
  );
  // As the API server writes them: of the bound's own second, before a Z.
  expect('2026-01-01T00:00:00.123456Z' >= '2026-01-01T00:00:00').toBe(true);
  const { out: audit } = await hunt('--source', 'kubernetes', '--from', '2026-01-01');
  expect(audit).toContain(
    `coalesce(json_value("record", 'lax $."requestReceivedTimestamp"'), json_value("record", 'lax $."stageTimestamp"')) >= '2026-01-01T00:00:00'`,
  );
});

test.each([
  ['2026-01-01T10:00', '2026-01-02T10:00', '2026-01-01T10:00:00', '2026-01-02T10:00:00'],
  ['2026-01-01T10:00:00.900Z', '2026-01-02T10:00:00.900Z', '2026-01-01T10:00:00', '2026-01-02T10:00:01'],
])('what lies from %s to %s is in it, wherever it is asked', async (from, to, first, behind) => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/New_York';
  try {
    const { out } = await hunt(...one, '--from', from, '--to', to);
    expect(out).toContain(`eventtime >= '${first}'\n  AND eventtime < '${behind}'`);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('detections that the settings switch off are no hunt', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-hunt-'));
  try {
    const file = join(folder, 'settings.ts');
    const config = new URL('../../core/config.ts', import.meta.url).href;
    writeFileSync(
      file,
      `import { defineConfig } from '${config}';\nexport default defineConfig({ detections: { '${one[1]}': { status: 'off' } } });\n`,
    );
    const { code, out, err } = await hunt(...one, '--settings', file);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`no detection is left to hunt for: the settings switch off ${one[1]}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('whole records are asked for where a column holds them, in the table that is named', async () => {
  const { out } = await hunt(...one, '--table', 'aws-logs.security.trail', '--records', 'whole');
  expect(out).toContain('SELECT "whole"\nFROM (SELECT "whole",\n    json_value("whole", ');
  expect(out).toContain('FROM "aws-logs"."security"."trail") AS records');
});

test('what is learned from is asked for where a detection keeps state', async () => {
  const asked = async (...argv: string[]): Promise<readonly string[]> =>
    JSON.parse((await hunt('--json', ...argv)).out).rules.map(({ id }: { readonly id: string }) => id);
  expect(await asked(...one)).toEqual(['cloudtrail/gpu-quota-requested']);
  expect(await asked('--detection', 'cloudtrail/instance-credentials-off-instance')).toContain('knowledge/instances');
  const all = await asked();
  expect(all.length).toBeGreaterThan(50);
  expect(await asked('--without', 'cloudtrail/gpu-quota-requested')).toEqual(
    all.filter(id => id !== 'cloudtrail/gpu-quota-requested'),
  );
});

test('what is joined from both logs is asked for in each of them', async () => {
  const joined = ['--detection', 'lineage/instance-never-joined'];
  const idsIn = async (source: string): Promise<readonly string[]> =>
    JSON.parse((await hunt('--json', '--source', source, ...joined)).out).rules.map(
      ({ id }: { readonly id: string }) => id,
    );
  expect(await idsIn('cloudtrail')).toEqual(
    expect.arrayContaining(['lineage/instance-never-joined', 'knowledge/instances']),
  );
  expect(await idsIn('kubernetes')).toContain('knowledge/nodes');
  expect(await idsIn('kubernetes')).not.toContain('lineage/instance-never-joined');
  expect((await hunt(...joined)).out).toContain('join these with what --source kubernetes asks for');
  expect((await hunt(...joined, '--source', 'kubernetes')).out).toContain('what --source cloudtrail asks for');
  expect((await hunt(...one)).out).not.toContain('--source');
  // It counts what one log tells.
  const { code, err } = await hunt('--detection', 'lineage/node-churn');
  expect([code, err]).toEqual([2, expect.stringContaining('reads other logs than cloudtrail')]);
});

describe('a wrong flag is told, with exit code 2', () => {
  test.each([
    [['--detection', 'cloudtrail/none'], "no detection 'cloudtrail/none'"],
    [['--without', 'cloudtrail/none'], "no detection 'cloudtrail/none'"],
    [['--detection', 'kubernetes/secret-sweep'], 'reads other logs than cloudtrail'],
    [['--source', 'other'], '--source takes one of cloudtrail, kubernetes'],
    [['--table', 'a; DROP TABLE b'], '--table takes a name'],
    [['--table', 'a.b.c.d'], '--table takes a name'],
    [['--records', 'a"b'], '--records takes the name of a column'],
    [['--from', 'yesterday'], '--from takes a time'],
    [['--from', '2026-02-31'], '--from takes a time'],
    [['--from', '2026-02-01', '--to', '2026-01-01'], '--from must be earlier than --to'],
    [[...one, '--without', 'cloudtrail/gpu-quota-requested'], 'no detection is left'],
    [['logs/'], "it reads no files: 'logs/'"],
    [['cloudtrail/gpu-quota-requested'], '--detection cloudtrail/gpu-quota-requested hunts for that one'],
  ])('%j', async (argv, said) => {
    const { code, out, err } = await hunt(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(said);
  });
});

test('a hunt that is too long for Athena is several, of which each says which it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-hunt-'));
  try {
    const file = join(folder, 'settings.ts');
    const config = new URL('../../core/config.ts', import.meta.url).href;
    writeFileSync(
      file,
      `import { defineConfig } from '${config}';
const names = Array.from({ length: 90 }, (_, at) => 'prod-' + at);
export default defineConfig({
  accounts: ['111122223333'],
  clusters: names.map(name => ({ name, nodeRoles: ['KarpenterNodeRole-' + name, 'nodes-of-' + name] })),
  controllers: names.map(name => ({ kind: 'karpenter', cluster: name, roles: ['arn:aws:iam::111122223333:role/' + name + '-karpenter'] })),
});\n`,
    );
    const { code, out } = await hunt('--settings', file);
    expect(code).toBe(0);
    const statements = out.split(';\n').slice(0, -1);
    expect(statements).toHaveLength(2);
    for (const [at, statement] of statements.entries()) {
      expect(Buffer.byteLength(statement)).toBeLessThanOrEqual(262_144);
      expect(statement).toContain(`-- Query ${at + 1} of 2, for Athena takes no longer ones: run each`);
    }
    const { queries } = JSON.parse((await hunt('--settings', file, '--json')).out);
    expect(statements.map(one => one.slice(one.indexOf('SELECT')))).toEqual(queries);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
