import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { handler } from '../../functions/heartbeat.ts';
import { policed } from '../policed.ts';
import { context } from './setup.ts';

const heartbeat = policed('heartbeat', handler);
const events = mockClient(EventBridgeClient);
const before = { ...process.env };
const hub = 'arn:aws:events:us-west-2:444455556666:event-bus/tripline-soc-hub';

afterEach(() => {
  events.reset();
  process.env = { ...before };
});

describe('heartbeat', () => {
  it('calls EventBridge where the hub’s bus is: another region’s takes no bus of it', async () => {
    Object.assign(process.env, { AWS_REGION: 'eu-west-1', HUB_BUS: hub, STAGE: 'production' });
    events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    await heartbeat({}, context());
    const [call] = events.commandCalls(PutEventsCommand);
    expect(await call?.thisValue.config.region()).toBe('us-west-2');
    expect(call?.args[0].input.Entries).toMatchObject([{ EventBusName: hub, DetailType: 'Heartbeat' }]);
  });

  it('fails where the bus refuses it, though the request itself was answered', async () => {
    Object.assign(process.env, { AWS_REGION: 'eu-west-1', HUB_BUS: hub });
    events
      .on(PutEventsCommand)
      .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }] });
    await expect(heartbeat({}, context())).rejects.toThrow('NotAuthorizedForSourceException');
  });
});
