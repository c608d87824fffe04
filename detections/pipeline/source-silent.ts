import { call } from '../../core/cloudtrail/example.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

/** As no service of AWS is called: the sweep and the subscriptions themselves say this, and no log can. */
const said = (eventName: string, source: string) =>
  call('tripline', eventName, { eventSource: 'tripline', requestParameters: { source } });

/** The page of what the pipeline says of a source that is missing; status and severity are taken from the settings. */
export const detection = cloudtrail({
  id: 'pipeline/source-silent',
  title: 'A source is silent: {source}',
  severity: 'high',
  when: { eventSource: 'tripline', eventName: 'SourceSilent' },
  by: view => [{ source: text(view.record, 'requestParameters', 'source') ?? 'unknown' }],
  window: '24h',
  attack: ['T1685.002', 'T1685'],
  why: 'Whoever switches the log off is seen last of all. A source that used to speak and no longer does, or a cluster whose audit log never arrives, leaves every detection on it blind. When the source is there again the finding is resolved by itself: what was not heard meanwhile is still to be fetched.',
  references: ['Tripline, core/state/silence.ts; functions/sources/subscribing.ts'],
  runbook: [
    'See what is missing: npx tripline doctor --stage STAGE, which says which trail, log group, rule or subscription is off.',
    'See who changed it: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=StopLogging --region REGION, likewise UpdateClusterConfig, DeleteSubscriptionFilter, DisableRule.',
    'Fetch what was missed: npm start -- PATH, over the archive of those hours, stores its findings and announces nothing.',
  ],
  blind: [
    'Only accounts and clusters that the settings name are listened for.',
    'A source is silent after an hour and twice its longest pause of the two days before: one that speaks once a day is given two.',
    'Where the sweep itself is stopped nothing says so but the alarms and the heartbeat.',
  ],
  examples: {
    matches: [
      { name: 'an audit log no longer arrives', event: said('SourceSilent', 'the audit log of prod') },
      { name: 'CloudTrail of an account no longer arrives', event: said('SourceSilent', 'CloudTrail of 111122223333') },
    ],
    misses: [
      { name: 'a limit is reached', event: said('LimitReached', 'the audit log of prod') },
      {
        name: 'a service of AWS with such a call',
        event: call('example', 'SourceSilent', { requestParameters: { source: 'x' } }),
      },
    ],
  },
});
