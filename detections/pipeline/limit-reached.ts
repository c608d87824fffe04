import { call } from '../../core/cloudtrail/example.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

/** As no service of AWS is called: the matcher itself says this, and no log can. */
const said = (eventName: string, limit: string) =>
  call('tripline', eventName, { eventSource: 'tripline', requestParameters: { limit } });

/** The page of what the pipeline says when a cap kept something out; severity, window and status are taken from here and the settings. */
export const detection = cloudtrail({
  id: 'pipeline/limit-reached',
  title: 'A limit was reached: {limit}',
  severity: 'medium',
  when: { eventSource: 'tripline', eventName: 'LimitReached' },
  by: view => [{ limit: text(view.record, 'requestParameters', 'limit') ?? 'unknown' }],
  window: '24h',
  attack: ['T1685'],
  why: 'Every item, finding and batch is bounded, so that nobody can make them grow without end. Where a bound kept something out, what was kept out was not judged as it should be: a flood may be hiding something.',
  references: ['Tripline, core/state/observation.ts; core/rule.ts'],
  runbook: [
    'See what was flooded: the title names the limit; npx tripline findings, for what was found around that time.',
    'Find the sender: aws cloudtrail lookup-events --start-time START --end-time END --region REGION, counted by Username and by EventName.',
    'Judge what was kept out: npx tripline scan LOGS, on those of that hour, keeps no state between runs and has room again.',
  ],
  blind: [
    'A bound of a service in front of us (records above 256 KB, throttled subscriptions) is not ours and is not reported here.',
  ],
  examples: {
    matches: [
      { name: 'the state of a detection is full', event: said('LimitReached', 'state of cloudtrail/launch-burst') },
      {
        name: 'one event makes too many findings',
        event: said('LimitReached', 'findings of one event by cloudtrail/karpenter-tag-tampered'),
      },
    ],
    misses: [
      { name: 'a detection throws', event: said('RuleFailed', 'state of cloudtrail/launch-burst') },
      {
        name: 'a service of AWS with such a call',
        event: call('example', 'LimitReached', { requestParameters: { limit: 'x' } }),
      },
    ],
  },
});
