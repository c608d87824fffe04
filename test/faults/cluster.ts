import { type Kube, KubeError } from '../../adapters/kube-api.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Fault, type Invocation, running, type Schedule } from './schedule.ts';

/** A NodePool that may launch anything: so it stands in the cluster, and stays. */
export const poolNamed = (name: string): JsonObject => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name, uid: `uid-of-${name}`, creationTimestamp: '2026-08-01T00:00:00Z' },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
        requirements: [],
      },
    },
  },
});

const lastTries = new WeakSet<Invocation>();

/** The running invocation's reading is the last try: a failure would be said instead of tried again, so that there is none. */
export const isLastTry = (): void => {
  const run = running.getStore();
  if (run !== undefined) lastTries.add(run);
};

const deaths: readonly Fault[] = ['slow', 'slow', 'crash', 'crash-after'];
const possible: readonly Fault[] = [...deaths, 'throw', 'throttle', 'fail'];
const failures = { throw: 'unreachable', throttle: 'throttled', fail: 'unavailable' } as const;

/** Reads from the cluster, with faults. Its client, over TLS, has tests of its own (`test/kube`). */
export const clusterOf = (schedule: Schedule): Kube => ({
  fetch: (_, path) => {
    const run = running.getStore();
    return schedule.call('cluster', run !== undefined && lastTries.has(run) ? deaths : possible, async fault => {
      if (fault === 'throw' || fault === 'throttle' || fault === 'fail')
        throw new KubeError(failures[fault], 'as the schedule has it');
      return poolNamed(path.slice(path.lastIndexOf('/') + 1));
    });
  },
});
