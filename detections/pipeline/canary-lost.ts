import { call } from '../../core/cloudtrail/example.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

/** As no service of AWS is called: the canary's function itself says this, and no log can. */
const said = (eventName: string, canary: string) =>
  call('tripline', eventName, { eventSource: 'tripline', requestParameters: { canary } });

/** The page of what the canary says when a round did not come back; status and severity are taken from the settings. */
export const detection = cloudtrail({
  id: 'pipeline/canary-lost',
  title: 'The canary of {canary} did not come back',
  severity: 'high',
  when: { eventSource: 'tripline', eventName: 'CanaryLost' },
  by: view => [{ canary: text(view.record, 'requestParameters', 'canary') ?? 'unknown' }],
  window: '24h',
  attack: ['T1685.002', 'T1685'],
  why: 'A call that this stage made itself did not come back in half an hour: what an attacker does there now is not seen either. A trail that was stopped, a rule or subscription that was changed, a queue that is stuck, all look like this.',
  references: ['Tripline, functions/canary.ts; docs/account.md, Canary'],
  runbook: [
    'See what is missing: npx tripline doctor --stage STAGE, which says which trail, log group, rule, subscription or function is off.',
    'Find where it was lost: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=DescribeExportTasks --region REGION, which shows the call if the region records at all; then look at the rule, the queue events and its dead-letter queue, the logs of cloudtrail and announce.',
    'See who changed it: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=StopLogging --region REGION, likewise PutEventSelectors, DisableRule, DeleteSubscriptionFilter, UpdateClusterConfig.',
    'Fetch what was missed: npm start -- PATH, over the archive of those hours, stores its findings and announces nothing.',
  ],
  blind: [
    'CloudTrail and EventBridge promise no time: a slow half an hour looks like this, and the finding is resolved when a round comes back.',
    'It travels through the findings table and the announcer: where those are broken, only the alarm canary-late tells.',
    'Where the canary itself is stopped no round is missing; the alarm treats its silence as a breach.',
  ],
  examples: {
    matches: [
      { name: 'the canary of a region', event: said('CanaryLost', 'region eu-west-1') },
      { name: 'the canary of a cluster', event: said('CanaryLost', 'cluster prod') },
    ],
    misses: [
      { name: 'a source falls silent', event: said('SourceSilent', 'region eu-west-1') },
      {
        name: 'a service of AWS with such a call',
        event: call('example', 'CanaryLost', { requestParameters: { canary: 'region eu-west-1' } }),
      },
    ],
  },
});
