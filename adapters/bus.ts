import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { Channel } from '../core/announce/announce.ts';
import { bounded } from '../core/announce/json.ts';
import { ocsf } from '../core/ocsf.ts';

/**
 * Puts announcements on an event bus as OCSF Detection Findings: source `tripline`, detail type `Detection Finding`; notices
 * of several findings have the detail type `Notice`.
 */
export const busChannel = (client: () => EventBridgeClient, bus: string): Channel => {
  const put = async (what: string, entry: PutEventsRequestEntry): Promise<void> => {
    const { Entries: results } = await client().send(
      new PutEventsCommand({ Entries: [{ EventBusName: bus, Source: 'tripline', ...entry }] }),
    );
    // PutEvents answers 200 also where an entry failed (EventBridge API Reference, PutEvents).
    const [result] = results ?? [];
    if (result?.EventId === undefined)
      throw new Error(
        `event bus ${bus}: PutEvents refused the ${what}: ${result?.ErrorCode ?? 'no result'}: it stays due and is tried again`,
      );
  };
  return {
    name: 'bus',
    send: message =>
      put(`finding ${message.id}`, {
        DetailType: 'Detection Finding',
        Time: new Date(message.finding.last),
        Resources: message.finding.resources.filter(name => /^arn:[\w-]+:[^\s]{1,1000}$/.test(name)).slice(0, 10),
        Detail: JSON.stringify(ocsf(bounded(message))),
      }),
    notify: notice =>
      put(`notice ${notice.id}`, { DetailType: 'Notice', Time: new Date(notice.at), Detail: JSON.stringify(notice) }),
  };
};
