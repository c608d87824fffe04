import { expect, test } from 'vitest';
import { activityOf } from '../core/activity.ts';
import { isRemedy } from '../core/finding.ts';
import { finding } from './announce/case.ts';

test('of each detection its findings are counted, those that somebody has yet to end, and false alarms', () => {
  const one = { detection: 'cloudtrail/launch-burst' } as const;
  const all = activityOf([
    finding({ ...one, status: 'open' }),
    finding({ ...one, status: 'acknowledged' }),
    finding({ ...one, status: 'suppressed' }),
    finding({ ...one, status: 'resolved', disposition: 'false-positive' }),
    finding({ ...one, status: 'resolved', disposition: 'benign' }),
    finding({ detection: 'kubernetes/nodepool-deleted', status: 'open', disposition: 'false-positive' }),
  ]);
  expect(Object.fromEntries(all)).toEqual({
    'cloudtrail/launch-burst': { findings: 5, open: 2, falsePositives: 1 },
    'kubernetes/nodepool-deleted': { findings: 1, open: 1, falsePositives: 1 },
  });
});

test('what the inventory finds when it looks again is no verdict of somebody’s', () => {
  const all = ['mended', 'gone', 'true-positive', 'benign', 'false-positive', undefined] as const;
  expect(all.filter(isRemedy)).toEqual(['mended', 'gone']);
});
