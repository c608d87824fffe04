import type { SourceModule } from '../source.ts';
import { cloudtrailFacts } from './facts/index.ts';

export const cloudtrailSource: SourceModule<'cloudtrail'> = {
  facts: cloudtrailFacts,
  describe: event => ({
    principals: [event.record.userIdentity?.arn ?? 'unknown'],
    addresses: [event.record.sourceIPAddress ?? 'unknown'],
    notes: [],
    holes: {
      principal: event.record.userIdentity?.arn ?? 'unknown',
      event: event.record.eventName,
      source: event.record.sourceIPAddress ?? 'unknown',
    },
  }),
};
