import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rules } from '../../bench/rules.ts';
import { createFleet } from '../../core/cloudtrail/example-ec2.ts';
import { compile } from '../../core/compile.ts';
import { type AnyDetection, cloudtrail } from '../../core/detection.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import { evidenceBytes } from '../../core/redact.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';

/** Bounds that no other file of tests holds: `docs/limits.md` names them all. */
const match = compile(detections, knowledge, exampleSettings);
const launch = createFleet({ types: ['p5.48xlarge'] });
const family = 'cloudtrail/disallowed-instance-family-launched';

describe('one event', () => {
  test('with lists of 100,000 elements is judged in time, and its evidence fits', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => ({ key: `k${at}`, value: 'x' }));
    const { requestParameters } = launch.record;
    const event: AnyEvent = {
      ...launch,
      record: { ...launch.record, requestParameters: { ...requestParameters, tags: many, tagSet: { items: many } } },
    };
    const began = performance.now();
    const found = match(event).find(({ detection }) => detection === family);
    expect(Buffer.byteLength(JSON.stringify(found?.evidence))).toBeLessThanOrEqual(evidenceBytes);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('makes at most 100 findings of one rule, and a finding that says so', () => {
    const [base] = detections.filter(({ id }) => id === family);
    if (base === undefined) throw new Error('the catalogue has it');
    const wide = cloudtrail({
      ...(base as Parameters<typeof cloudtrail>[0]), // a rule about CloudTrail
      by: () => Array.from({ length: 5_000 }, (_, at) => ({ part: `unique-${at}` })),
    });
    const found = compile([wide as AnyDetection], [], exampleSettings)(launch);
    expect(found.filter(({ detection }) => detection === family)).toHaveLength(100);
    expect(found.filter(({ detection }) => detection === 'pipeline/limit-reached').map(({ key }) => key)).toEqual([
      { limit: `findings of one event by ${family}` },
    ]);
  });
});

describe.each(['1970-01-01T00:00:00Z', '2100-12-31T23:59:59Z'])('a clock at %s', eventTime => {
  test('is judged and stored as any other', async () => {
    const event: AnyEvent = { ...launch, time: Date.parse(eventTime), record: { ...launch.record, eventTime } };
    const findings = memoryFindings();
    const quarantine = { keep: async () => undefined };
    const deps = { match, store: memoryStore(), findings, quarantine, now: Date.parse('2026-09-01T10:00:00Z') };
    const counts = await detect([{ kind: 'event', event }], deps);
    expect(counts).toMatchObject({ read: 1, matched: 1, ruleErrors: 0 });
    const stored = findings.list().find(({ finding }) => finding.detection === family)?.finding;
    expect(stored).toMatchObject({ count: 1, first: event.time, last: event.time });
  });
});

describe('a flood of unique keys', () => {
  test('costs its sender’s own findings and leaves everybody else’s as they are', async () => {
    const findings = memoryFindings();
    const deps = { match, store: memoryStore(), findings, quarantine: { keep: async () => undefined } };
    const flood = Array.from({ length: 2_000 }, (_, at): AnyEvent => {
      const account = String(200_000_000_000 + at);
      const record = { ...launch.record, eventID: `flood-${at}`, recipientAccountId: account };
      return { ...launch, id: `flood-${at}`, account, record };
    });
    const began = performance.now();
    await detect(
      [launch, ...flood].map(event => ({ kind: 'event', event }) as const),
      deps,
    );
    const mine = findings.list().filter(({ finding }) => finding.detection === family);
    expect(mine).toHaveLength(2_001);
    expect(mine.every(({ finding }) => finding.count === 1)).toBe(true);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

describe('2,000 rules', () => {
  test('compile in time, and find in an event what the catalogue finds', { timeout: 60_000 }, () => {
    const began = performance.now();
    const large = compile(rules(2_000), knowledge, exampleSettings);
    expect(performance.now() - began).toBeLessThan(30_000);
    const ids = (found: ReturnType<typeof large>): readonly string[] => found.map(({ detection }) => detection);
    expect(ids(large(launch))).toEqual(expect.arrayContaining([...ids(match(launch))]));
  });
});

describe('what runs', () => {
  const lock: {
    readonly packages: Readonly<
      Record<string, { dev?: true; optional?: true; devOptional?: true; hasInstallScript?: true; integrity?: string }>
    >;
  } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));
  const runtime = Object.entries(lock.packages).filter(
    ([path, one]) => path !== '' && !one.dev && !one.optional && !one.devOptional,
  );

  test('needs no install script', () => {
    expect(runtime.length).toBeGreaterThan(10);
    expect(runtime.filter(([, one]) => one.hasInstallScript).map(([path]) => path)).toEqual([]);
  });

  test('is pinned by its hash', () => {
    expect(runtime.filter(([, one]) => one.integrity === undefined).map(([path]) => path)).toEqual([]);
  });
});
