import type { Lambda } from './function.ts';
import { logical, named } from './names.ts';
import { home, inside, type Place, within } from './place.ts';
import type { Queue } from './queue.ts';

type Watched = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  'namespace' | 'metricName' | 'dimensions' | 'statistic' | 'period' | 'evaluationPeriods' | 'threshold'
> & { readonly missing?: 'breaching' | 'notBreaching'; readonly below?: boolean };

/** Makes an alarm. */
export type Alarm = (part: string, description: string, watched: Watched) => void;

/**
 * Alarms of a region. At home they write to the topic; an alarm writes to topics of its own region only, so elsewhere they say
 * nothing themselves: `regions.ts` forwards each region's alarms as events.
 */
export const alarmsOf =
  (place: Place, topic: aws.sns.Topic | undefined): Alarm =>
  (part, description, { missing = 'notBreaching', below = false, ...watched }) => {
    new aws.cloudwatch.MetricAlarm(
      logical(within(place, `${part} alarm`)),
      {
        name: named(part),
        alarmDescription: description,
        comparisonOperator: below ? 'LessThanThreshold' : 'GreaterThanThreshold',
        treatMissingData: missing,
        ...(topic === undefined || place !== home ? {} : { alarmActions: [topic.arn], okActions: [topic.arn] }),
        ...watched,
      },
      inside(place),
    );
  };

/** One minute after another. */
export const minutes = (count: number) => ({ period: 60, evaluationPeriods: count });

/** An alarm for the first message in a dead-letter queue. */
export const deadLetterAlarm = (alarm: Alarm, part: string, { name }: Queue): void =>
  alarm(part, 'Something could not be processed and is in a dead-letter queue: read it, fix the cause, redrive', {
    namespace: 'AWS/SQS',
    metricName: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: name },
    statistic: 'Maximum',
    ...minutes(1),
    threshold: 0,
  });

/** Alarms for a function that fails, or that Lambda does not let run. */
export const functionAlarms = (alarm: Alarm, { name }: Lambda): void => {
  for (const metricName of ['Errors', 'Throttles'] as const)
    alarm(
      `${name.slice(named('').length)}-${metricName.toLowerCase()}`,
      `${name}: more than three ${metricName.toLowerCase()} a minute for five minutes`,
      {
        namespace: 'AWS/Lambda',
        metricName,
        dimensions: { FunctionName: name },
        statistic: 'Sum',
        ...minutes(5),
        threshold: 3,
      },
    );
};

/** Alarms for what a source's function says of itself: records set aside, silence, a rule that threw. */
export const sourceAlarms = (alarm: Alarm, source: 'cloudtrail' | 'audit'): void => {
  const own = (metricName: string) => ({
    namespace: 'Tripline',
    metricName,
    dimensions: { stage: $app.stage, function: source },
    statistic: 'Sum',
  });
  const atOnce = { period: 300, evaluationPeriods: 1, threshold: 0 };
  alarm(
    `${source}-rejected`,
    `Records of ${source} could not be read: they lie in the quarantine bucket with the reason`,
    { ...own('RecordsQuarantined'), ...atOnce },
  );
  alarm(`${source}-silent`, `No event of ${source} for three hours: a trail, rule or subscription may be off`, {
    ...own('EventsRead'),
    period: 3600,
    evaluationPeriods: 3,
    threshold: 1,
    below: true,
    missing: 'breaching',
  });
  alarm(`${source}-rules`, 'A detection threw: see pipeline/rule-failed', { ...own('RuleErrors'), ...atOnce });
};

/** Alarms for log groups whose events do not reach our function. */
export const deliveryAlarms = (alarm: Alarm, groups: readonly string[]): void => {
  for (const [index, group] of groups.entries())
    alarm(
      `delivery-errors-${index + 1}`,
      `Log events of ${group} could not be delivered to ${named('audit')}: look at its permission and concurrency`,
      {
        namespace: 'AWS/Logs',
        metricName: 'DeliveryErrors',
        dimensions: { LogGroupName: group, DestinationType: 'Lambda', FilterName: named('audit') },
        statistic: 'Sum',
        period: 300,
        evaluationPeriods: 1,
        threshold: 0,
      },
    );
};
