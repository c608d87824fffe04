import type { SourceModule } from '../source.ts';
import { kubernetesFacts } from './facts/index.ts';

export const kubernetesSource: SourceModule<'kubernetes'> = {
  facts: kubernetesFacts,
  describe: event => ({
    principals: [event.record.user?.username ?? 'unknown'],
    addresses: [event.record.sourceIPs?.at(-1) ?? 'unknown'],
    notes: [],
    holes: {
      principal: event.record.user?.username ?? 'unknown',
      event: event.record.verb,
      source: event.record.sourceIPs?.at(-1) ?? 'unknown',
    },
  }),
};
