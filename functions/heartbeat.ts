import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { hurried } from '../adapters/hurried.ts';
import { lambda } from './invocation/lambda.ts';

const patience = 10_000;

/**
 * Says that this stage is alive: as an event on the hub's bus, by a call to an address, or both. Whoever listens pages when it
 * stops. What fails is tried again by Lambda; its absence is the alarm.
 * @throws where either did not say yes
 */
export const handler = lambda('heartbeat', async (): Promise<void> => {
  const { HUB_BUS: bus, HEARTBEAT_URL: url, STAGE: stage = '' } = process.env;
  await Promise.all([
    bus === undefined ? undefined : putHeartbeat(bus, stage),
    url === undefined ? undefined : callAddress(url),
  ]);
});

/** EventBridge takes events for a bus of its own region only, whatever ARN names it; rules alone reach over. @param bus its ARN */
const putHeartbeat = async (bus: string, stage: string): Promise<void> => {
  const region = bus.split(':')[3] ?? '';
  const { Entries: results } = await new EventBridgeClient({ ...hurried, region }).send(
    new PutEventsCommand({
      Entries: [{ EventBusName: bus, Source: 'tripline', DetailType: 'Heartbeat', Detail: JSON.stringify({ stage }) }],
    }),
  );
  // PutEvents answers 200 also where an entry failed (EventBridge API Reference, PutEvents).
  const [result] = results ?? [];
  if (result?.EventId === undefined)
    throw new Error(`the hub's bus refused the heartbeat: ${result?.ErrorCode ?? 'no result'}`);
};

/** The address is a secret: no error names it. */
const callAddress = async (url: string): Promise<void> => {
  const answer = await fetch(url, { method: 'POST', redirect: 'error', signal: AbortSignal.timeout(patience) }).catch(
    (error: unknown) => {
      throw new Error(`the heartbeat address could not be reached: ${error instanceof Error ? error.name : 'unknown'}`);
    },
  );
  if (!answer.ok) throw new Error(`the heartbeat address answered ${answer.status}`);
};
