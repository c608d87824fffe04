import type { Event } from '../event.ts';
import { rememberedText } from '../remembered.ts';
import type { Description, SourceModule } from '../source.ts';
import { lastAddress, objectPath } from './call.ts';
import { kubernetesFacts } from './facts/index.ts';
import { callers } from './identity.ts';
import { auditTime } from './read.ts';
import { readingNotes } from './reading.ts';
import { arnsOf } from './signed-in.ts';

/** `patch ec2nodeclasses/status`: what was called, short. */
const calledOf = ({ record }: Event<'kubernetes'>): string => {
  const { resource = '', subresource } = record.objectRef ?? {};
  return `${record.verb} ${resource === '' ? 'a path' : resource}${subresource ? `/${subresource}` : ''}`;
};

/** A user's name without what every such name begins with. */
const shortName = rememberedText(
  name =>
    name.replace(/^arn:[\w-]+:sts::\d{12}:assumed-role\//, '').replace(/^system:serviceaccount:([^:]+):/, '$1/') ||
    'unknown',
);

export const kubernetesSource: SourceModule<'kubernetes'> = {
  facts: kubernetesFacts,
  describe: (event, settings): Description => {
    const { record } = event;
    const { real, effective } = callers(event, settings);
    const name = record.user?.username || 'unknown';
    const other = record.impersonatedUser?.username;
    const last = lastAddress(event);
    const doubts = [real, effective]
      .filter(({ doubt }) => doubt !== '')
      .map(({ doubt }) => `the controller is ${doubt}`);
    return {
      principals: [name, ...arnsOf(record.user), ...(other ? [other] : [])],
      addresses: [last, ...(record.sourceIPs ?? []).slice(0, -1).filter(address => address !== last)],
      notes: [
        ...new Set(doubts),
        ...(other ? [`${name} acted as ${other}`] : []),
        ...readingNotes(event),
        ...((record.sourceIPs?.length ?? 0) > 1
          ? [`only ${last} is sure: the client may have written the other addresses`]
          : []),
        ...(record.annotations?.['audit.k8s.io/truncated'] === 'true'
          ? ['the API server cut the bodies of this event (audit.k8s.io/truncated)']
          : []),
        ...(auditTime(record as never)?.from === 'requestReceivedTimestamp'
          ? []
          : ['the time is that of the stage, since the record does not say when the request came in']),
      ],
      holes: {
        principal: other ? `${shortName(name)} as ${shortName(other)}` : shortName(name),
        event: `${calledOf(event)} ${objectPath(record)}`,
        source: last,
      },
    };
  },
};
