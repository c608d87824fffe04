import type { Finding } from '../../core/finding.ts';
import { belatedScope, isBelated } from '../../core/findings/belated.ts';
import { endedBy } from '../../core/findings/ended.ts';
import type { By } from '../../core/findings/life.ts';
import { deps } from '../deps/deps.ts';
import { isFirstOfHour } from '../invocation/hourly.ts';
import { log } from '../invocation/lambda.ts';

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
  launched: {
    who: 'tripline sweep (launch recorded late)',
    note: 'The record of the launch came later than records may be late (latenessMinutes): with it nothing would have been found.',
  },
  joined: {
    who: 'tripline sweep (node recorded late)',
    note: 'The record of the node came later than records may be late (latenessMinutes): with it nothing would have been found.',
  },
} as const satisfies { readonly [why: string]: Omit<By, 'at'> };

/** Open findings looked through and resolved at most, so that each is said without a flood: the next hour goes on. */
const most = { read: 5_000, resolved: 100 } as const;
const pageSize = 500;

/** Why a finding ends by itself; undefined: it does not. */
const whyOf = async (
  finding: Finding,
  known: ReadonlySet<string>,
  at: number,
): Promise<keyof typeof by | undefined> => {
  const ended = endedBy(finding, known, deps().settings, at);
  const scope = belatedScope(finding, at);
  if (ended !== undefined || scope === undefined) return ended;
  const [answer] = await deps()
    .store()
    .observe([{ scope, expires: at }]);
  return isBelated(finding, answer?.item ?? {});
};

/**
 * Resolves open findings whose detection was switched off or removed, and those of an absence for which the record came late, up to their
 * newest event: what is later opens them. Once an hour, for it reads all that is open.
 * @param known ids of the catalogue's detections
 * @param mayGoOn asked before each
 * @throws the first failure, after all others had their turn
 */
export const endByThemselves = async (known: ReadonlySet<string>, mayGoOn: () => boolean): Promise<void> => {
  const { settings, now } = deps();
  const at = now();
  if (!isFirstOfHour(at)) return;
  const mayEnd = (finding: Finding): boolean =>
    endedBy(finding, known, settings, at) !== undefined || belatedScope(finding, at) !== undefined;
  let resolved = 0;
  let failed: { readonly cause: unknown } | undefined;
  for await (const { id } of open(mayEnd)) {
    if (!mayGoOn() || resolved === most.resolved) break;
    try {
      if (await isEnded(id, known, at)) resolved++;
    } catch (cause) {
      failed ??= { cause };
    }
  }
  if (resolved > 0) log('info', { function: 'sweep', ended: resolved });
  if (failed !== undefined) throw failed.cause;
};

/** Resolves a finding that ends by itself; false where it does not, or somebody changed it. */
const isEnded = async (id: string, known: ReadonlySet<string>, at: number): Promise<boolean> => {
  // An index may lag: what is there now decides.
  const [finding] = await deps().findings().cases([id]);
  const why = finding && (await whyOf(finding, known, at));
  if (finding === undefined || why === undefined) return false;
  const change = { act: 'resolve', upTo: 'seen' } as const;
  return (
    (await deps()
      .findings()
      .work(finding, change, { ...by[why], at })) === 'set'
  );
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
