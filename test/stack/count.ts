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
export const metricsOf = (handler: string): readonly string[] => {
  const texts = [...modulesOf(join(root, `${handler.replace(/\.handler$/, '')}.ts`))]
    .filter(file => file !== meter)
    .map(file => readFileSync(file, 'utf8'));
  return known.filter(name => texts.some(text => text.includes(`'${name}'`)));
};

if (import.meta.main)
  for (const variant of process.argv.slice(2)) {
    const { resources }: { readonly resources: readonly Resource[] } = JSON.parse(
      readFileSync(join(root, `.sst/stack-test/${variant}.json`), 'utf8'),
    );
    const count = (type: string): string => {
      const found = resources.filter(one => one.type === type);
      const regions = [...Map.groupBy(found, one => one.region)].map(([region, some]) => `${some.length} in ${region}`);
      return `${found.length} (${regions.join(', ')})`;
    };
    const metrics = resources
      .filter(one => one.type === 'tripline:handler')
      .map(one => ({ name: one.name, names: metricsOf(String(one.inputs['handler'])) }));
    console.log(
      [
        `${variant}: keys ${count('aws:kms/key:Key')}`,
        `alarms ${count('aws:cloudwatch/metricAlarm:MetricAlarm')}`,
        `rules ${count('aws:cloudwatch/eventRule:EventRule')}`,
        `queues read by functions ${resources.filter(one => one.type.endsWith('EventSourceMapping') && String(one.inputs['eventSourceArn']).includes(':sqs:')).length}`,
        `metrics ${metrics.reduce((sum, one) => sum + one.names.length, 0)} at most (${metrics.map(one => `${one.name} ${one.names.length}`).join(', ')})`,
      ].join('; '),
    );
  }
