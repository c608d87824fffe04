import settings from '../tripline.config.ts';
import { alarmsOf, deadLetterAlarm, deliveryAlarms, functionAlarms, minutes, sourceAlarms } from './alarm.ts';
import { auditGroups } from './audit.ts';
import type { Lambda } from './function.ts';
import { named } from './names.ts';
import { type Account, home, type Place } from './place.ts';
import type { Queue } from './queue.ts';
import type { Feed } from './sources.ts';

interface Parts {
  readonly functions: readonly Lambda[];
  /** Functions that read a stream: how old its last record is. */
  readonly streams: readonly Lambda[];
  readonly dead: readonly Queue[];
  readonly queues: readonly Queue[];
  readonly feeds: readonly Feed[];
  /** Whether calls of our own are sent out that must come back. */
  readonly canaries: boolean;
  readonly topic: aws.sns.Topic;
  readonly account: Account;
}

/** Alarms for everything that would lose events or tell nobody, and one dashboard. */
export const health = (parts: Parts): void => {
  const alarm = alarmsOf(home, parts.topic);
  for (const [index, dead] of parts.dead.entries()) deadLetterAlarm(alarm, `dead-letters-${index + 1}`, dead);
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
  for (const fn of parts.functions) functionAlarms(alarm, fn);
  for (const { name } of parts.streams)
    alarm(
      'iterator-age',
      `${name} is over ten minutes behind the findings table: findings are stored but not announced`,
      {
        namespace: 'AWS/Lambda',
        metricName: 'IteratorAge',
        dimensions: { FunctionName: name },
        statistic: 'Maximum',
        ...minutes(5),
        threshold: 600_000,
      },
    );
  const groups = auditGroups(home, parts.account);
  for (const source of sourcesInUse(groups)) sourceAlarms(alarm, source);
  deliveryAlarms(alarm, groups);
  if (parts.canaries)
    alarm(
      'canary-late',
      'A canary call did not come back in half an hour, or none was made: detections may see nothing. tripline doctor says which region or cluster',
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
  for (const [index, feed] of parts.feeds.entries()) {
    alarm(
      `rule-${index + 1}-failing`,
      'EventBridge could not hand events to the queue: look at the queue’s policy and key',
      { ...counted(feed, 'FailedInvocations'), ...minutes(5), threshold: 0 },
    );
    const silence = nothingCame[feed.brings];
    if (silence !== undefined)
      alarm(`rule-${index + 1}-dead`, silence, {
        ...counted(feed, 'MatchedEvents'),
        period: 3600,
        evaluationPeriods: 24,
        threshold: 1,
        below: true,
        missing: 'breaching',
      });
  }
  new aws.cloudwatch.Dashboard('Dashboard', { dashboardName: named('health'), dashboardBody: dashboard(parts) });
};

/** A day on which a rule matched nothing, and what it may come from; undefined: that is ordinary. */
const nothingCame: Readonly<Record<Feed['brings'], string | undefined>> = {
  calls: 'A rule for candidates matched nothing for a day: it may be disabled, or its trail off',
  objects:
    'No object of an archive came for a day: its bucket may send no events here, or have its log files under another prefix',
  forwarded: undefined,
  'foreign-objects': undefined,
};

/** What EventBridge counts of a rule: of one on another bus than the default only beside that bus (EventBridge User Guide, "Monitoring"). */
const counted = ({ rule, bus }: Feed, metricName: string) => ({
  namespace: 'AWS/Events',
  metricName,
  dimensions: { ...(bus === undefined ? {} : { EventBusName: bus.name }), RuleName: rule.name },
  statistic: 'Sum',
});

/** Alarms beside what hears a region's audit logs there; `regions.ts` forwards them. */
export const healthAway = (
  place: Place,
  account: Account,
  heard: { readonly functions: readonly Lambda[]; readonly dead: readonly Queue[] },
) => {
  const alarm = alarmsOf(place, undefined);
  for (const fn of heard.functions) functionAlarms(alarm, fn);
  for (const [index, dead] of heard.dead.entries()) deadLetterAlarm(alarm, `dead-letters-${index + 1}`, dead);
  sourceAlarms(alarm, 'audit');
  deliveryAlarms(alarm, auditGroups(place, account));
};

/** An alarm beside a dead-letter queue of another region, forwarded like these. */
export const hears = (part: string, dead: Queue, place: Place): void =>
  deadLetterAlarm(alarmsOf(place, undefined), `${part}-dlq`, dead);

/** Silence of a source that nothing feeds is no news: clusters of other regions are heard there, S3's by the other function. */
const sourcesInUse = (groups: readonly string[]): readonly ('cloudtrail' | 'audit')[] =>
  groups.length > 0 ? ['cloudtrail', 'audit'] : ['cloudtrail'];

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
