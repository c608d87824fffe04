import { announce } from '../../core/announce/announce.ts';
import { isUnanswered } from '../../core/announce/transitions.ts';
import type { Finding } from '../../core/finding.ts';
import { hasEnded } from '../../core/findings/life.ts';
import { deps } from '../deps/deps.ts';
import { warn } from '../invocation/lambda.ts';
import type { Meter } from '../invocation/meter.ts';
import { announceDeps } from './deps.ts';

/** Findings of one status that one sweep wakes, and that it looks at: the gravest and newest first, so that what is left out can wait. */
const most = 500;
const mostRead = 5_000;

/** What becomes due by time alone: critical findings that nobody took up, and suppressions that end. @param isEarly whether more may be read */
export const wakeByTime = async (meter: Meter, isEarly: () => boolean): Promise<void> => {
  const { now, escalateAfter } = deps();
  const at = now();
  for (const finding of await listed('open', one => isUnanswered(one, at, escalateAfter), isEarly))
    await each('Escalated', finding, meter, async () => {
      await deps().findings().wake(finding.id, at);
      await announce(finding.id, await announceDeps());
    });
  for (const finding of await listed('suppressed', one => hasEnded(one, at), isEarly))
    await each('SuppressionsEnded', finding, meter, async () => {
      const by = { who: 'tripline', at, note: 'the suppression ended' };
      await deps().findings().work(finding, { act: 'reopen' }, by);
    });
};

/** Those to wake. Behind hundreds that were told together and wait for nobody, one that does is found, too. */
const listed = async (
  status: 'open' | 'suppressed',
  isDue: (finding: Finding) => boolean,
  isEarly: () => boolean,
): Promise<readonly Finding[]> => {
  const severity = status === 'open' ? ({ severity: 'critical' } as const) : {};
  const found: Finding[] = [];
  let read = 0;
  let after: string | undefined;
  do {
    const page = await deps()
      .findings()
      .list({ statuses: [status], ...severity }, { limit: 100, ...(after === undefined ? {} : { after }) });
    read += page.items.length;
    found.push(...page.items.filter(isDue));
    after = page.next;
  } while (after !== undefined && found.length < most && read < mostRead && isEarly());
  return found;
};

/** One that fails holds up no other: the next sweep looks again. */
const each = async (
  name: 'Escalated' | 'SuppressionsEnded',
  finding: Finding,
  meter: Meter,
  run: () => Promise<unknown>,
): Promise<void> => {
  try {
    await run();
    meter.add(name, 1);
  } catch (error) {
    warn('sweep', finding.id, error);
    meter.add('AnnouncementsFailed', 1);
  }
};
