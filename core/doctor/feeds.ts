import type { Cluster, Trail } from '../inventory/aws.ts';
import type { Settings } from '../settings.ts';
import { bad, type Check, good, weak } from './check.ts';

/** A rule as the deployment makes it; without a pattern where that is not derived from detections. */
export interface DerivedRule {
  readonly name: string;
  readonly pattern?: string;
  readonly state: string;
}

/** A rule as EventBridge has it; undefined: there is none of that name. */
export type FoundRule = { readonly pattern: string; readonly state: string; readonly targets: number } | undefined;

/** Subscription filters that a log group takes (Amazon CloudWatch Logs User Guide, quotas). */
const mostFilters = 2;

/** What to do where somebody changed what was deployed. */
export const redeploy = 'Deploy the stage again; find who changed it: cloudtrail/detection-disabled.';

const same = (one: string, other: string): boolean => {
  try {
    return canonical(JSON.parse(one)) === canonical(JSON.parse(other));
  } catch {
    return false;
  }
};
/** A JSON value as text that does not depend on the order of members. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** What is said of a rule that is not there. */
export const noRule = 'There is no such rule: no event of this kind arrives.';

/** Whether a region's rule stands as it was derived. */
export const ruleCheck = (region: string, derived: DerivedRule, found: FoundRule): Check => {
  const name = `rule ${derived.name} ${region}`;
  if (found === undefined) return bad(name, noRule, redeploy);
  if (found.state !== derived.state)
    return bad(name, `Its state is ${found.state}; ${derived.state} was deployed.`, redeploy);
  if (derived.pattern !== undefined && !same(found.pattern, derived.pattern))
    return bad(name, 'Its pattern is not the one that the enabled detections need.', redeploy);
  if (found.targets === 0) return bad(name, 'It has no target: the events that match it go nowhere.', redeploy);
  return good(name, derived.pattern === undefined ? 'It is enabled and has a target.' : 'It is as derived.');
};

/**
 * @param found the group's filter of our name; undefined: none; `missing`: no such group
 * @param others names of filters of others on it
 */
export const filterCheck = (
  group: string,
  pattern: string,
  found: { readonly pattern: string } | undefined | 'missing',
  others: readonly string[] = [],
): Check => {
  const name = `audit log ${group}`;
  if (found === 'missing')
    return bad(name, 'There is no such log group.', 'Turn on audit logging: aws eks update-cluster-config --logging …');
  if (found === undefined)
    return others.length >= mostFilters
      ? bad(
          name,
          `It has no subscription filter of ours, and no room for one: ${others.join(', ')}.`,
          'A group takes two filters at most: remove one of them, or let one (Firehose, a Kinesis stream) write the log into a bucket too, and name that in the cluster’s `audit`.',
        )
      : bad(name, 'It has no subscription filter of ours.', 'Invoke the function subscribe.');
  if (found.pattern !== pattern)
    return bad(
      name,
      'Its filter is not the one that the enabled detections need.',
      'Invoke the function subscribe, or deploy again.',
    );
  return good(name, 'It is subscribed as derived.');
};

/**
 * Whether every enabled region is on a trail: without one EventBridge gets no CloudTrail events there.
 * @param byRegion trails of each enabled region, those of other regions and of the organisation included
 */
export const trailCheck = (byRegion: ReadonlyMap<string, readonly Trail[]>): readonly Check[] => {
  const all = [...new Map([...byRegion.values()].flat().map(one => [one.name, one])).values()];
  const logged = (trails: readonly Trail[]): boolean => trails.some(one => one.logging && one.management === 'all');
  const dark = [...byRegion].flatMap(([region, trails]) => (logged(trails) ? [] : [region]));
  const names = all.filter(one => one.logging && one.management === 'all').map(({ name }) => name);
  const coverage =
    dark.length === 0
      ? good(
          'trail',
          `${names.join(', ')} ${names.length === 1 ? 'logs' : 'log'} every enabled region's management events.`,
        )
      : bad(
          'trail',
          all.some(({ logging }) => logging)
            ? `No trail logs every management event of ${dark.join(', ')}.`
            : 'No trail is logging: EventBridge gets no CloudTrail events.',
          'Make one multi-region trail with all management events, and start it: aws cloudtrail start-logging.',
        );
  return [
    coverage,
    ...all
      .filter(one => one.logging && one.deliveryError !== undefined)
      .map(({ name, deliveryError }) =>
        weak(
          `trail ${name}`,
          `Its log files can't be delivered: ${deliveryError}. Archives and replays will lack them.`,
          "Mend the bucket's or the key's policy: aws cloudtrail get-trail-status.",
        ),
      ),
  ];
};

/** Clusters that were found and those that the settings name. */
export const clusterChecks = (region: string, found: readonly Cluster[], settings: Settings): readonly Check[] => {
  const named = settings.clusters.filter(one => one.kind === 'eks' && (one.region ?? settings.home) === region);
  return [
    ...found.map(one =>
      one.auditLogging
        ? good(`cluster ${one.name}`, 'It writes an audit log.')
        : bad(
            `cluster ${one.name}`,
            'It writes no audit log.',
            `aws eks update-cluster-config --region ${region} --name ${one.name} --logging '{"clusterLogging":[{"types":["audit"],"enabled":true}]}'`,
          ),
    ),
    ...found
      .filter(one => !settings.clusters.some(({ name }) => name === one.name))
      .map(one =>
        weak(
          `cluster ${one.name}`,
          'The settings do not name it: its ranges and node roles are not known.',
          'Add it to `clusters`: tripline inventory --suggest.',
        ),
      ),
    ...named
      .filter(({ name }) => !found.some(one => one.name === name))
      .map(({ name }) =>
        weak(
          `cluster ${name}`,
          `The settings name it, and ${region} has none of that name.`,
          'Correct or remove it in `clusters`.',
        ),
      ),
  ];
};
