import type { ScheduledEvent } from 'aws-lambda';
import { notify } from '../core/announce/announce.ts';
import { digestOf } from '../core/announce/notice.ts';
import { isCanary } from '../core/canary.ts';
import type { Finding } from '../core/finding.ts';
import { announceDeps } from './announcement/deps.ts';
import { deps } from './deps/deps.ts';
import { lambda } from './invocation/lambda.ts';

/** Findings a digest counts; past them it says "or more". */
const most = 2_000;

/**
 * Says once a day, on every channel, what is still open. Invoked again on the same day (UTC), it says nothing again.
 * @throws where a channel failed: Lambda tries again, and only that channel hears it then
 */
export const handler = lambda('digest', async (_: ScheduledEvent, meter): Promise<void> => {
  const open: Finding[] = [];
  let after: string | undefined;
  do {
    const page = await deps()
      .findings()
      .list({}, { limit: 200, ...(after === undefined ? {} : { after }) });
    open.push(...page.items.filter(({ ruleStatus, detection }) => ruleStatus === 'alerting' && !isCanary(detection)));
    after = page.next;
  } while (after !== undefined && open.length < most);
  if (await notify(digestOf(open, after !== undefined, deps().now()), await announceDeps())) meter.add('Announced', 1);
});
