import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deliver } from '../../core/announce/deliver.ts';
import { hears, hearsNotice } from '../../core/announce/route.ts';
import { measureAlert } from '../announcement/alerting.ts';
import { deps } from '../deps/deps.ts';
import { lambda, warn } from '../invocation/lambda.ts';
import { recordsOf } from '../invocation/records.ts';
import { hasTime } from '../invocation/time.ts';
import { idOf, type Said, saidIn } from './said.ts';

/** Where a channel's queue ends: `name` keeps its ledger rows apart from every other channel's. */
export interface Outlet {
  readonly name: string;
  readonly post: (said: Said) => Promise<void>;
}

/** Milliseconds that one announcement may take, tried twice: with less left none is begun, for who is ended in between says it again. */
const reserve = 15_000;

/** Whether the channel's routing lets it hear this. */
const isHeard = (said: Said): boolean => {
  const { routing } = deps();
  return said.kind === 'finding' ? hears(routing(), said.message) : hearsNotice(routing(), said.notice);
};

/**
 * A function behind a channel's queue: says what the channel is to hear, each once by this channel's own ledger row. Once the
 * service asks us to wait, or time runs out, the rest of the batch goes back too: the queue's delay is the wait, and its dead-letter queue the
 * end of patience.
 */
export const channelHandler = (kind: string, outlet: () => Outlet) =>
  lambda(kind, async (event: SQSEvent, meter, context): Promise<SQSBatchResponse> => {
    const { ledger, now } = deps();
    const batchItemFailures: { itemIdentifier: string }[] = [];
    let isBusy = false;
    for (const { messageId, body } of recordsOf(event, 'queue')) {
      if (isBusy || !hasTime(context, reserve)) {
        batchItemFailures.push({ itemIdentifier: messageId });
        continue;
      }
      try {
        const said = saidIn(body);
        if (!isHeard(said)) continue;
        const { name, post } = outlet();
        const done = await deliver(ledger(), `${kind}-${name}#${idOf(said)}`, [], now(), () => post(said));
        if (done === undefined) throw new Error(`${idOf(said)} is being posted by another invocation`);
        meter.add('Announced', 1);
        if (said.kind === 'finding') measureAlert(said.message, meter);
      } catch (error) {
        warn(kind, messageId, error);
        meter.add('AnnouncementsFailed', 1);
        batchItemFailures.push({ itemIdentifier: messageId });
        isBusy = error instanceof Error && 'retryAfter' in error && error.retryAfter !== undefined;
      }
    }
    return { batchItemFailures };
  });
