import { cluster } from './cluster.ts';
import { clusterApi } from './cluster-api.ts';
import { credentials } from './credentials.ts';
import { karpenter } from './karpenter.ts';
import { launches } from './launches.ts';
import type { Rehearsals } from './rehearsal.ts';
import { roles } from './roles.ts';
import { watcher } from './watcher.ts';

/** Every detection's rehearsal, by its id. */
export const rehearsals: Rehearsals = {
  ...credentials,
  ...launches,
  ...karpenter,
  ...clusterApi,
  ...roles,
  ...cluster,
  ...watcher,
};
