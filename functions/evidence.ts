import { S3Client } from '@aws-sdk/client-s3';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { keepDocument } from '../adapters/evidence-bucket.ts';
import { hurried } from '../adapters/hurried.ts';
import { deliver } from '../core/announce/deliver.ts';
import type { Message } from '../core/announce/message.ts';
import { bundleKey, bundleOf } from '../core/evidence/bundle.ts';
import { subjectsOf } from '../core/evidence/subject.ts';
import { saidIn } from './channel/said.ts';
import { deps } from './deps/deps.ts';
import { captureAll } from './evidence/capturing.ts';
import { accountOf } from './invocation/account.ts';
import { lambda, warn } from './invocation/lambda.ts';
import { recordsOf } from './invocation/records.ts';

/** Whether a finding is of another account than this function's. */
const isElsewhere = ({ finding: { account } }: Message, context: Context): boolean => {
  const own = accountOf(context);
  return own !== undefined && account !== '' && account !== own;
};

/** Keeps what there is of the machines that an announcement names, and links it from the finding. */
const keep = async (message: Message, bucket: string, context: Context): Promise<void> => {
  const { findings, now } = deps();
  const { id, detection, severity, title, account, region, cluster } = message.finding;
  const { machines, left } = await captureAll(message, context);
  const occasion = {
    announcement: message.id,
    finding: { id, detection, severity, title, account, region, cluster },
    capturedAt: new Date(now()).toISOString(),
  };
  const key = bundleKey(id, message.transition.id);
  const address = await keepDocument(new S3Client(hurried), bucket, key, bundleOf(occasion, machines, left));
  await findings().addCapture(id, address);
};

/**
 * On an announcement of a critical finding about a node, keeps what will be gone when the node is. A queue on the topic like every
 * channel, with its own ledger row: however often it is delivered, one document is kept.
 */
export const handler = lambda('evidence', async (event: SQSEvent, meter, context): Promise<SQSBatchResponse> => {
  const { ledger, now, evidenceBucket } = deps();
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const { messageId, body } of recordsOf(event, 'queue')) {
    try {
      const said = saidIn(body);
      if (said.kind !== 'finding' || subjectsOf(said.message).length === 0) continue;
      const { message } = said;
      if (isElsewhere(message, context)) {
        warn(
          'evidence',
          messageId,
          new Error('the machines are in another account: a stage of that account keeps them'),
        );
        continue;
      }
      const done = await deliver(ledger(), `evidence#${message.id}`, [], now(), () =>
        keep(message, evidenceBucket(), context),
      );
      if (done === undefined) throw new Error(`${message.id} is being kept by another invocation`);
      meter.add('EvidenceKept', 1);
    } catch (error) {
      warn('evidence', messageId, error);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
});
