import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { busChannel } from '../../adapters/bus.ts';
import { forgetful, lasting } from '../../adapters/lasting.ts';
import { snsChannel } from '../../adapters/sns.ts';

/** Where announcements go, each by its own client: loaded by the deps when the first is made. */
export const topic = (arn: string) => {
  const client = forgetful(new SNSClient(lasting), Date.now);
  return snsChannel(() => client, arn);
};
/** The bus of findings, in OCSF. */
export const bus = (name: string) => {
  const client = forgetful(new EventBridgeClient(lasting), Date.now);
  return busChannel(() => client, name);
};
