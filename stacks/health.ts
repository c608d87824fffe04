import settings from '../tripline.config.ts';
import type { Lambda } from './function.ts';
import { logical, named } from './names.ts';
import { inside, type Place } from './place.ts';
import type { Queue } from './queue.ts';

interface Parts {
  readonly functions: readonly Lambda[];
  /** Functions that read a stream: how old its last record is. */
  readonly streams: readonly Lambda[];
  readonly dead: readonly Queue[];
  readonly queues: readonly Queue[];
  readonly rules: readonly aws.cloudwatch.EventRule[];
  readonly candidates: number;
  /** Whether calls of our own are sent out that must come back. */
  readonly canaries: boolean;
  readonly topic: aws.sns.Topic;
}

type Watch = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  'namespace' | 'metricName' | 'dimensions' | 'statistic' | 'period' | 'evaluationPeriods' | 'threshold'
> & { readonly missing?: 'breaching' | 'notBreaching'; readonly below?: boolean };

/** Alarms for everything that would lose events or tell nobody, and one dashboard. */
export const health = (parts: Parts): void => {
  const alarm = (
    part: string,
    description: string,
    { missing = 'notBreaching', below = false, ...watch }: Watch,
  ): void => {
    new aws.cloudwatch.MetricAlarm(logical(`${part} alarm`), {
      name: named(part),
      alarmDescription: description,
      comparisonOperator: below ? 'LessThanThreshold' : 'GreaterThanThreshold',
      treatMissingData: missing,
      alarmActions: [parts.topic.arn],
      okActions: [parts.topic.arn],
      ...watch,
    });
  };
  const minutes = (count: number) => ({ period: 60, evaluationPeriods: count });
  for (const [index, dead] of parts.dead.entries())
    alarm(
      `dead-letters-${index + 1}`,
      'Something could not be processed and lies in a dead-letter queue: read it, mend, redrive',
      {
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: dead.name },
        statistic: 'Maximum',
        ...minutes(1),
        threshold: 0,
      },
    );
  for (const [index, waiting] of parts.queues.entries())
    alarm(
      index === 0 ? 'queue-age' : `queue-age-${index + 1}`,
      'Events wait for over ten minutes: the function fails or is throttled',
      {
        namespace: 'AWS/SQS',
        metricName: 'ApproximateAgeOfOldestMessage',
        dimensions: { QueueName: waiting.name },
        statistic: 'Maximum',
        ...minutes(5),
        threshold: 600,
      },
    );
  for (const { name } of parts.functions)
    for (const metricName of ['Errors', 'Throttles'] as const)
      alarm(
        `${name.slice(named('').length)}-${metricName.toLowerCase()}`,
        `${name}: ${metricName.toLowerCase()} in three of five minutes`,
        {
          namespace: 'AWS/Lambda',
          metricName,
          dimensions: { FunctionName: name },
          statistic: 'Sum',
          ...minutes(5),
          threshold: 3,
        },
      );
  for (const { name } of parts.streams)
    alarm('iterator-age', `${name} is over ten minutes behind the findings table: findings are stored but not told`, {
      namespace: 'AWS/Lambda',
      metricName: 'IteratorAge',
      dimensions: { FunctionName: name },
      statistic: 'Maximum',
      ...minutes(5),
      threshold: 600_000,
    });
  for (const source of sourcesInUse()) {
    alarm(
      `${source}-rejected`,
      `Records of ${source} could not be read: they lie in the quarantine bucket with the reason`,
      {
        namespace: 'Tripline',
        metricName: 'RecordsQuarantined',
        dimensions: { stage: $app.stage, function: source },
        statistic: 'Sum',
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
      },
    );
    alarm(`${source}-silent`, `No event of ${source} for three hours: a trail, rule or subscription may be off`, {
      namespace: 'Tripline',
      metricName: 'EventsRead',
      dimensions: { stage: $app.stage, function: source },
      statistic: 'Sum',
      period: 3600,
      evaluationPeriods: 3,
      threshold: 1,
      below: true,
      missing: 'breaching',
    });
    alarm(`${source}-rules`, 'A detection threw: see pipeline/rule-failed', {
      namespace: 'Tripline',
      metricName: 'RuleErrors',
      dimensions: { stage: $app.stage, function: source },
      statistic: 'Sum',
      period: 300,
      evaluationPeriods: 1,
      threshold: 0,
    });
  }
  if (parts.canaries)
    alarm(
      'canary-late',
      'A call of our own did not come back in half an hour, or none was made: detections may see nothing. tripline doctor says of which region or cluster',
      {
        namespace: 'Tripline',
        metricName: 'CanariesLate',
        dimensions: { stage: $app.stage, function: 'canary' },
        statistic: 'Maximum',
        // Two rounds: one of them at least falls into every period.
        period: 2 * 60 * settings.deployment.canary.minutes,
        evaluationPeriods: 1,
        threshold: 0,
        missing: 'breaching',
      },
    );
  for (const [index, rule] of parts.rules.entries())
    alarm(
      `rule-${index + 1}-failing`,
      'EventBridge could not hand events to the queue: look at the queue’s policy and key',
      {
        namespace: 'AWS/Events',
        metricName: 'FailedInvocations',
        dimensions: { RuleName: rule.name },
        statistic: 'Sum',
        ...minutes(5),
        threshold: 0,
      },
    );
  for (const [index, rule] of parts.rules.slice(0, parts.candidates).entries())
    alarm(
      `rule-${index + 1}-dead`,
      'A rule for candidates matched nothing for a day: it may be disabled, or its trail off',
      {
        namespace: 'AWS/Events',
        metricName: 'MatchedEvents',
        dimensions: { RuleName: rule.name },
        statistic: 'Sum',
        period: 3600,
        evaluationPeriods: 24,
        threshold: 1,
        below: true,
        missing: 'breaching',
      },
    );
  new aws.cloudwatch.Dashboard('Dashboard', { dashboardName: named('health'), dashboardBody: dashboard(parts) });
};

/** An alarm beside a dead-letter queue of another region: an alarm writes to topics of its own region only, so it is forwarded. */
export const hears = (part: string, dead: Queue, place: Place): void => {
  new aws.cloudwatch.MetricAlarm(
    logical(`${part} alarm ${place.region}`),
    {
      name: named(`${part}-dlq`),
      alarmDescription: `Events of ${place.region} were lost on their way: read the queue ${named(`${part}-dlq`)} there`,
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: dead.name },
      statistic: 'Maximum',
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      treatMissingData: 'notBreaching',
    },
    inside(place),
  );
};

/** Silence of a source that nothing feeds is no news. */
const sourcesInUse = (): readonly ('cloudtrail' | 'audit')[] =>
  settings.clusters.length > 0 ? ['cloudtrail', 'audit'] : ['cloudtrail'];

const dashboard = ({ functions, dead }: Parts): $util.Output<string> => {
  const graph = (title: string, metrics: readonly unknown[], statistic: string, index: number) => ({
    type: 'metric',
    width: 12,
    height: 6,
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    properties: { title, metrics, stat: statistic, region: settings.home, period: 300, view: 'timeSeries' },
  });
  const of = (metric: string, names: readonly string[]) =>
    names.map(name => ['Tripline', metric, 'stage', $app.stage, 'function', name]);
  const ours = (metric: string) => of(metric, ['cloudtrail', 'audit']);
  const telling = ['announce', 'sweep', ...new Set(settings.channels.map(({ kind }) => kind))].filter(
    name => name !== 'email', // the topic itself sends it
  );
  return $jsonStringify({
    widgets: [
      graph('Events read', ours('EventsRead'), 'Sum', 0),
      graph('Events matched', ours('EventsMatched'), 'Sum', 1),
      graph('Event to finding, milliseconds (p95)', ours('EventToFinding'), 'p95', 2),
      graph('Records set aside', ours('RecordsQuarantined'), 'Sum', 3),
      graph('Event to alert, milliseconds (p95)', of('EventToAlert', telling), 'p95', 8),
      graph(
        'Canary: event to alert, milliseconds (p95), and how many are late',
        [
          ...of('CanaryEventToAlert', ['announce']),
          ['Tripline', 'CanariesLate', 'stage', $app.stage, 'function', 'canary', { stat: 'Maximum', yAxis: 'right' }],
        ],
        'p95',
        9,
      ),
      graph('Announced', of('Announced', telling), 'Sum', 4),
      graph(
        'Errors',
        functions.map(({ name }) => ['AWS/Lambda', 'Errors', 'FunctionName', name]),
        'Sum',
        5,
      ),
      graph(
        'Duration, milliseconds (p95)',
        functions.map(({ name }) => ['AWS/Lambda', 'Duration', 'FunctionName', name]),
        'p95',
        6,
      ),
      graph(
        'Dead letters',
        dead.map(one => ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', one.name]),
        'Maximum',
        7,
      ),
    ],
  });
};
