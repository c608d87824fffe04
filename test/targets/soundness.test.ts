import { describe, expect, it } from 'vitest';
import { ordinaryAudit } from '../../bench/ordinary-log.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';
import { logsFilter } from '../../core/targets/logs/filter.ts';
import { admitsLog, parseLogsPattern } from '../../core/targets/logs/grammar.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { exampleEvents, generated, judge, recordedEvents, take } from './soundness.ts';

const examples = exampleEvents(detections);
const recorded = recordedEvents();

describe("the catalogue's filters never drop what a rule asks for", () => {
  it('in any example', () => {
    expect(judge(examples, detections, knowledge).dropped).toEqual([]);
  });

  it('in any example under settings that say nothing: controllers and nodes are known by their usual names', () => {
    expect(judge(examples, detections, knowledge, defineConfig({})).dropped).toEqual([]);
  });

  it.skipIf(recorded === undefined)('in any recorded event (skipped where ../shared/data is absent)', () => {
    expect(judge(recorded ?? [], detections, knowledge).dropped).toEqual([]);
  });

  it('in 3,000 generated events, most of whose rules hold at least once', () => {
    const verdict = judge(take(3_000, generated(examples, 20_260_901)), detections, knowledge);
    expect(verdict.dropped).toEqual([]);
    const held = [...verdict.held.values()].filter(times => times > 0).length;
    expect(held).toBeGreaterThan(verdict.held.size * 0.8);
  });

  it('and this law can fail: a filter of half the rules drops events of the other half', () => {
    const half = detections.filter((_, index) => index % 2 === 0);
    const admitted = judge(examples, half, []).admitted;
    expect(admitted).toBeLessThan(judge(examples, detections, knowledge).admitted);
  });
});

describe("the catalogue's filters fit their quotas", () => {
  const trail = eventBridgeFilter(detections, knowledge, exampleSettings);
  const logs = logsFilter(detections, knowledge, exampleSettings);

  it('with patterns that AWS accepts', () => {
    for (const { pattern } of trail.patterns) {
      expect(pattern.length).toBeLessThanOrEqual(quota.characters);
      expect(() => loadPattern(JSON.parse(pattern))).not.toThrow();
      expect(JSON.parse(pattern)).toHaveProperty('detail');
    }
    expect(trail.patterns.filter(({ wildcards }) => wildcards).length).toBeLessThanOrEqual(quota.wildcardRules);
  });

  it.each([2, 20])('with as many controllers as a platform of %i clusters has', clusters => {
    const controllers = Array.from({ length: clusters }, (_, at) => ({
      kind: 'karpenter' as const,
      cluster: `cluster-${at}`,
      roles: [`arn:aws:iam::${111122220000 + at}:role/platform/karpenter-of-cluster-${at}`],
      serviceAccounts: [`system:serviceaccount:karpenter-${at}:karpenter`],
    }));
    const settings = { ...exampleSettings, controllers };
    const { pattern } = logsFilter(detections, knowledge, settings);
    const parsed = parseLogsPattern(pattern);
    // Their names are alike, so that a star stands for what they differ in: an eighth of an ordinary log is admitted, as with one.
    const log = ordinaryAudit(4_000);
    expect(log.filter(record => admitsLog(parsed, record)).length).toBeLessThan(log.length / 6);
    const { patterns } = eventBridgeFilter(detections, knowledge, settings);
    for (const { pattern: one } of patterns) expect(one.length).toBeLessThanOrEqual(quota.characters);
  });

  it('with one Logs pattern of the specified grammar that narrows', () => {
    expect(logs.pattern).not.toBe('');
    expect(() => parseLogsPattern(logs.pattern)).not.toThrow();
  });
});
