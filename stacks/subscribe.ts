import settings from '../tripline.config.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, home } from './place.ts';
import { accept, deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';
import type { Sources } from './sources.ts';
import type { Storage } from './storage.ts';

const timeout = 120;

/** Keeps subscription filters true: when a log group or cluster is made, and every hour. */
export const subscribe = (
  { findings, state }: Storage,
  { audit }: Sources,
  pattern: string,
  key: Key,
  { id, partition }: Account,
): { readonly fn: Lambda; readonly dead: readonly Queue[] } => {
  refuseElsewhere();
  const dead = deadLetters('subscribe', home, key);
  const group = (name: string): string => `arn:${partition}:logs:${home.region}:${id}:log-group:${name}`;
  const groups = [
    group('/aws/eks/*/cluster'),
    ...settings.clusters.flatMap(({ audit: source }) =>
      source !== undefined && 'logGroup' in source ? [group(source.logGroup)] : [],
    ),
  ];
  const fn = lambda('subscribe', {
    file: 'subscribe',
    does: 'Keeps the audit log subscriptions of every cluster',
    timeout,
    memory: 256,
    key,
    reserved: 1,
    grants: [
      // It lists groups by prefix: AWS takes no narrower resource for it (Service Authorization Reference, CloudWatch Logs).
      { actions: ['logs:DescribeLogGroups'], resources: [group('*')] },
      {
        actions: ['logs:DescribeLogStreams', 'logs:DescribeSubscriptionFilters', 'logs:PutSubscriptionFilter'],
        resources: groups.flatMap(one => [one, `${one}:*`]),
      },
      {
        actions: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem', 'dynamodb:UpdateItem'],
        resources: [findings.arn],
      },
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: {
      FINDINGS_TABLE: findings.name,
      STATE_TABLE: state.name,
      AUDIT_FUNCTION: audit.fn.arn,
      FILTER_NAME: named('audit'),
      FILTER_PATTERN: pattern,
    },
  });
  const rule = new aws.cloudwatch.EventRule('ClustersMade', {
    name: named('clusters'),
    description: 'Tripline: a cluster or its log group was made or changed',
    eventPattern: JSON.stringify({
      source: ['aws.logs', 'aws.eks'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: { eventName: ['CreateLogGroup', 'CreateCluster', 'UpdateClusterConfig', 'DeleteSubscriptionFilter'] },
    }),
    state: 'ENABLED',
  });
  new aws.cloudwatch.EventTarget('ClustersToSubscribe', {
    rule: rule.name,
    arn: fn.fn.arn,
    deadLetterConfig: { arn: dead.arn },
  });
  new aws.lambda.Permission('EventsInvokeSubscribe', {
    function: fn.fn.name,
    action: 'lambda:InvokeFunction',
    principal: 'events.amazonaws.com',
    sourceArn: rule.arn,
  });
  accept('subscribe dead letters', dead, { events: [rule.arn] });
  schedules(named('subscribe'), fn, 'rate(1 hour)', dead);
  for (const [index, groupName] of settings.clusters.flatMap(cluster => auditGroup(cluster) ?? []).entries())
    new aws.cloudwatch.MetricAlarm(logical(`delivery errors ${index + 1}`), {
      name: named(`delivery-errors-${index + 1}`),
      alarmDescription: `Log events of ${groupName} could not be delivered to ${named('audit')}: look at its permission and concurrency`,
      namespace: 'AWS/Logs',
      metricName: 'DeliveryErrors',
      dimensions: { LogGroupName: groupName, DestinationType: 'Lambda', FilterName: named('audit') },
      statistic: 'Sum',
      period: 300,
      evaluationPeriods: 1,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 0,
      treatMissingData: 'notBreaching',
    });
  return { fn, dead: [dead] };
};

type Cluster = (typeof settings.clusters)[number];

/** Where a cluster's audit log is, if it is in CloudWatch Logs. */
const auditGroup = ({ name, kind, audit }: Cluster): string | undefined => {
  if (audit !== undefined) return 'logGroup' in audit ? audit.logGroup : undefined;
  return kind === 'eks' ? `/aws/eks/${name}/cluster` : undefined;
};

/** A subscription filter calls functions of its own region only. */
const refuseElsewhere = (): void => {
  const away = settings.clusters.filter(
    cluster => auditGroup(cluster) !== undefined && cluster.region !== undefined && cluster.region !== settings.home,
  );
  if (away.length > 0)
    throw new Error(
      `clusters ${away.map(({ name }) => name).join(', ')}: their audit logs are not in ${settings.home}, and CloudWatch Logs calls functions of its own region only. Deploy a stage with that region as \`home\`, or give the cluster's \`audit\` as an S3 bucket and prefix.`,
    );
};
