import type { Facts } from '../../fact.ts';

/** Every Kubernetes audit fact by name. */
export const kubernetesFacts: Facts<'kubernetes'> = {};
