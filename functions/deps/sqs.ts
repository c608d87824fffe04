import { SQSClient } from '@aws-sdk/client-sqs';
import { askForReadings } from '../../adapters/reading-queue.ts';
import type { Event } from '../../core/event.ts';
import { atHome } from './region.ts';

/** What waits in queues, by one client: loaded when the first of it is sent. */
const client = new SQSClient(atHome(process.env));

export const askFor = (queue: string, events: readonly Event<'kubernetes'>[]) => askForReadings(client, queue, events);
