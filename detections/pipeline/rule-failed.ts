import { call } from '../../core/cloudtrail/example.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

/** As no service of AWS is called: the matcher itself says this, and no log can. */
const said = (eventName: string, detection: string) =>
  call('tripline', eventName, { eventSource: 'tripline', requestParameters: { detection } });

/** The page of what the matcher says when a detection throws; severity, window and status are taken from here and the settings. */
export const detection = cloudtrail({
  id: 'pipeline/rule-failed',
  title: 'The detection {detection} failed',
  severity: 'high',
  when: { eventSource: 'tripline', eventName: 'RuleFailed' },
  by: view => [{ detection: text(view.record, 'requestParameters', 'detection') ?? 'unknown' }],
  window: '24h',
  attack: ['T1685'],
  why: 'A detection that throws is blind to the event it threw on, and an attacker who finds such an event has found a way past it. The other detections judged the event; this one must be looked at.',
  references: ['Tripline, core/compile.ts'],
  runbook: [
    'Get the event: npx tripline findings show FINDING, which gives its id; aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventId,AttributeValue=EVENT_ID --region REGION > event.json.',
    'See it fail here: npx tripline explain event.json --detection DETECTION.',
    'Judge the event by hand against what the detection says it looks for; then fix the detection, with the event as its next example.',
  ],
  blind: [
    'A detection that never ends is stopped with its function: the record goes to the dead-letter queue and no finding says which rule it was.',
    'An error in reading a record is no failed rule: the quarantine holds such records.',
  ],
  examples: {
    matches: [
      { name: 'a detection throws', event: said('RuleFailed', 'cloudtrail/launch-burst') },
      { name: 'knowledge throws', event: said('RuleFailed', 'knowledge/instances') },
    ],
    misses: [
      { name: 'a limit is reached', event: said('LimitReached', 'cloudtrail/launch-burst') },
      {
        name: 'a service of AWS with such a call',
        event: call('example', 'RuleFailed', { requestParameters: { detection: 'cloudtrail/launch-burst' } }),
      },
    ],
  },
});
