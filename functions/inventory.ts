import type { ScheduledEvent } from 'aws-lambda';
import { clientsOf, take } from '../adapters/inventory.ts';
import { roleByArn } from '../core/cloudtrail/roles.ts';
import { inventory } from '../core/inventory/inventory.ts';
import { regionsOf, tasksOf } from '../core/inventory/tasks.ts';
import { settingsIn } from '../core/own-clusters.ts';
import { deps } from './deps/deps.ts';
import { silenced } from './detection/silenced.ts';
import { accountOf } from './invocation/account.ts';
import { lambda, warn } from './invocation/lambda.ts';
import { hasTime } from './invocation/time.ts';

/** Milliseconds that a task may take: with less left none is begun. */
const reserve = 120_000;

/**
 * Looks up what was in the account before the pipeline came, once a day: invoked hourly, it does what the day still lacks.
 * @throws where no task at all could be read
 */
export const handler = lambda('inventory', async (_: ScheduledEvent, meter, context): Promise<void> => {
  const { settings, store, findings, now } = deps();
  const account = accountOf(context) ?? '';
  const result = await inventory(tasksOf(settings.home, regionsOf(settingsIn(settings, account))), {
    account,
    settings,
    store: store(),
    findings: { fold: async (matches, at) => findings().fold(await silenced(matches), at) },
    cases: findings(),
    now,
    hasTime: () => hasTime(context, reserve),
    take: ({ region, step }) => take(step, clientsOf(region), arn => roleByArn(arn, settings).kind !== 'other'),
  });
  for (const { task, why } of result.failed) warn('inventory', `${task.step} ${task.region}`, new Error(why));
  meter.add('InventoryTasks', result.done.length);
  meter.add('InventoryFailed', result.failed.length);
  meter.add('InventoryLeft', result.left.length);
  meter.add('PostureViolations', result.violations.length);
  meter.add('PostureResolved', result.resolved);
  if (result.failed.length > 0 && result.done.length + result.known.length === 0)
    throw new Error('the inventory could read nothing: its role lacks permissions (core/inventory/permissions.ts)');
});
