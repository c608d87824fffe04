import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Counts, countsOf, total } from './count.ts';
import { homeRegion } from './mocks.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/deploy.md'), 'utf8');
const counted = (variant: string): Counts =>
  countsOf(JSON.parse(readFileSync(join(root, `.sst/stack-test/${variant}.json`), 'utf8')).resources);
const [plain, full] = [counted('plain'), counted('full')];

/** The region that the others forward to, and any of those that the page reckons with, seventeen less these two. */
const [second, other] = ['us-east-1', 'us-west-2'];
const others = 15;
const dollars = (some: number): string => some.toFixed(2);
const of = (parts: ReadonlyMap<string, number>, region: string): number => parts.get(region) ?? 0;

describe('docs/deploy.md reckons with what a stage has', () => {
  const alarms = of(plain.alarms, homeRegion) + of(plain.alarms, second) + others * of(plain.alarms, other);

  it.each([
    ['keys', `| KMS keys | ${total(plain.keys)}; `],
    [
      'alarms',
      `| alarms | ${of(plain.alarms, homeRegion)} at home, ${of(plain.alarms, second)} in the second region, ${of(plain.alarms, other)} in each of ${others} others: ${alarms} (`,
    ],
    ['what alarms cost', `not reckoned here) | 0.10 | ${dollars(alarms * 0.1)} |`],
    ['metrics', `| metrics from the handlers | ${total(plain.metrics)} at most: `],
    ['what metrics cost', `| 0.30 | ${dollars(total(plain.metrics) * 0.3)} |`],
    [
      'rules',
      `| EventBridge rules | ${of(plain.rules, homeRegion)} at home, ${of(plain.rules, second)} in the second region, ${of(plain.rules, other)} in each other (`,
    ],
    [
      'metrics of the posture reader and of evidence',
      `and ${full.metrics.get('PostureReaderFunction')} and ${full.metrics.get('EvidenceFunction')} metrics at most`,
    ],
    [
      'a further region with clusters',
      `adds a key, ${of(full.alarms, other) - of(plain.alarms, other)} alarms (9 and 1 for each log group) and ${full.metrics.get('AuditFunctionUsWest2')} metrics: `,
    ],
    [
      'every part',
      `has ${total(full.keys)} keys, ${total(full.alarms)} alarms, ${total(full.rules)} rules and ${total(full.metrics)} metrics at most`,
    ],
  ])('%s', (_, words) => {
    expect(page).toContain(words);
  });

  it('the sum, which the example of an account takes up', () => {
    const table =
      /\| what \| how many \| each \| dollars \|\n([\s\S]+?)\n\| \*\*sum\*\* \| \| \| \*\*([\d.]+)\*\* \|/.exec(page);
    const costs = (table?.[1] ?? '').split('\n').flatMap(line => Number(/([\d.]+) \|$/.exec(line)?.[1]) || 0);
    const sum = costs.reduce((all, one) => all + one, 0);
    expect(costs.length).toBeGreaterThan(10);
    expect(table?.[2]).toBe(dollars(sum));
    const example =
      /([\d.]+) × ([\d.]+) \+ ([\d.]+) × ([\d.]+) = ([\d.]+) beside the fixed ([\d.]+), so ([\d.]+) dollars/.exec(page);
    const [a = 0, b = 0, c = 0, d = 0, ...said] = (example ?? []).slice(1).map(Number);
    const [moving, fixed] = [a * b + c * d, sum].map(one => Number(one.toFixed(1)));
    expect(said).toEqual([moving, fixed, Number(((moving ?? 0) + (fixed ?? 0)).toFixed(1))]);
  });
});
