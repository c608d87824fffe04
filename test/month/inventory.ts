import type { Part } from '../../core/inventory/aws.ts';
import type { Task } from '../../core/inventory/inventory.ts';
import type { Instance } from '../../examples/day/instance.ts';
import { node, part } from '../inventory/parts.ts';

/** What the inventory finds in the account: the nodes of the day, and nothing that is not as it should be. */
export const accountOf =
  (fleet: readonly Instance[]) =>
  async ({ step, region }: Task): Promise<Part> => {
    if (step === 'instances') return part.instances(...(region === 'eu-west-1' ? fleet : []).map(({ id }) => node(id)));
    if (step === 'network') return part.network({});
    if (step === 'roles') return part.roles();
    if (step === 'taggers') return part.taggers();
    if (step === 'clusters') return part.clusters();
    if (step === 'trails') return part.trails();
    return { kind: 'templates', versions: [] };
  };
