import { expect, test } from 'vitest';
import { absence } from '../../core/state/absence.ts';
import { distinct } from '../../core/state/distinct.ts';
import { sequence } from '../../core/state/sequence.ts';
import { sum } from '../../core/state/sum.ts';
import { threshold } from '../../core/state/threshold.ts';

const id = 'cloudtrail/a';
const doc = 'x';
const note = String;
const minutes = 10 * 60_000;
const steps = ['one', 'two'];
const ordered = { id, doc, steps, step: () => undefined, alone: false, severity: 'low', note: 'x' } as const;
const still = { doc, scope: () => undefined, set: 'x', streams: () => ['heard'] as const, note: 'x' };

test.each<[string, () => unknown, string]>([
  ['minutes', () => threshold({ id, doc, count: 5, within: 10, note }), 'within: 10: milliseconds'],
  ['words', () => threshold({ id, doc, count: 5, within: '10m' as never, note }), 'within: "10m": milliseconds'],
  ['years', () => sum({ id, doc, value: () => 1, within: 365 * 86_400_000, moreThan: 1, note }), 'to 31 days'],
  ['a count of nothing', () => threshold({ id, doc, count: 0, within: minutes, note }), 'count: 0: a number from 1 on'],
  [
    'more than is kept',
    () => threshold({ id, doc, count: 1_001, within: minutes, note }),
    'count: 1001: a whole number up to 1000',
  ],
  [
    'more than is kept of others',
    () => distinct({ id, doc, values: () => [], moreThan: 1_000, within: minutes, note }),
    'moreThan: 1000: a whole number up to 999',
  ],
  [
    'no number',
    () => sum({ id, doc, value: () => 1, within: minutes, moreThan: Number.NaN, note }),
    'a number from 0 on',
  ],
  ['a millisecond too little', () => threshold({ id, doc, count: 5, within: 999, note }), 'within: 999: milliseconds'],
  ['half a millisecond', () => threshold({ id, doc, count: 5, within: minutes + 0.5, note }), 'within: 600000.5'],
  ['a day too many', () => threshold({ id, doc, count: 5, within: 32 * 86_400_000, note }), 'within: 2764800000'],
  ['half an event', () => threshold({ id, doc, count: 2.5, within: minutes, note }), 'count: 2.5: a whole number'],
  [
    'a number in words',
    () => threshold({ id, doc, count: '5' as never, within: minutes, note }),
    `state of ${id}: count: "5": a number from 1 on`,
  ],
  [
    'less than none',
    () => distinct({ id, doc, values: () => [], moreThan: -1, within: minutes, note }),
    'moreThan: -1: a number from 0 on',
  ],
  ['seconds of an absence', () => absence({ ...still, within: 900 }), 'state of an absence: within: 900: milliseconds'],
  ['a span of a sequence', () => sequence({ ...ordered, of: 'two', within: 60 }), 'within: 60'],
  [
    'a step that is none',
    () => sequence({ ...ordered, of: 'three', within: minutes }),
    'of: "three": one of its steps',
  ],
  [
    'one step alone',
    () => sequence({ ...ordered, steps: ['two'], of: 'two', within: minutes }),
    'of: "two": one of its steps, of which there are two at least',
  ],
  [
    'a step that is to come twice',
    () => sequence({ ...ordered, steps: ['one', 'one', 'two'], of: 'two', within: minutes }),
    'steps: one, one, two: each once',
  ],
])('a state of %s is refused when it is made', (_, make, says) => {
  expect(make).toThrow(says);
});

test.each<[string, () => { readonly kind: string }]>([
  ['as much as is kept', () => threshold({ id, doc, count: 1_000, within: minutes, note })],
  ['one event', () => threshold({ id, doc, count: 1, within: minutes, note })],
  ['a second', () => threshold({ id, doc, count: 5, within: 1_000, note })],
  ['31 days', () => threshold({ id, doc, count: 5, within: 31 * 86_400_000, note })],
  ['more than none', () => distinct({ id, doc, values: () => [], moreThan: 0, within: minutes, note })],
  ['more than all but one', () => distinct({ id, doc, values: () => [], moreThan: 999, within: minutes, note })],
  ['more than half', () => sum({ id, doc, value: () => 1, moreThan: 0.5, within: minutes, note })],
  ['two steps', () => sequence({ ...ordered, of: 'two', within: minutes })],
])('a state of %s can be made', (_, make) => {
  expect(make().kind).toMatch(/^(?:threshold|distinct|sum|sequence)$/);
});
