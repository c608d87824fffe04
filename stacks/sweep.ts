import { sweepMinutes } from '../core/schedule.ts';
import { type Alerts, announces } from './alerts.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { home } from './place.ts';
import { deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';
import { environment, folds, type Storage } from './storage.ts';

const timeout = 300;

/** Judges again what time decides (an absence, a late arrival), and takes up what the findings table's stream gave up on or forgot (after 24 hours), and what becomes due by time alone. */
export const sweep = (
  storage: Storage,
  { topic, bus }: Alerts,
  key: Key,
): { readonly fn: Lambda; readonly dead: readonly Queue[] } => {
  const dead = deadLetters('sweep', home, key);
  const fn = lambda('sweep', {
    file: 'sweep',
    does: 'Judges again what is due, and announces what has been due for over five minutes',
    timeout,
    memory: 1024,
    key,
    // Two sweeps at once would do the same work.
    reserved: 1,
    grants: [
      ...announces(storage, topic, bus),
      ...folds(storage),
      {
        actions: ['dynamodb:Query'],
        resources: [
          $interpolate`${storage.findings.arn}/index/due`,
          // What nobody took up, and suppressions that end, are found among what is not resolved.
          $interpolate`${storage.findings.arn}/index/open`,
          $interpolate`${storage.state.arn}/index/due`,
        ],
      },
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: { ...environment(storage), TOPIC_ARN: topic.arn, BUS_NAME: bus.name },
  });
  schedules('sweep', fn, `rate(${sweepMinutes} minutes)`, dead);
  return { fn, dead: [dead] };
};
