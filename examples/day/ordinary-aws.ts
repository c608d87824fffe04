import { Trail } from './aws.ts';
import { clusterApiWorks, controllersWork, nodeGroupWorks } from './controllers.ts';
import type { Instance } from './instance.ts';
import { fleetAtMidnight, karpenterWorks } from './karpenter.ts';
import { nodeWorks } from './node.ts';
import { peopleWork } from './people.ts';
import { hour, midnight, type Random } from './random.ts';

/** An ordinary day of the account, in CloudTrail's words. @returns the trail, every node of the day, those left at its end */
export const ordinaryAws = (
  random: Random,
): { readonly trail: Trail; readonly nodes: readonly Instance[]; readonly left: readonly Instance[] } => {
  const trail = new Trail(random);
  const fleet = fleetAtMidnight(random);
  const nodes = [...fleet];
  karpenterWorks(trail, fleet, nodes);
  for (const node of nodes)
    nodeWorks(trail, node, Math.max(node.launched, midnight), node.gone ?? midnight + 24 * hour);
  controllersWork(trail, fleet);
  nodeGroupWorks(trail);
  clusterApiWorks(trail);
  peopleWork(trail);
  return { trail, nodes, left: fleet };
};
