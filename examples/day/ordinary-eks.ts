import { AuditLog } from './audit.ts';
import { controlPlaneWorks, karpenter } from './control-plane.ts';
import type { Instance } from './instance.ts';
import { kubelets } from './kubelets.ts';
import { minute, type Random } from './random.ts';
import { addOns, people } from './workloads.ts';

/** The EKS cluster's ordinary day. */
export const ordinaryEks = (random: Random, nodes: readonly Instance[]): AuditLog => {
  const log = new AuditLog(random);
  kubelets(log, nodes, 6 * minute);
  karpenter(log, nodes);
  controlPlaneWorks(log);
  addOns(log);
  people(log);
  return log;
};
