import { wakingPattern } from '../core/targets/eventbridge/waking.ts';
import { type Audit, groupsHeard, ownGroups, reachesHome } from './audit.ts';
import { type Lambda, lambda } from './function.ts';
import { key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, inside, type Place, within } from './place.ts';
import { accept, deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';
import { type Storage, writesFindings } from './storage.ts';

const timeout = 120;

/** Keeps a region's subscription filters true: when a log group or cluster is made, and every hour. */
export const subscribe = (
  place: Place,
  storage: Storage,
  { fn: audit }: Audit,
  pattern: string,
  account: Account,
): { readonly fn: Lambda; readonly dead: Queue } => {
  const own = key(place, account);
  const dead = deadLetters('subscribe', place, own);
  const away = reachesHome(place, account);
  const groups = groupsHeard(place, account);
  const fn = lambda('subscribe', {
    file: 'subscribe',
    does: 'Keeps the audit log subscriptions of every cluster',
    timeout,
    memory: 256,
    key: own,
    place,
    reserved: 1,
    grants: [
      // It lists groups by prefix: AWS takes no narrower resource for it (Service Authorization Reference, CloudWatch Logs).
      {
        actions: ['logs:DescribeLogGroups'],
        resources: [`arn:${account.partition}:logs:${place.region}:${account.id}:log-group:*`],
      },
      {
        actions: ['logs:DescribeLogStreams', 'logs:DescribeSubscriptionFilters', 'logs:PutSubscriptionFilter'],
        resources: groups.flatMap(one => [one, `${one}:*`]),
      },
      writesFindings(storage),
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
      ...away.grants,
    ],
    environment: {
      FINDINGS_TABLE: storage.findings.name,
      STATE_TABLE: storage.state.name,
      AUDIT_FUNCTION: audit.fn.arn,
      FILTER_NAME: named('audit'),
      FILTER_PATTERN: pattern,
      ...away.environment,
    },
  });
  const rule = new aws.cloudwatch.EventRule(
    logical(within(place, 'clusters made')),
    {
      name: named('clusters'),
      description: 'Tripline: a cluster or its log group was made or changed',
      eventPattern: wakingPattern(ownGroups(place, account)),
      state: 'ENABLED',
    },
    inside(place),
  );
  new aws.cloudwatch.EventTarget(
    logical(within(place, 'clusters to subscribe')),
    { rule: rule.name, arn: fn.fn.arn, deadLetterConfig: { arn: dead.arn } },
    inside(place),
  );
  new aws.lambda.Permission(
    logical(within(place, 'events invoke subscribe')),
    {
      function: fn.fn.name,
      action: 'lambda:InvokeFunction',
      principal: 'events.amazonaws.com',
      sourceArn: rule.arn,
    },
    inside(place),
  );
  accept('subscribe dead letters', dead, { events: [rule.arn] }, place);
  schedules('subscribe', fn, 'rate(1 hour)', dead, place);
  return { fn, dead };
};
