import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { belatedScope, isBelated } from '../../core/findings/belated.ts';
import { endedBy, isTakenUp } from '../../core/findings/ended.ts';
import { at, finding, hour } from '../announce/case.ts';

const minute = 60_000;
const { due: _, ...quiet } = finding();
const mine = quiet.detection;
const off = defineConfig({ detections: { [mine]: { status: 'off' } } });
const on = defineConfig({});
const known = new Set([mine]);

describe('a finding is taken up', () => {
  test.each<[string, object, boolean]>([
    ['by nobody', {}, false],
    ['where it was acknowledged', { status: 'acknowledged' }, true],
    ['where it is assigned', { assignee: 'bob' }, true],
    ['where it was found true', { disposition: 'true-positive' }, true],
    ['not where it was found benign', { disposition: 'benign' }, false],
    ['where somebody reopened it', { worked: { status: 'open', who: 'alice', at } }, true],
    ['not where Tripline did', { worked: { status: 'open', who: 'tripline', at } }, false],
  ])('%s', (__, over, expected) => {
    expect(isTakenUp({ ...quiet, ...over })).toBe(expected);
  });
});

describe('a finding ends', () => {
  test.each<[string, object, typeof on, number, 'off' | 'removed' | undefined]>([
    ['an hour after its detection was switched off', {}, off, hour, 'off'],
    ['not before', {}, off, hour - 1, undefined],
    ['not while its detection is on', {}, on, 48 * hour, undefined],
    ['a day after its detection was removed', { detection: 'cloudtrail/gone' }, on, 24 * hour, 'removed'],
    ['not before that day is over', { detection: 'cloudtrail/gone' }, on, 24 * hour - 1, undefined],
    ['never where it is of the pipeline', { detection: 'pipeline/gone' }, on, 48 * hour, undefined],
    ['never where the inventory finds it', { detection: 'posture/subnet-public' }, on, 48 * hour, undefined],
    ['never where it is critical', { severity: 'critical' }, off, 48 * hour, undefined],
    ['never where somebody has it', { assignee: 'bob' }, off, 48 * hour, undefined],
    ['not while something is to be said of it', { due: at }, off, 48 * hour, undefined],
  ])('%s', (__, over, settings, later, expected) => {
    expect(endedBy({ ...quiet, ...over }, known, settings, at + later)).toBe(expected);
  });
});

describe('a record that came late', () => {
  const launch = { ...quiet, detection: 'lineage/node-never-launched', key: { instance: 'i-0aaa' } };
  const join = { ...launch, detection: 'lineage/instance-never-joined' };
  const iso = (time: number): string => new Date(time).toISOString();

  test('is looked for where it would stand, for two days', () => {
    expect(belatedScope(launch, at)).toBe('instance#111122223333#i-0aaa');
    expect(belatedScope(join, at)).toBe('joined#111122223333#i-0aaa');
    expect(belatedScope(launch, at + 48 * hour - 1)).toBeDefined();
    expect(belatedScope(launch, at + 48 * hour)).toBeUndefined();
  });

  test.each<[string, object]>([
    ['of another detection', { detection: mine }],
    ['of no instance', { key: {} }],
    ['of which something is to be said', { due: at }],
    ['that somebody has', { assignee: 'bob' }],
  ])('is not looked for of a finding %s', (__, over) => {
    expect(belatedScope({ ...launch, ...over }, at)).toBeUndefined();
  });

  test('ends a finding only where what it tells of was there in time', () => {
    expect(isBelated(launch, { launched: [iso(at)] })).toBe('launched');
    expect(isBelated(launch, { launched: [iso(at + 1), iso(at - hour)] })).toBe('launched');
    expect(isBelated(launch, { launched: [iso(at + 1)] })).toBeUndefined();
    expect(isBelated(join, { joined: [iso(at + 15 * minute)] })).toBe('joined');
    expect(isBelated(join, { joined: [iso(at + 15 * minute + 1)] })).toBeUndefined();
    expect(isBelated(join, { launched: [iso(at)] })).toBeUndefined();
    expect(isBelated(launch, {})).toBeUndefined();
    expect(isBelated(quiet, { launched: [iso(at)], '': [iso(at)] })).toBeUndefined();
  });
});
