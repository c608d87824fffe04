import { describe, expect, it } from 'vitest';
import { longestStage, stagePrefix } from '../../core/stage.ts';
import { fitting } from '../../stacks/fitting.ts';
import { checks } from './checks.ts';
import { rule } from './kinds.ts';
import { homeRegion, type Resource } from './mocks.ts';
import { all, full, others, plain, read } from './synthesis.ts';

describe.each([
  ['plain', plain, checks(others, [homeRegion])],
  ['full', full, all],
  ['as many archives as', read('many'), checks(others, [homeRegion])],
])('the stack with %s settings', (_, { resources }, every) => {
  it.each(Object.entries(every))('%s', { timeout: 30_000 }, (__, check) => {
    expect(check(resources)).toEqual([]);
  });
});

/** Characters that AWS takes for names, by type (API references of each service: CreateFunction, PutRule, CreateRole, …). */
const longest: Readonly<Record<string, number>> = {
  'aws:lambda/function:Function': 64,
  'aws:cloudwatch/eventRule:EventRule': 64,
  'aws:iam/role:Role': 64,
  'aws:scheduler/schedule:Schedule': 64,
  'aws:sqs/queue:Queue': 80,
  'aws:cloudwatch/eventBus:EventBus': 256,
  'aws:sns/topic:Topic': 256,
  'aws:dynamodb/table:Table': 255,
  'aws:cloudwatch/metricAlarm:MetricAlarm': 255,
};

describe('a stage with the longest name that one may have', () => {
  const begins = stagePrefix('x'.repeat(longestStage));
  const long = read('long').resources;

  it.each(Object.entries(longest))('%s: names are whole, ours, and within %d characters', (type, most) => {
    const found = long.filter(one => one.type === type).map(({ inputs }) => String(inputs['name']));
    expect(found).not.toEqual([]);
    expect(found.filter(name => name.length > most || !name.startsWith(begins))).toEqual([]);
  });

  it('has buckets that begin with its name, and differ after it', () => {
    const buckets = long
      .filter(({ type }) => type === 'aws:s3/bucket:Bucket')
      .map(({ inputs }) => String(inputs['bucketPrefix']));
    expect(new Set(buckets).size).toBe(2);
    for (const bucket of buckets) expect([bucket.startsWith(begins), bucket.length]).toEqual([true, 37]);
  });

  it('has patterns within their quota', () => {
    expect(all['every pattern fits its quota and is one that AWS takes']?.(long)).toEqual([]);
  });

  it('has the rules that any other has', () => {
    const parts = (resources: readonly Resource[], stage: string) =>
      resources
        .filter(({ type }) => type === rule)
        .map(({ inputs, region }) => `${region} ${String(inputs['name']).slice(stagePrefix(stage).length)}`)
        .toSorted();
    expect(parts(long, 'x'.repeat(longestStage))).toEqual(parts(full.resources, 'production'));
  });
});

it('resources are named one by one while policies have room for them', () => {
  const clusters = (count: number) =>
    Array.from({ length: count }, (_, at) => `arn:aws:eks:eu-west-1:111122223333:cluster/cluster-${at}`);
  expect(fitting(clusters(50), 'arn:aws:eks:*:111122223333:cluster/*')).toEqual(clusters(50));
  expect(fitting(clusters(500), 'arn:aws:eks:*:111122223333:cluster/*')).toEqual([
    'arn:aws:eks:*:111122223333:cluster/*',
  ]);
});
