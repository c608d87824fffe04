import { expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { defineConfig } from '../../core/config.ts';
import type { AnyEvent } from '../../core/event.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { marksOf } from '../../core/state/heard.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { deps, use } from '../../functions/deps/deps.ts';
import { findSilences } from '../../functions/sources/silence.ts';

const noon = Date.parse('2026-09-01T12:00:00Z');
const minute = 60_000;

const at = (time: number): AnyEvent => call('ec2', 'DescribeInstances', { eventTime: new Date(time).toISOString() });

test('a silent source is one finding, however often the sweep looks', async () => {
  const before = deps();
  const store = memoryStore();
  await store.observe(marksOf([-30, -15, 0].map(one => at(noon + one * minute))));
  const findings = memoryFindings();
  let now = noon + 2 * 60 * minute;
  const settings = defineConfig({ accounts: ['111122223333'], clusters: [{ name: 'prod' }] });
  use({
    ...before,
    settings,
    store: () => store,
    findings: () => ({ ...before.findings, ...findings }) as never,
    now: () => now,
  });
  try {
    expect(await findSilences()).toBe(1);
    now += 5 * minute;
    await findSilences();
  } finally {
    use(before);
  }
  const [only, ...more] = findings.list();
  expect(more).toEqual([]);
  expect(only?.finding).toMatchObject({ detection: 'pipeline/source-silent', severity: 'high', count: 1 });
  expect(only?.finding.title).toBe('Nothing has come from CloudTrail of 111122223333 since 2026-09-01 12:00 UTC');
});
