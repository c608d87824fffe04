import type { Alerts } from './alerts.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { home } from './place.ts';
import { deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';
import { environment, type Storage, says } from './storage.ts';

/** Says once a day, at seven (UTC), what is still open. */
export const digest = (
  storage: Storage,
  { topic, bus }: Alerts,
  key: Key,
): { readonly fn: Lambda; readonly dead: readonly Queue[] } => {
  const dead = deadLetters('digest', home, key);
  const fn = lambda('digest', {
    file: 'digest',
    does: 'Says once a day what is still open',
    timeout: 120,
    memory: 256,
    key,
    reserved: 1,
    grants: [
      {
        actions: ['dynamodb:Query'],
        resources: [
          $interpolate`${storage.findings.arn}/index/open`,
          $interpolate`${storage.findings.arn}/index/recent`,
        ],
      },
      says(storage),
      { actions: ['sns:Publish'], resources: [topic.arn] },
      { actions: ['events:PutEvents'], resources: [bus.arn] },
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: { ...environment(storage), TOPIC_ARN: topic.arn, BUS_NAME: bus.name },
  });
  schedules('digest', fn, 'cron(0 7 * * ? *)', dead);
  return { fn, dead: [dead] };
};
