import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Channel } from '../core/announce/announce.ts';
import { bounded } from '../core/announce/json.ts';
import { ocsf } from '../core/ocsf.ts';

/** Puts announcements on an event bus as OCSF Detection Findings: source `tripline`, detail type `Detection Finding`. */
export const busChannel = (client: () => EventBridgeClient, bus: string): Channel => ({
  name: 'bus',
  send: async message => {
    const { Entries: results } = await client().send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: bus,
            Source: 'tripline',
            DetailType: 'Detection Finding',
            Time: new Date(message.finding.last),
            Resources: message.finding.resources.filter(name => /^arn:[\w-]+:[^\s]{1,1000}$/.test(name)).slice(0, 10),
            Detail: JSON.stringify(ocsf(bounded(message))),
          },
        ],
      }),
    );
    // PutEvents answers 200 also where an entry failed (EventBridge API Reference, PutEvents).
    const [result] = results ?? [];
    if (result?.EventId === undefined)
      throw new Error(
        `event bus ${bus}: PutEvents refused the finding ${message.id}: ${result?.ErrorCode ?? 'no result'}: it stays due and is tried again`,
      );
  },
});
