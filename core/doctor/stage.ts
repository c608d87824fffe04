import type { Cluster, Trail } from '../inventory/aws.ts';
import type { Settings } from '../settings.ts';
import { bad, type Check, good, unknown, weak } from './check.ts';

/** A pattern as the deployment derives it. */
export interface DerivedRule {
  readonly name: string;
  readonly pattern: string;
  readonly state: string;
}

/** A rule as EventBridge has it; undefined: there is none of that name. */
export type FoundRule = { readonly pattern: string; readonly state: string; readonly targets: number } | undefined;

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
  if (!same(found.pattern, derived.pattern))
    return bad(name, 'Its pattern is not the one that the enabled detections need.', redeploy);
  if (found.targets === 0) return bad(name, 'It has no target: what it admits goes nowhere.', redeploy);
  return good(name, 'It stands as derived.');
};

/** @param found the group's filter of our name; undefined: none; `missing`: no such group */
export const filterCheck = (
  group: string,
  pattern: string,
  found: { readonly pattern: string } | undefined | 'missing',
): Check => {
  const name = `audit log ${group}`;
  if (found === 'missing')
    return bad(name, 'There is no such log group.', 'Turn on audit logging: aws eks update-cluster-config --logging …');
  if (found === undefined)
    return bad(
      name,
      'It has no subscription filter of ours.',
      'Invoke the function subscribe; a group takes two filters at most.',
    );
  if (found.pattern !== pattern)
    return bad(
      name,
      'Its filter is not the one that the enabled detections need.',
      'Invoke the function subscribe, or deploy again.',
    );
  return good(name, 'It is subscribed as derived.');
};

export const trailCheck = (trails: readonly Trail[]): Check => {
  const full = trails.filter(one => one.logging && one.multiRegion && one.management === 'all');
  if (full.length > 0)
    return good('trail', `${full.map(({ name }) => name).join(', ')} logs every region's management events.`);
  const near = trails.filter(({ logging }) => logging);
  return bad(
    'trail',
    near.length === 0
      ? 'No trail is logging: EventBridge gets no CloudTrail events.'
      : `${near.map(({ name }) => name).join(', ')} logs not every region or not every management event.`,
    'Make one multi-region trail with all management events, and start it: aws cloudtrail start-logging.',
  );
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

export const deadLetterCheck = (queue: string, messages: number): Check =>
  messages === 0
    ? good(`queue ${queue}`, 'It is empty.')
    : bad(
        `queue ${queue}`,
        `${messages} messages were given up.`,
        'Read one (aws sqs receive-message), mend its cause, then redrive: aws sqs start-message-move-task.',
      );

export const subscriptionCheck = (endpoint: string, arn: string): Check =>
  arn.startsWith('arn:')
    ? good(`alerts to ${endpoint}`, 'The subscription is confirmed.')
    : bad(
        `alerts to ${endpoint}`,
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
