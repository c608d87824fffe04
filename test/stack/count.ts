import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Resource } from './mocks.ts';

/** What a synthesised stage has of the things that cost money by the month: docs/deploy.md reckons with it. */
const root = join(import.meta.dirname, '../..');
const functions = join(root, 'functions/');

/** The modules of `functions/` that a handler is made of, those that it loads later included. */
const modulesOf = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/(?: from |\bimport\()'(\.[^']+\.ts)'/g)) {
    const path = join(dirname(file), from);
    if (path.startsWith(functions)) modulesOf(path, seen);
  }
  return seen;
};

const meter = join(root, 'functions/invocation/meter.ts');
const known = [...readFileSync(meter, 'utf8').matchAll(/^.*'([A-Z]\w+)'/gm)]
  .flatMap(([line]) => [...line.matchAll(/'([A-Z]\w+)'/g)])
  .map(([, name = '']) => name);

/** Names of the metrics that a handler may print: each is charged once for every function that prints it, in hours in which it does. */
const metricsOf = (handler: string): readonly string[] => {
  const texts = [...modulesOf(join(root, `${handler.replace(/\.handler$/, '')}.ts`))]
    .filter(file => file !== meter)
    .map(file => readFileSync(file, 'utf8'));
  return known.filter(name => texts.some(text => text.includes(`'${name}'`)));
};

/** What of a stage costs money by the month, or has a quota. */
export interface Counts {
  /** By region. */
  readonly keys: ReadonlyMap<string, number>;
  readonly alarms: ReadonlyMap<string, number>;
  readonly rules: ReadonlyMap<string, number>;
  /** Queues that functions poll. */
  readonly polled: number;
  /** By function. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** Counts them. @param resources as `npm run stack:test` synthesised them */
export const countsOf = (resources: readonly Resource[]): Counts => {
  const byRegion = (type: string) =>
    new Map(
      [
        ...Map.groupBy(
          resources.filter(one => one.type === type),
          one => one.region,
        ),
      ].map(([region, some]) => [region, some.length]),
    );
  return {
    keys: byRegion('aws:kms/key:Key'),
    alarms: byRegion('aws:cloudwatch/metricAlarm:MetricAlarm'),
    rules: byRegion('aws:cloudwatch/eventRule:EventRule'),
    polled: resources.filter(
      one => one.type.endsWith('EventSourceMapping') && String(one.inputs['eventSourceArn']).includes(':sqs:'),
    ).length,
    metrics: new Map(
      resources
        .filter(one => one.type === 'tripline:handler')
        .map(one => [one.name, metricsOf(String(one.inputs['handler'])).length]),
    ),
  };
};

/** All of what was counted in parts. */
export const total = (parts: ReadonlyMap<string, number>): number =>
  [...parts.values()].reduce((sum, some) => sum + some, 0);

if (import.meta.main)
  for (const variant of process.argv.slice(2)) {
    const { resources }: { readonly resources: readonly Resource[] } = JSON.parse(
      readFileSync(join(root, `.sst/stack-test/${variant}.json`), 'utf8'),
    );
    const { keys, alarms, rules, polled, metrics } = countsOf(resources);
    const regional = (parts: ReadonlyMap<string, number>): string =>
      `${total(parts)} (${[...parts].map(([region, some]) => `${some} in ${region}`).join(', ')})`;
    console.log(
      [
        `${variant}: keys ${regional(keys)}`,
        `alarms ${regional(alarms)}`,
        `rules ${regional(rules)}`,
        `queues read by functions ${polled}`,
        `metrics ${total(metrics)} at most (${[...metrics].map(([name, some]) => `${name} ${some}`).join(', ')})`,
      ].join('; '),
    );
  }
