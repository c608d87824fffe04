import type { Facts } from '../../fact.ts';
import { callFacts } from './call.ts';
import { contentFacts } from './content.ts';
import { objectFacts } from './object.ts';
import { principalFacts } from './principal.ts';

/** Every Kubernetes audit fact by name. */
export const kubernetesFacts: Facts<'kubernetes'> = {
  ...principalFacts,
  ...callFacts,
  ...objectFacts,
  ...contentFacts,
};
