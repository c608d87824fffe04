import { createHash } from 'node:crypto';
import { redactLine } from '../redact.ts';
import type { Suppression } from '../settings.ts';
import { type Notice, noticeSchema } from './notice.ts';

/** A suppression made by command, as far as it is told of. */
type Made = Suppression & { readonly by: string; readonly revoked?: { readonly by: string } };

/**
 * That somebody made a suppression, and what it silences. Its id is made of all it says, so that one which is replaced under
 * its own name is said too. `high`, so that whoever hears alerts hears that some are silenced.
 * @param now milliseconds since 1970
 */
export const suppressionNotice = (made: Made, now: number): Notice => {
  const { id, when, reason, owner, from, expires, by, revoked } = made;
  const name = createHash('sha256')
    .update(JSON.stringify([id, when, reason, owner, from, expires, by]))
    .digest('hex');
  return {
    schema: noticeSchema,
    id: `suppression:${name.slice(0, 16)}`,
    kind: 'suppression',
    severity: 'high',
    headline: `A suppression was made${revoked === undefined ? '' : ', and revoked since'}: what it matches is stored, not announced`,
    advice: 'tripline suppress list',
    at: new Date(now).toISOString(),
    detection: '',
    account: '',
    cluster: '',
    principal: redactLine(by, 300),
    total: 0,
    exact: true,
    counts: [],
    findings: [],
    suppression: {
      id: redactLine(id, 100),
      reason: redactLine(reason, 300),
      owner: redactLine(owner, 100),
      expires: redactLine(expires, 40),
      when: redactLine(JSON.stringify(when), 1000),
    },
  };
};
