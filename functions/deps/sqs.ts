import { SQSClient } from '@aws-sdk/client-sqs';
import { forgetful, lasting } from '../../adapters/lasting.ts';
import { askForReadings } from '../../adapters/reading-queue.ts';
import type { Event } from '../../core/event.ts';
import { atHome } from './region.ts';

/** What waits in queues, by one client: loaded when the first of it is sent. */
const client = forgetful(new SQSClient({ ...atHome(process.env), ...lasting }), Date.now);

export const askFor = (queue: string, events: readonly Event<'kubernetes'>[]) => askForReadings(client, queue, events);
