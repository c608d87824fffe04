import { notify } from '../../core/announce/announce.ts';
import { suppressionNotice } from '../../core/announce/suppression.ts';
import { deps } from '../deps/deps.ts';
import { warn } from '../invocation/lambda.ts';
import type { Meter } from '../invocation/meter.ts';
import { announceDeps } from './deps.ts';

/** Suppressions told of in one sweep; the next one goes on. */
const most = 50;

/**
 * Says of each suppression made by command that it was made: once on every channel by the ledger, and marked on the item, which
 * outlives the ledger's row. One that fails holds up no other, and the next sweep tries again.
 */
export const announceSuppressions = async (meter: Meter): Promise<void> => {
  const { suppressions, now } = deps();
  const unsaid = (await suppressions().list()).filter(({ announced }) => announced === undefined);
  for (const one of unsaid.slice(0, most)) {
    try {
      if (!(await notify(suppressionNotice(one, now()), await announceDeps()))) continue;
      await suppressions().announced(one.id, now());
      meter.add('SuppressionsSaid', 1);
    } catch (error) {
      warn('sweep', one.id, error);
      meter.add('AnnouncementsFailed', 1);
    }
  }
};
