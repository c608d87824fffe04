import type { Test } from '../../pattern/node.ts';
import { type Clause, pathKey } from '../clause.ts';

/**
 * Estimated shares of a busy cluster's audit events. Only their order matters: they say which conditions a filter should give
 * up last. Measured shares are in `tripline filters PATH…`.
 */
const shares: ReadonlyMap<string, readonly [other: number, known: ReadonlyMap<unknown, number>]> = new Map([
  [
    pathKey(['verb']),
    [
      0.001,
      new Map([
        ['get', 0.35],
        ['watch', 0.15],
        ['list', 0.1],
        ['update', 0.2],
        ['patch', 0.1],
        ['create', 0.08],
        ['delete', 0.02],
      ]),
    ],
  ],
  [
    pathKey(['objectRef', 'resource']),
    [
      0.004,
      new Map([
        ['leases', 0.25],
        ['pods', 0.15],
        ['nodes', 0.08],
        ['configmaps', 0.05],
        ['endpointslices', 0.05],
        ['serviceaccounts', 0.04],
        ['secrets', 0.02],
      ]),
    ],
  ],
  [
    pathKey(['objectRef', 'apiGroup']),
    [
      0.006,
      new Map([
        ['coordination.k8s.io', 0.25],
        ['apps', 0.05],
        ['discovery.k8s.io', 0.05],
      ]),
    ],
  ],
  [
    pathKey(['objectRef', 'subresource']),
    [
      0.001,
      // Tokens are asked for of service accounts alone: the resource beside it says nothing more.
      new Map([['status', 0.15]]),
    ],
  ],
  [pathKey(['user', 'username']), [0.03, new Map()]],
  [pathKey(['impersonatedUser', 'username']), [0.002, new Map()]],
  [pathKey(['responseStatus', 'code']), [0.01, new Map([[200, 0.8]])]],
]);

const share = (path: string, tests: readonly Test[]): number => {
  const [other, known] = shares.get(path) ?? [0.5, new Map()];
  const one = (test: Test): number => {
    if (test.is === 'absent') return 0.6;
    if (test.is === 'exists') return path === pathKey(['impersonatedUser', 'username']) ? other : 0.9;
    return test.is === 'equal' ? (known.get(test.value) ?? other) : Math.max(other, 0.01);
  };
  return Math.min(
    1,
    tests.reduce((sum, test) => sum + one(test), 0),
  );
};

/** Estimates the share of a cluster's audit events that satisfy a clause. */
export const volume = (clause: Clause): number =>
  [...clause].reduce(
    (product, [path, tests]) => product * (path === pathKey(['stage']) ? 0.98 : share(path, tests)),
    1,
  );
