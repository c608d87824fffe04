import { inventoryActions } from '../core/inventory/permissions.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { home } from './place.ts';
import { deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';
import { environment, folds, type Storage } from './storage.ts';

/** Lambda's longest. */
const timeout = 900;

/** Looks up what was in the account before the stage came: within the hour after a deployment, and once a day from then on. */
export const inventory = (storage: Storage, key: Key): { readonly fn: Lambda; readonly dead: readonly Queue[] } => {
  const dead = deadLetters('inventory', home, key);
  const fn = lambda('inventory', {
    file: 'inventory',
    does: 'Looks up what is in the account, once a day',
    timeout,
    memory: 512,
    key,
    reserved: 1,
    grants: [
      ...folds(storage),
      // What is mended is looked for among what is not resolved.
      { actions: ['dynamodb:Query'], resources: [$interpolate`${storage.findings.arn}/index/open`] },
      { actions: inventoryActions, resources: ['*'] },
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: environment(storage),
  });
  // It does what the day still lacks, and nothing where all is known.
  schedules('inventory', fn, 'rate(1 hour)', dead);
  return { fn, dead: [dead] };
};
