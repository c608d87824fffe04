import type { Cluster, Trail } from '../inventory/aws.ts';
import type { Settings } from '../settings.ts';
import { bad, type Check, good, unknown, weak } from './check.ts';

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

const redeploy = 'Deploy the stage again; find who changed it: cloudtrail/detection-disabled.';

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

/** Whether a region's rule stands as it was derived. */
export const ruleCheck = (region: string, derived: DerivedRule, found: FoundRule): Check => {
  const name = `rule ${derived.name} ${region}`;
  if (found === undefined) return bad(name, 'There is no such rule: no event of this kind arrives.', redeploy);
  if (found.state !== derived.state)
    return bad(name, `Its state is ${found.state}; ${derived.state} was deployed.`, redeploy);
  if (derived.pattern !== undefined && !same(found.pattern, derived.pattern))
    return bad(name, 'Its pattern is not the one that the enabled detections need.', redeploy);
  if (found.targets === 0) return bad(name, 'It has no target: what it admits goes nowhere.', redeploy);
  return good(name, derived.pattern === undefined ? 'It is enabled and has a target.' : 'It stands as derived.');
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
          'Remove one of them, or send the log through Kinesis or S3: a group takes two filters at most.',
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

export const functionCheck = (
  name: string,
  found: { readonly state: string; readonly update: string; readonly modified: string } | undefined,
  deployed: string | undefined,
): Check => {
  if (found === undefined) return bad(`function ${name}`, 'There is no such function.', redeploy);
  if (found.state !== 'Active' && found.state !== '')
    return bad(`function ${name}`, `Its state is ${found.state}.`, redeploy);
  if (found.update === 'Failed') return bad(`function ${name}`, 'Its last update failed.', redeploy);
  if (deployed !== undefined && Date.parse(found.modified) - Date.parse(deployed) > 15 * 60_000)
    return weak(
      `function ${name}`,
      `It was changed at ${found.modified}, long after its fellows (${deployed}).`,
      'See who did: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=UpdateFunctionCode20150331v2',
    );
  return good(`function ${name}`, 'It is active and as old as its fellows.');
};

/** Whether what feeds a function does; somebody who pauses it blinds us without touching rule or function. */
export const mappingCheck = (
  name: string,
  found: readonly { readonly source: string; readonly state: string }[],
): readonly Check[] =>
  found.length === 0
    ? [bad(`source of ${name}`, 'Nothing feeds it: it has no event source mapping.', redeploy)]
    : found.map(({ source, state }) =>
        /^(Enabled|Enabling|Creating|Updating)$/.test(state)
          ? good(`source of ${name}`, `${source} feeds it.`)
          : bad(`source of ${name}`, `${source} does not feed it: its mapping is ${state}.`, redeploy),
      );

/** @param reserved invocations at once that are reserved for it: none at all is how a function is switched off */
export const throttleCheck = (name: string, reserved: number | undefined): readonly Check[] =>
  reserved === 0 ? [bad(`function ${name}`, 'Its reserved concurrency is 0: it never runs.', redeploy)] : [];

/** Records set aside on each of the last days, today last. */
export interface Quarantined {
  /** `2026-09-01`, UTC. */
  readonly day: string;
  readonly records: number;
  /** There are more than were counted. */
  readonly more: boolean;
  readonly reasons: readonly string[];
}

/** Records a day from which on something must be wrong with a source or a reader, not with single records. */
const manyQuarantined = 100;

export const quarantineCheck = (days: readonly Quarantined[]): Check => {
  const [before, recent] = [days.slice(0, -2), days.slice(-2)];
  const sum = (some: readonly Quarantined[]): number => some.reduce((all, { records }) => all + records, 0);
  const usual = before.length === 0 ? 0 : sum(before) / before.length;
  const now = sum(recent);
  const orMore = recent.some(({ more }) => more) ? ' or more' : '';
  const reasons = [...new Set(recent.flatMap(one => one.reasons))].sort().join(', ');
  const says = `${now}${orMore} records could not be read yesterday and today, ${usual.toFixed(1)} a day in the days before.`;
  if (now === 0) return good('quarantine', says);
  const isFlood = now >= 2 * manyQuarantined || (now >= 20 && now > 20 * usual);
  return (isFlood ? bad : weak)(
    'quarantine',
    `${says} Reasons: ${reasons}.`,
    "Look at some in the stage's bucket *-quarantine-* (each object's metadata says why), mend the source, then scan them again: tripline scan.",
  );
};

/** @param open unresolved findings of the pipeline about itself, the most severe first */
export const ownFindingsCheck = (open: readonly { readonly detection: string; readonly title: string }[]): Check =>
  open.length === 0
    ? good('pipeline', 'It has no open finding about itself.')
    : weak(
        'pipeline',
        `${open.length} open findings are about the pipeline itself: ${open
          .slice(0, 3)
          .map(({ title }) => title)
          .join('; ')}${open.length > 3 ? '; …' : ''}`,
        'See them: tripline findings --detection pipeline/…; a limit that was reached hides what came after it.',
      );

export const deadLetterCheck = (queue: string, messages: number): Check =>
  messages === 0
    ? good(`queue ${queue}`, 'It is empty.')
    : bad(
        `queue ${queue}`,
        `${messages} messages were given up.`,
        'Read one (aws sqs receive-message), mend its cause, then redrive: aws sqs start-message-move-task.',
      );

export const subscriptionCheck = (topic: string, endpoint: string, arn: string): Check =>
  arn.startsWith('arn:')
    ? good(`${topic} to ${endpoint}`, 'The subscription is confirmed.')
    : bad(
        `${topic} to ${endpoint}`,
        'The subscription was never confirmed: nothing is delivered.',
        'Open the confirmation mail, or subscribe again: an offer lasts three days.',
      );

/** @param skew milliseconds that this clock is ahead of AWS's */
export const clockCheck = (skew: number | undefined): Check => {
  if (skew === undefined) return unknown('clock', "AWS's answer bore no date.", 'Try again.');
  const seconds = Math.round(Math.abs(skew) / 1000);
  return seconds <= 60
    ? good('clock', `This clock is ${seconds} s from AWS's.`)
    : bad(
        'clock',
        `This clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} AWS's: what it signs may be refused.`,
        'Set it by NTP.',
      );
};

export const dueCheck = (overdue: number): Check =>
  overdue === 0
    ? good('announcements', 'Nothing has waited for over 15 minutes.')
    : bad(
        'announcements',
        `${overdue === 1 ? 'A case has' : `${overdue} or more cases have`} waited for over 15 minutes to be announced.`,
        "Read the log of the function sweep, and the topic's access policy.",
      );
