import { blinded, grantedAccess, widenedNodeRole } from './incidents/access.ts';
import { churn, joinedWithToken, readSecrets } from './incidents/joining.ts';
import { changedClass, changedPool, elsewhere, miners, widenedPool } from './incidents/launches.ts';
import type { Tell } from './incidents/scene.ts';
import { disowned, poisonedTemplate, steered } from './incidents/steering.ts';
import { crossedPlanes, enteredController, stolenController, stolenNode, weakenedMetadata } from './incidents/theft.ts';

/** Every incident of the day, in the order in which they draw from its seed. */
export const incidents: readonly Tell[] = [
  miners,
  elsewhere,
  changedPool,
  widenedPool,
  changedClass,
  steered,
  disowned,
  readSecrets,
  joinedWithToken,
  enteredController,
  stolenNode,
  crossedPlanes,
  weakenedMetadata,
  poisonedTemplate,
  grantedAccess,
  widenedNodeRole,
  blinded,
  stolenController,
  churn,
];
