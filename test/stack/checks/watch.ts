import { homeRegion, type Resource } from '../mocks.ts';
import { hops, targetArns } from './delivery.ts';
import { type Check, inner, list, of } from './resource.ts';

/** A dead letter, an error or a throttle of whatever function raises an alarm. */
export const alarms: Check = resources => {
  const watched = new Set(
    of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').map(
      ({ region, inputs }) => `${region} ${inputs['metricName']} ${JSON.stringify(inputs['dimensions'])}`,
    ),
  );
  const ends = new Set(hops.flatMap(type => [...targetArns(resources, type)]));
  return [
    ...of(resources, 'aws:sqs/queue:Queue')
      .filter(({ arn }) => ends.has(arn))
      .filter(
        ({ region, inputs }) =>
          !watched.has(`${region} ApproximateNumberOfMessagesVisible ${JSON.stringify({ QueueName: inputs['name'] })}`),
      )
      .map(({ name, region }) => `nobody hears of messages in ${name} (${region})`),
    ...of(resources, 'aws:lambda/function:Function').flatMap(({ region, inputs }) =>
      ['Errors', 'Throttles']
        .filter(metric => !watched.has(`${region} ${metric} ${JSON.stringify({ FunctionName: inputs['name'] })}`))
        .map(metric => `nobody hears of ${metric} of ${inputs['name']}`),
    ),
  ];
};

/** EventBridge counts a rule of another bus than the default under its bus and its name, and one of the default under its name alone. */
export const rulesCounted: Check = resources => {
  const rules = of(resources, 'aws:cloudwatch/eventRule:EventRule');
  return of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .filter(({ inputs }) => inputs['namespace'] === 'AWS/Events')
    .filter(
      ({ region, inputs }) =>
        !rules.some(
          rule =>
            rule.region === region &&
            rule.inputs['name'] === inner(inputs, 'dimensions', 'RuleName') &&
            rule.inputs['eventBusName'] === inner(inputs, 'dimensions', 'EventBusName'),
        ),
    )
    .map(({ name }) => `${name} watches a number that EventBridge never writes`);
};

/** An alarm tells a topic, or is forwarded by its region's rule. */
export const alarmsTell: Check = resources => {
  const forwarded = new Set(
    of(resources, 'aws:cloudwatch/eventRule:EventRule')
      .filter(({ inputs }) => String(inputs['name']).endsWith('-alarms'))
      .map(({ region }) => region),
  );
  return of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .filter(({ inputs, region }) =>
      region === homeRegion ? list(inputs['alarmActions']).length === 0 : !forwarded.has(region),
    )
    .map(({ name, region }) => `${name} (${region}) tells nobody`);
};

/** Without rounds there is no number, and no number is an alarm. */
export const canaryAlarm: Check = resources => {
  const found = of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').filter(
    ({ inputs }) => inputs['metricName'] === 'CanariesLate',
  );
  return found.some(({ inputs }) => inputs['treatMissingData'] === 'breaching' && Number(inputs['threshold']) === 0)
    ? []
    : ['nobody hears of a canary that does not come back'];
};

/** What tells of changes to the watcher passes no function and no table. */
export const guard: Check = resources => {
  const topics = of(resources, 'aws:sns/topic:Topic').filter(({ inputs }) => String(inputs['name']).endsWith('-guard'));
  const rules = of(resources, 'aws:cloudwatch/eventRule:EventRule');
  const targets = of(resources, 'aws:cloudwatch/eventTarget:EventTarget');
  const told = targets.filter(({ inputs }) => topics.some(({ arn }) => arn === inputs['arn']));
  /** The patterns of the rules on a bus that tell a topic. */
  const tells = (topic: Resource, bus: unknown): ReadonlySet<unknown> =>
    new Set(
      told
        .filter(({ inputs }) => inputs['arn'] === topic.arn && inputs['eventBusName'] === bus)
        .map(target =>
          rules.find(
            rule =>
              rule.region === target.region &&
              rule.inputs['name'] === target.inputs['rule'] &&
              rule.inputs['eventBusName'] === bus,
          ),
        )
        .map(rule => rule?.inputs['eventPattern']),
    );
  const all = new Set(
    rules
      .filter(({ inputs }) => /-guard-(keys-)?\d+$/.test(String(inputs['name'])))
      .map(({ inputs }) => inputs['eventPattern']),
  );
  const lacks = (where: string, said: ReadonlySet<unknown>): readonly string[] =>
    [...all]
      .filter(pattern => !said.has(pattern))
      .map(pattern => `${where} says nothing of ${String(pattern).slice(0, 200)}`);
  const carried = new Set(
    rules
      .filter(({ inputs }) => String(inputs['name']).includes('-to-witness-'))
      .map(({ inputs }) => inputs['eventPattern']),
  );
  return [
    ...(topics.length >= 2
      ? []
      : ['only one region tells of changes to the watcher: the rule cannot report its own deletion']),
    ...(all.size > 0 ? [] : ['there is no rule for changes to the watcher']),
    ...topics.flatMap(topic =>
      topic.region === homeRegion
        ? [
            ...lacks('home', tells(topic, undefined)),
            ...lacks('home, of other regions,', tells(topic, 'tripline-production-regions')),
          ]
        : lacks('the second region', tells(topic, 'tripline-production-witness')),
    ),
    ...lacks('what is carried to the second region', carried),
    ...told
      .filter(({ inputs }) => inner(inputs, 'inputTransformer', 'inputTemplate') === undefined)
      .map(({ name }) => `${name} sends raw events to people`),
  ];
};

/** Self-protection's rules, as they stand at home. */
const guardParts = (resources: readonly Resource[]): readonly string[] =>
  of(resources, 'aws:cloudwatch/eventRule:EventRule')
    .filter(({ region, inputs }) => region === homeRegion && inputs['eventBusName'] === undefined)
    .flatMap(({ inputs }) => /-(guard-(?:keys-)?\d+)$/.exec(String(inputs['name']))?.[1] ?? [])
    .filter((part, index, all) => all.indexOf(part) === index);

/** Each region but the home one sends its candidates, and changes to the watcher, to the home region. */
export const everyRegion =
  (regions: readonly string[]): Check =>
  resources =>
    regions.flatMap(region => {
      const names = of(resources, 'aws:cloudwatch/eventRule:EventRule')
        .filter(one => one.region === region)
        .map(({ inputs }) => String(inputs['name']));
      return ['candidates-1', ...guardParts(resources)]
        .map(part => `-${part}`)
        .flatMap(end => (names.some(name => name.endsWith(end)) ? [] : [`${region} has no rule that ends in ${end}`]));
    });

/** In each of these regions audit logs are heard by functions there, which keep what they find at home. */
export const auditRegions =
  (regions: readonly string[]): Check =>
  resources =>
    regions.flatMap(region => {
      const here = (type: string) => of(resources, type).filter(one => one.region === region);
      const functions = here('aws:lambda/function:Function');
      const variable = (fn: Resource, name: string): unknown => inner(fn.inputs, 'environment', 'variables', name);
      const audit = functions.find(({ inputs }) => String(inputs['name']).endsWith('-audit'));
      const subscribe = functions.find(({ inputs }) => String(inputs['name']).endsWith('-subscribe'));
      if (audit === undefined || subscribe === undefined) return [`nobody hears audit logs in ${region}`];
      const invoked = here('aws:lambda/permission:Permission').some(
        ({ inputs }) =>
          inputs['principal'] === 'logs.amazonaws.com' && String(inputs['sourceArn']).includes(`:logs:${region}:`),
      );
      return [
        ...(invoked ? [] : [`CloudWatch Logs may not call ${audit.name}`]),
        ...(variable(subscribe, 'AUDIT_FUNCTION') === audit.arn ? [] : [`${subscribe.name} names another function`]),
        ...[audit, subscribe]
          .filter(fn => (variable(fn, 'HOME_REGION') === undefined) !== (region === homeRegion))
          .map(fn => `${fn.name} looks for the tables in the wrong region`),
      ];
    });

/** Two stages of one account: neither counts for the other. */
export const stages: Check = resources => [
  ...of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .filter(({ inputs }) => inputs['namespace'] === 'Tripline')
    .filter(({ inputs }) => inner(inputs, 'dimensions', 'stage') !== 'production')
    .map(({ name }) => `${name} hears every stage of the account`),
  ...of(resources, 'aws:lambda/function:Function')
    .filter(
      ({ inputs }) =>
        // Pulumi wraps what holds a secret.
        (inner(inputs, 'environment', 'variables', 'STAGE') ??
          inner(inputs, 'environment', 'value', 'variables', 'STAGE')) !== 'production',
    )
    .map(({ name }) => `${name} counts for no stage`),
];
