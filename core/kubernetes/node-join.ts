import { list, text } from '../json.ts';
import { asked, written } from './body.ts';
import type { AuditRecord } from './record.ts';

const instanceId = /^i-[0-9a-f]{8,17}$/;

/** A node as a write on its object tells it; '' for what it does not say. */
export interface NodeObject {
  readonly name: string;
  /** By `providerID` (`aws:///eu-west-1a/i-…`), else by the session that the IAM authenticator names: the kubelet's own instance. */
  readonly instance: string;
}

/** Reads which node and which instance a write is about. A session is only believed where a node writes its own object. */
export const nodeObject = (record: AuditRecord): NodeObject => {
  const name = record.objectRef?.name ?? text(asked(record).object, 'metadata', 'name') ?? '';
  const stated = [written(record), asked(record)]
    .map(({ object }) => text(object, 'spec', 'providerID')?.split('/').at(-1) ?? '')
    .find(id => instanceId.test(id));
  const session = list(record.user, 'extra', 'sessionName')[0];
  const own =
    record.user?.username === `system:node:${name}` && typeof session === 'string' && instanceId.test(session);
  return { name: name.slice(0, 253), instance: stated ?? (own ? session : '') };
};
