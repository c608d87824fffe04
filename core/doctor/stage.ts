import { bad, type Check, good, unknown, weak } from './check.ts';
import { redeploy } from './feeds.ts';

/** What is said of a function that is not there. */
export const noFunction = 'There is no such function.';

/** A function of the stage. @param deployed when its fellows were, ISO */
export const functionCheck = (
  name: string,
  found: { readonly state: string; readonly update: string; readonly modified: string } | undefined,
  deployed: string | undefined,
): Check => {
  if (found === undefined) return bad(`function ${name}`, noFunction, redeploy);
  if (found.state !== 'Active' && found.state !== '')
    return bad(`function ${name}`, `Its state is ${found.state}.`, redeploy);
  if (found.update === 'Failed') return bad(`function ${name}`, 'Its last update failed.', redeploy);
  if (deployed !== undefined && Date.parse(found.modified) - Date.parse(deployed) > 15 * 60_000)
    return weak(
      `function ${name}`,
      `It was changed at ${found.modified}, long after the other functions (${deployed}).`,
      'See who did: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=UpdateFunctionCode20150331v2',
    );
  return good(`function ${name}`, 'It is active, and was changed together with the other functions.');
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

/** Records that could not be read. @param days of the quarantine, the oldest first; the last two are judged against those before */
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
    "Look at some in the stage's bucket *-quarantine-* (each object's metadata says why), fix the source, then scan them again: tripline scan.",
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

/** What a dead-letter queue holds. */
export const deadLetterCheck = (queue: string, messages: number): Check =>
  messages === 0
    ? good(`queue ${queue}`, 'It is empty.')
    : bad(
        `queue ${queue}`,
        `${messages} messages could not be delivered.`,
        'Read one (aws sqs receive-message), fix its cause, then redrive: aws sqs start-message-move-task.',
      );

/** Whether whoever is to be told has confirmed it. @param arn of the subscription; SNS answers `PendingConfirmation` until then */
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
  if (skew === undefined) return unknown('clock', "AWS's answer had no date.", 'Try again.');
  const seconds = Math.round(Math.abs(skew) / 1000);
  return seconds <= 60
    ? good('clock', `This clock is ${seconds} s from AWS's.`)
    : bad(
        'clock',
        `This clock is ${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} AWS's: what it signs may be refused.`,
        'Set it by NTP.',
      );
};

/** Announcements that wait. @param overdue cases that have been due for over 15 minutes */
export const dueCheck = (overdue: number): Check =>
  overdue === 0
    ? good('announcements', 'Nothing has waited for over 15 minutes.')
    : bad(
        'announcements',
        `${overdue === 1 ? 'A case has' : `${overdue} or more cases have`} waited for over 15 minutes to be announced.`,
        "Read the log of the function sweep, and the topic's access policy.",
      );
