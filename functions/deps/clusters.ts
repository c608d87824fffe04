import { EKSClient } from '@aws-sdk/client-eks';
import { type Endpoints, eksEndpoints } from '../../adapters/eks.ts';
import { hurried } from '../../adapters/hurried.ts';
import { type Kube, kubeOf } from '../../adapters/kube-api.ts';
import { deps } from './deps.ts';

/** By the deps they are asked under, so that a test's clusters are not the next one's. */
const known = new WeakMap<object, Endpoints>();

/** Reads from the clusters that the settings give a reader. */
export const clusters = (): Kube => {
  const current = deps();
  if (current.kube !== undefined) return current.kube();
  const endpoints =
    known.get(current) ??
    eksEndpoints(
      region => new EKSClient({ region, ...hurried }),
      () => current.now(),
    );
  known.set(current, endpoints);
  const { settings } = current;
  return kubeOf(endpoints, name => {
    const cluster = settings.clusters.find(one => one.name === name && one.reader === true);
    return cluster === undefined ? undefined : (cluster.region ?? settings.home);
  });
};
