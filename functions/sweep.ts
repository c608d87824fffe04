import type { ScheduledEvent } from 'aws-lambda';
import { rejudge } from '../core/rejudge.ts';
import { announceCounted } from './announcement/alerting.ts';
import { endByThemselves } from './announcement/ending.ts';
import { announceSuppressions } from './announcement/suppressions.ts';
import { wakeByTime } from './announcement/waking.ts';
import { deps } from './deps/deps.ts';
import { accountOf } from './invocation/account.ts';
import { lambda, log, warn } from './invocation/lambda.ts';
import type { Meter } from './invocation/meter.ts';
import { hasTime } from './invocation/time.ts';
import { findSilences } from './sources/silence.ts';

/** The stream has had its chance by then; it forgets after 24 hours, and gives up on a batch sooner. */
export const patience = 5 * 60 * 1000;
const pageSize = 50;
/** Cases a sweep takes on at most: the next one, minutes later, goes on. */
export const mostCases = 500;
/** Milliseconds before the time-out at which no further case is begun. */
const reserve = 15_000;
/** Milliseconds that are left to announcing, whatever ends by itself: that has another hour. */
const announcing = 60_000;

/**
 * Judges again what is due, and announces what has been due for over five minutes, the longest due first. A case that fails
 * holds up no other and stays due. Where nothing at all could be said, or one of its other parts failed, the function fails when all had their
 * turn: tried twice more, it becomes a dead letter, of which an alarm tells. A warning alone nobody reads.
 */
export const handler = lambda('sweep', async (_: ScheduledEvent, meter, context): Promise<void> => {
  const isEarly = (): boolean => hasTime(context, reserve);
  const { match, detections, store, findings, now } = deps();
  // Half of the time at most: what is found is announced, and what waits to be announced must not wait for it.
  const half = now() + (context.getRemainingTimeInMillis?.() ?? 0) / 2;
  const known = new Set((await detections()).map(({ id }) => id));
  const [judged] = await Promise.allSettled([
    rejudge(
      { match: await match(), store: store(), findings: findings(), knows: id => known.has(id) },
      now(),
      () => isEarly() && now() < half,
    ),
  ]);
  const failures: unknown[] = [];
  /** The rest has its turn all the same. */
  const failed =
    (part: string) =>
    (error: unknown): void => {
      warn('sweep', part, error);
      failures.push(error);
    };
  if (judged.status === 'fulfilled') meter.add('JudgedAgain', judged.value);
  else failed('judging again')(judged.reason);
  await findSilences(accountOf(context))
    .then(({ silent, back }) => {
      meter.add('SourcesSilent', silent);
      if (back > 0) log('info', { function: 'sweep', back });
    })
    .catch(failed('sources that are silent'));
  await wakeByTime(meter, () => hasTime(context, announcing)).catch(failed('what is due by time'));
  await endByThemselves(known, () => hasTime(context, announcing)).catch(failed('findings that end by themselves'));
  await announceSuppressions(meter).catch(failed('suppressions'));
  await announceDue(meter, isEarly);
  if (failures.length > 0) throw failures[0];
});

const announceDue = async (meter: Meter, isEarly: () => boolean): Promise<void> => {
  const before = deps().now() - patience;
  const failures: unknown[] = [];
  let tried = 0;
  let after: string | undefined;
  do {
    const page = await deps()
      .findings()
      .due(before, { limit: pageSize, ...(after === undefined ? {} : { after }) });
    for (const id of page.items) {
      if (tried === mostCases || !isEarly()) {
        meter.add('SweepLeft', 1);
        return;
      }
      tried++;
      try {
        await announceCounted(id, meter);
      } catch (error) {
        warn('sweep', id, error);
        meter.add('AnnouncementsFailed', 1);
        failures.push(error);
      }
    }
    after = page.next;
  } while (after !== undefined);
  if (failures.length > 0 && failures.length === tried) throw failures[0];
};
