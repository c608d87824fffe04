import { patience } from '../canary.ts';
import type { Settings } from '../settings.ts';
import { type CanaryState, lateSince } from '../state/canary.ts';
import { bad, type Check, good, weak } from './check.ts';

const minute = 60_000;
const clock = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const seconds = (ms: number): string =>
  ms < 2 * minute ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / minute)} min`;

/** What to do about a canary that is late: in the order of the way it takes. */
const follow = (name: string): string =>
  name.startsWith('cluster ')
    ? 'Follow it: audit logging of the cluster, its subscription filter, the logs of the functions audit and announce, the topic.'
    : 'Follow it: trail and rules of that region, the queue events and its dead letters, the logs of the functions cloudtrail and announce, the topic.';

/** Whether a canary comes back, how long it takes, and what to do where it does not. @param now milliseconds since 1970 */
export const canaryCheck = (name: string, state: CanaryState, { deployment }: Settings, now: number): Check => {
  const title = `canary ${name}`;
  const { returned, failed } = state;
  const back =
    returned === undefined
      ? 'It has not come back in two days'
      : `It last came back at ${clock(returned.event)}, ${seconds(returned.took)} after its call`;
  const late = lateSince(state, now);
  if (late !== undefined) return bad(title, `${back}; its call of ${clock(late)} is missing.`, follow(name));
  if (failed !== undefined)
    return bad(
      title,
      `Its call could not be made at ${clock(failed.at)}: ${failed.why}. ${back}.`,
      name.startsWith('cluster ')
        ? 'Open the endpoint to the function canary, or take the cluster out of `deployment.canary.clusters`.'
        : 'Read the log of the function canary.',
    );
  if (returned === undefined) return weak(title, 'Its first round is not back yet.', 'Look again in half an hour.');
  // Two rounds, one of which may be under way.
  if (now - returned.event > 2 * deployment.canary.minutes * minute + patience)
    return bad(title, `${back}: no round was called since.`, 'Read the log and the schedule of the function canary.');
  return good(title, `${back}.`);
};

/** That there are canaries at all. @param names those that were sent out today or yesterday */
export const canariesCheck = (names: readonly string[], { deployment }: Settings): readonly Check[] => {
  const { regions, clusters } = deployment.canary;
  if (names.length > 0) return [];
  return regions || clusters.length > 0
    ? [
        bad(
          'canaries',
          'None was sent out in two days.',
          'Deploy the stage again; read the log and the schedule of the function canary.',
        ),
      ]
    : [
        weak(
          'canaries',
          'The settings switch them off: nothing checks that events arrive.',
          'Set `deployment.canary` in tripline.config.ts and deploy.',
        ),
      ];
};
