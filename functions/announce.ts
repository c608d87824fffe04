import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { announceCounted } from './announcement/alerting.ts';
import { lambda, warn } from './invocation/lambda.ts';
import { recordsOf } from './invocation/records.ts';
import { hasTime } from './invocation/time.ts';

/** Milliseconds that one case may take: with less left none is begun, for who is ended in between says it again. */
const reserve = 15_000;

/** Every due case that a batch of the findings table's stream names, each once, with the record that named it last. */
const dueCases = (event: DynamoDBStreamEvent): readonly (readonly [id: string, sequence: string])[] => {
  const cases = new Map<string, string>();
  for (const { dynamodb } of recordsOf(event, 'stream')) {
    const image = dynamodb?.NewImage;
    const id = image?.['pk']?.S;
    if (id === undefined || image?.['sk']?.S !== 'case' || image['due'] === undefined) continue;
    cases.set(id, dynamodb?.SequenceNumber ?? '');
  }
  return [...cases];
};

/**
 * Announces what the findings table's stream says is due. A case that fails is reported: the stream hands the batch over
 * again from there, and what was said already is not said again. The sweep takes what the stream gave up on.
 */
export const handler = lambda(
  'announce',
  async (event: DynamoDBStreamEvent, meter, context): Promise<DynamoDBBatchResponse> => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const [id, sequence] of dueCases(event)) {
      if (!hasTime(context, reserve)) {
        batchItemFailures.push({ itemIdentifier: sequence });
        continue;
      }
      try {
        await announceCounted(id, meter);
      } catch (error) {
        warn('announce', id, error);
        meter.add('AnnouncementsFailed', 1);
        batchItemFailures.push({ itemIdentifier: sequence });
      }
    }
    return { batchItemFailures };
  },
);
