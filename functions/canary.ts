import type { ScheduledEvent } from 'aws-lambda';
import { canaryCalls, type Outcome } from '../adapters/canary-call.ts';
import { type Canary, clusterCanary, findingsOf, lostMatch, patience, regionCanary, roundOf } from '../core/canary.ts';
import type { Finding } from '../core/finding.ts';
import { inLanes } from '../core/lanes.ts';
import { clustersIn } from '../core/own-clusters.ts';
import type { Settings } from '../core/settings.ts';
import { askCanary, callOf, canaryState, failureOf, lateSince, rosterOf } from '../core/state/canary.ts';
import { matchesAny } from '../core/wildcard.ts';
import { deps } from './deps/deps.ts';
import { accountOf } from './invocation/account.ts';
import { lambda, said, warn } from './invocation/lambda.ts';
import type { Meter } from './invocation/meter.ts';

/** Canaries at work at once. */
const lanes = 6;
const who = 'tripline canary';

/** The canaries of a stage. @param regions where the deployment found the account enabled */
const canariesOf = ({ clusters, deployment, home }: Settings, regions: readonly string[], account: string) => [
  ...(deployment.canary.regions ? regions.map(regionCanary) : []),
  ...clustersIn({ clusters }, account)
    .filter(({ name, kind }) => kind === 'eks' && matchesAny(deployment.canary.clusters, name))
    .map(one => clusterCanary(one.name, one.region ?? home)),
];

/**
 * A round: looks which canaries have not come back, and sends each out again. One that fails holds up no other.
 * @throws where nothing at all could be called, or a table failed: Lambda tries again, and a second call does no harm
 */
export const handler = lambda('canary', async (_: ScheduledEvent, meter, context): Promise<void> => {
  const { settings, store, now } = deps();
  const account = accountOf(context) ?? '';
  const canaries = canariesOf(settings, (process.env['CANARY_REGIONS'] ?? '').split(',').filter(Boolean), account);
  meter.add('CanariesLate', 0); // its absence is an alarm
  await store().observe([
    rosterOf(
      canaries.map(({ name }) => name),
      now(),
    ),
  ]);
  const failures: unknown[] = [];
  let called = 0;
  await inLanes(canaries, lanes, async canary => {
    try {
      if (await sendOut(canary, account, meter)) called++;
    } catch (error) {
      failures.push(error);
    }
  });
  meter.add('CanariesUncalled', canaries.length - called);
  if (failures.length > 0) throw new AggregateError(failures, said(failures[0]).message);
  if (canaries.length > 0 && called === 0) throw new Error('no canary could be called: the log says why of each');
});

/** A round of one canary. @returns whether its call was made, so that it must come back */
const sendOut = async (canary: Canary, account: string, meter: Meter): Promise<boolean> => {
  await judge(canary, account, meter);
  const { store, now, canary: callsOf = canaryCalls } = deps();
  const calls = callsOf();
  const time = now();
  const round = roundOf(time, calls.nonce());
  // Before the call: what comes back is known only by this.
  await store().observe([callOf(canary.name, round, time)]);
  const outcome: Outcome =
    canary.kind === 'region'
      ? await calls.region(canary.of, round)
      : await calls.cluster(canary.of, canary.region, round);
  if (outcome.state === 'unmade') {
    await store().observe([failureOf(canary.name, outcome.why, time)]);
    warn('canary', canary.name, new Error(outcome.why));
    return false;
  }
  if (outcome.state === 'allowed')
    warn(
      'canary',
      canary.name,
      new Error('the call was allowed, and must not be: somebody gave the canary a permission'),
    );
  return true;
};

/** Says of a canary that it is lost, or found again; and resolves what an announcer left open, so that the next round is news. */
const judge = async (canary: Canary, account: string, meter: Meter): Promise<void> => {
  const { settings, store, findings, now } = deps();
  const [answer] = await store().observe([askCanary(canary.name, now())]);
  const state = canaryState(answer === undefined ? [] : [answer.item, ...answer.also]);
  const since = lateSince(state, now());
  if (since !== undefined) {
    meter.add('CanariesLate', 1);
    const match = lostMatch(canary, account, since, settings);
    if (match.length > 0) await findings().fold(match, now());
  }
  const ids = findingsOf(canary, account);
  const stored = await findings().cases([ids.returned, ids.lost]);
  const returned = stored.find(({ id }) => id === ids.returned);
  if (returned !== undefined && isLeftOpen(returned)) await findings().settle(returned, { who, at: now() });
  const lost = stored.find(({ id }) => id === ids.lost);
  if (lost === undefined || lost.status === 'resolved' || since !== undefined || state.returned === undefined) return;
  if (state.returned.event >= lost.last - patience - 60_000)
    await findings().work(lost, { act: 'resolve' }, { who, at: now(), note: 'it came back' });
};

/** Open, and nothing is owed of it: nobody will resolve it, and no later round would be news. */
const isLeftOpen = ({ status, due }: Finding): boolean => status !== 'resolved' && due === undefined;
