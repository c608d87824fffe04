import { lambda, rule, target } from '../kinds.ts';
import { homeRegion } from '../mocks.ts';
import { full } from '../synthesis.ts';
import { changed, type Fault, plus, without } from './planting.ts';

/** What goes unheard: regions, alarms, the watch over the watcher. */
export const watch: readonly Fault[] = [
  [
    'every enabled region forwards',
    'a region without rules',
    () => full.resources.filter(one => one.region !== 'us-west-2'),
  ],
  [
    'every enabled region forwards',
    'a region without one of the rules of self-protection',
    () => full.resources.filter(({ type, name }) => !(type === rule && name === 'Guard2UsWest2')),
  ],
  [
    'somebody hears of every dead letter, error and throttle',
    'an alarm',
    () => full.resources.filter(({ name }) => name !== 'DeadLetters1Alarm'),
  ],
  [
    'metrics of one stage are not those of another',
    'an alarm',
    () =>
      changed(
        'aws:cloudwatch/metricAlarm:MetricAlarm',
        plus({ namespace: 'Tripline', dimensions: { function: 'audit' } }),
      ),
  ],
  ['metrics of one stage are not those of another', 'a function', () => changed(lambda, plus({ environment: {} }))],
  [
    'audit logs are heard in every region that has clusters',
    'a region without its function',
    () =>
      full.resources.filter(
        ({ type, region, inputs }) =>
          !(type === lambda && region === 'us-west-2' && /-audit$/.test(String(inputs['name']))),
      ),
  ],
  [
    'audit logs are heard in every region that has clusters',
    'tables that are looked for in its own region',
    () => changed(lambda, plus({ environment: { variables: { STAGE: 'production' } } }), 'AuditFunctionUsWest2'),
  ],
  [
    'alarms of rules watch what EventBridge counts',
    'a rule of another bus by its name alone',
    () =>
      changed(
        'aws:cloudwatch/metricAlarm:MetricAlarm',
        plus({ dimensions: { RuleName: 'tripline-production-heartbeat-444455556666' } }),
        'Silence444455556666',
      ),
  ],
  [
    'every alarm tells somebody',
    'an alarm without an action',
    () => changed('aws:cloudwatch/metricAlarm:MetricAlarm', without('alarmActions'), 'DeliveryErrors1Alarm'),
  ],
  [
    'every alarm tells somebody',
    'a region whose alarms are not forwarded',
    () => full.resources.filter(({ name }) => name !== 'AlarmsUsWest2'),
  ],
  [
    'changes to the watcher are told without it, from two regions',
    'one region',
    () => full.resources.filter(({ type, region }) => !(type === 'aws:sns/topic:Topic' && region !== homeRegion)),
  ],
  [
    'changes to the watcher are told without it, from two regions',
    'a raw event',
    () => changed(target, without('inputTransformer'), 'Guard1PostTarget'),
  ],
  [
    'changes to the watcher are told without it, from two regions',
    'a rule of several that is told in one region only',
    () =>
      full.resources.filter(({ type, name }) => !(type === target && name.startsWith('Guard2ToldPostTargetUsEast1'))),
  ],
  [
    'a canary that does not come back, or is not sent, is an alarm',
    'silence that is no alarm',
    () => changed('aws:cloudwatch/metricAlarm:MetricAlarm', plus({ treatMissingData: 'notBreaching' }), 'CanaryLate'),
  ],
];
