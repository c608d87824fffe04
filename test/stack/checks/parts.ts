import { loadPattern } from '../../../core/pattern/load.ts';
import { hubTable, type Table, tables } from '../../../core/tables.ts';
import { quota } from '../../../core/targets/eventbridge/pack.ts';
import { parseLogsPattern } from '../../../core/targets/logs/grammar.ts';
import type { Resource } from '../mocks.ts';
import { type Check, inner, list, of } from './resource.ts';

/** Functions log into groups of ours, which forget. */
export const logRetention: Check = resources => {
  const groups = of(resources, 'aws:cloudwatch/logGroup:LogGroup');
  const kept = new Set(
    groups.filter(({ inputs }) => Number(inputs['retentionInDays']) > 0).map(({ inputs }) => inputs['name']),
  );
  return [
    ...groups.filter(({ inputs }) => !kept.has(inputs['name'])).map(({ name }) => `${name} keeps logs for ever`),
    ...of(resources, 'aws:lambda/function:Function')
      .filter(({ inputs }) => !kept.has(inner(inputs, 'loggingConfig', 'logGroup')))
      .map(({ name }) => `${name} writes to no log group of ours`),
  ];
};

/** Every pattern loads, is within its quota, and a bus has room for those with wildcards. */
export const patterns: Check = resources => {
  const rules = of(resources, 'aws:cloudwatch/eventRule:EventRule');
  const buses = Map.groupBy(
    rules.filter(({ inputs }) => String(inputs['eventPattern']).includes('"wildcard"')),
    ({ region, inputs }) => `${region} ${inputs['eventBusName'] ?? 'default'}`,
  );
  return [
    ...rules.flatMap(({ name, inputs }) => {
      const text = String(inputs['eventPattern']);
      if (text.length > quota.characters) return [`${name}: a pattern of ${text.length} characters`];
      try {
        loadPattern(JSON.parse(text));
        return [];
      } catch (error) {
        return [`${name}: ${error}`];
      }
    }),
    ...[...buses]
      .filter(([, on]) => on.length > quota.wildcardRules)
      .map(([bus, on]) => `${bus}: ${on.length} rules with wildcards`),
    ...of(resources, 'aws:lambda/function:Function').flatMap(({ name, inputs }) => {
      const pattern = inner(inputs, 'environment', 'variables', 'FILTER_PATTERN');
      if (pattern === undefined || pattern === '') return [];
      try {
        parseLogsPattern(String(pattern));
        return [];
      } catch (error) {
        return [`${name}: ${error}`];
      }
    }),
  ];
};

/** Those of every stage, and the hub's where a stage has its function. */
const tablesOf = (resources: readonly Resource[]): readonly Table[] =>
  of(resources, 'aws:lambda/function:Function').some(({ inputs }) => String(inputs['name']).endsWith('-hub'))
    ? [...tables, hubTable]
    : tables;

/** The tables are as the code expects them, can be restored and cannot be deleted by mistake. */
export const tableSchemas: Check = resources =>
  tablesOf(resources).flatMap(schema => {
    const table = of(resources, 'aws:dynamodb/table:Table').find(({ inputs }) =>
      String(inputs['name']).endsWith(`-${schema.name}`),
    );
    if (table === undefined) return [`there is no table ${schema.name}`];
    const { inputs } = table;
    const indexes = list(inputs['globalSecondaryIndexes']).map(index => inner(index, 'name'));
    const wrong = (said: boolean, why: string): readonly string[] => (said ? [] : [`${schema.name}: ${why}`]);
    return [
      ...wrong(inputs['hashKey'] === schema.key.hash, 'another key'),
      ...wrong(
        schema.indexes.every(({ name }) => indexes.includes(name)),
        'an index is missing',
      ),
      ...wrong(inner(inputs, 'ttl', 'attributeName') === schema.ttl, 'items are never forgotten'),
      ...wrong(inner(inputs, 'pointInTimeRecovery', 'enabled') === true, 'no point-in-time recovery'),
      ...wrong(inputs['deletionProtectionEnabled'] === true, 'may be deleted'),
      ...wrong(inputs['billingMode'] === 'PAY_PER_REQUEST', 'capacity must be guessed'),
      ...wrong((schema.stream === undefined) === (inputs['streamEnabled'] !== true), 'its stream'),
    ];
  });

/** Of a bucket that stays when its stage is removed stays what makes it private, and what makes it forget. */
export const bucketsStayWhole: Check = resources => {
  const kept = new Set(of(resources, 'tripline:kept').map(({ name, inputs }) => `${inputs['type']} ${name}`));
  const stays = ({ type, name }: Resource): boolean => kept.has(`${type} ${name}`);
  const buckets = of(resources, 'aws:s3/bucket:Bucket').filter(stays);
  return resources
    .filter(
      ({ type, inputs }) => type.startsWith('aws:s3/') && buckets.some(({ name }) => inputs['bucket'] === `${name}-id`),
    )
    .filter(one => !stays(one))
    .map(({ name }) => `${name} goes, and its bucket stays`);
};

/** Self-protection knows what is ours by its name. */
export const names: Check = resources =>
  resources
    .filter(
      ({ type }) =>
        /:(Queue|Topic|Table|EventRule|EventBus|Schedule|Function|MetricAlarm|Dashboard)$/.test(type) &&
        type.startsWith('aws:'),
    )
    .filter(({ inputs }) => !String(inputs['name'] ?? inputs['dashboardName']).startsWith('tripline-production-'))
    .map(({ name }) => `${name} does not carry the stage's name`);

/** One runtime and one architecture. */
export const runtimes: Check = resources =>
  of(resources, 'aws:lambda/function:Function')
    .filter(({ inputs }) => inputs['runtime'] !== 'nodejs24.x' || list(inputs['architectures'])[0] !== 'arm64')
    .map(({ name }) => `${name} runs on something else than nodejs24.x on arm64`);
