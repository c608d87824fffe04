import type { Finding } from '../../core/finding.ts';
import { endedBy } from '../../core/findings/ended.ts';
import type { By } from '../../core/findings/life.ts';
import { deps } from '../deps/deps.ts';
import { isFirstOfHour } from '../invocation/hourly.ts';
import type { Meter } from '../invocation/meter.ts';

/** Who resolved and why, as a message has it and the trail explains. */
const by = {
  off: {
    who: 'tripline sweep (detection switched off)',
    note: 'The detection is off in the settings, so that nothing comes to this finding. Once it is on again, a later event opens it.',
  },
  removed: {
    who: 'tripline sweep (detection removed)',
    note: 'The detection is not in the catalogue any more, so that nothing comes to this finding.',
  },
} as const satisfies { readonly [why: string]: Omit<By, 'at'> };

/** Open findings looked through and resolved at most, so that each is said without a flood: the next hour goes on. */
const most = { read: 5_000, resolved: 100 } as const;
const pageSize = 500;

/**
 * Resolves open findings whose detection was switched off or removed, up to their newest event: what is later opens them. Once an hour, for
 * it reads all that is open.
 */
export const endOrphans = async (known: ReadonlySet<string>, meter: Meter): Promise<void> => {
  const { findings, settings, now } = deps();
  const at = now();
  if (!isFirstOfHour(at)) return;
  let resolved = 0;
  for await (const { id } of open(finding => endedBy(finding, known, settings, at) !== undefined)) {
    // An index may lag: what is there now decides.
    const [finding] = await findings().cases([id]);
    const why = finding && endedBy(finding, known, settings, at);
    if (finding === undefined || why === undefined) continue;
    if ((await findings().work(finding, { act: 'resolve', upTo: 'seen' }, { ...by[why], at })) === 'set') resolved++;
    if (resolved === most.resolved) break;
  }
  if (resolved > 0) meter.add('FindingsEnded', resolved);
};

/** Open findings of a kind, the most severe first. */
async function* open(isOne: (finding: Finding) => boolean): AsyncGenerator<Finding> {
  let after: string | undefined;
  for (let read = 0; read < most.read; ) {
    const page = await deps()
      .findings()
      .list({ statuses: ['open'] }, { limit: pageSize, ...(after === undefined ? {} : { after }) });
    yield* page.items.filter(isOne);
    read += page.items.length;
    after = page.next;
    if (after === undefined) return;
  }
}
