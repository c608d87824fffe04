import { Buffer } from 'node:buffer';
import type { Event } from '../event.ts';
import { text } from '../json.ts';
import { written } from './body.ts';

/** How long a bootstrap token may join, told by its body: `none` = for ever. */
export type Expiry = 'short' | 'long' | 'none' | 'unknown';

/** What Cluster API gives its own tokens (`--bootstrap-token-ttl`). */
export const tokenLife = 15 * 60_000;

/** Reads the expiry of a bootstrap token (Kubernetes documentation, "Bootstrap token secret format"), and nothing else of it. */
export const expiryOf = ({ record, time }: Event<'kubernetes'>): Expiry => {
  if (record.objectRef?.resource !== 'secrets') return 'unknown';
  const body = written(record);
  if (body.form === 'none') return 'unknown';
  const encoded = text(body.object, 'data', 'expiration');
  const plain = text(body.object, 'stringData', 'expiration');
  const said = plain ?? (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8'));
  if (said === undefined) return 'none';
  return Date.parse(said) - time <= tokenLife ? 'short' : 'long';
};

/** The id of a bootstrap token: of the secret that holds it, or of the user who joins with it; '' for anything else. */
export const tokenIdOf = (name: string): string =>
  /^(?:bootstrap-token-|system:bootstrap:)([a-z0-9]{6})$/.exec(name)?.[1] ?? '';
