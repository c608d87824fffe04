import { isIP } from 'node:net';
import { text } from '../json.ts';
import type { SourceModule } from '../source.ts';
import { way } from '../way.ts';
import { omittedFields } from './facts/evidence.ts';
import { cloudtrailFacts } from './facts/index.ts';
import { isGlobal } from './global.ts';
import { principalOf } from './principal.ts';
import type { CloudTrailRecord } from './record.ts';

/** Who stood behind the call beyond its principal: the session, the identity it was made from, the service that forwarded it. */
const chain = (record: CloudTrailRecord): readonly string[] => {
  const identity = record.userIdentity;
  const sourceIdentity = text(identity, 'sessionContext', 'sourceIdentity');
  const provider = text(identity, 'sessionContext', 'webIdFederationData', 'federatedProvider');
  const onBehalfOf = text(identity, 'onBehalfOf', 'userId');
  const invokedBy = text(identity, 'invokedBy');
  return [
    text(identity, 'arn') ?? '',
    sourceIdentity === undefined ? '' : `source identity ${sourceIdentity}`,
    provider === undefined ? '' : way.provider(provider),
    onBehalfOf === undefined ? '' : `on behalf of ${onBehalfOf}`,
    invokedBy === undefined ? '' : way.service(invokedBy),
  ].filter(Boolean);
};

/** CloudTrail: its facts, and what it says about any of its events. */
export const cloudtrailSource: SourceModule<'cloudtrail'> = {
  facts: cloudtrailFacts,
  describe: (event, settings) => {
    const { record } = event;
    const principal = principalOf(record, settings);
    const source = text(record, 'sourceIPAddress') || 'unknown';
    const omitted = omittedFields(record);
    const notes = [
      principal.guessed && principal.kind === 'likely-controller'
        ? `${principal.name} is taken for ${principal.controller} by its usual name only: set \`controllers\` in the settings`
        : '',
      principal.guessed && principal.kind === 'node'
        ? `${principal.name} is taken for a node by its role's usual name only: set \`nodeRoles\` in the settings`
        : '',
      omitted.length > 0 ? `CloudTrail left out ${omitted.join(', ')} as too large` : '',
    ].filter(Boolean);
    return {
      principals: [...new Set([principal.id, ...chain(record)])],
      addresses: [isIP(source) === 0 ? source : source.toLowerCase()],
      ...(isGlobal(record) ? { regions: [] } : {}),
      notes,
      holes: { principal: principal.name, event: record.eventName || 'unknown', source },
    };
  },
};
