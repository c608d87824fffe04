import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { sequence } from '../../core/state/sequence.ts';

const instanceId = 'i-0aaaabbbbccccdddd';
const changed = (over = {}) => ec2('ModifyInstanceAttribute', { instanceId, userData: '<sensitiveDataRemoved>' }, over);
const stopped = (eventTime: string, id = instanceId) =>
  ec2('StopInstances', { instancesSet: { items: [{ instanceId: id }] }, force: false }, { record: { eventTime } });
const started = (eventTime: string, id = instanceId) =>
  ec2('StartInstances', { instancesSet: { items: [{ instanceId: id }] } }, { record: { eventTime } });

export const detection = cloudtrail({
  id: 'cloudtrail/user-data-changed',
  title: '{attempt}The user data of the instance {instance} was changed',
  severity: [['medium', { fact: { 'call.outcome': ['denied', 'failed'] } }], 'high'],
  when: {
    $or: [
      { fact: { 'instance.act': 'user-data', 'call.outcome': { 'anything-but': 'dry-run' } } },
      { fact: { 'instance.act': ['stop', 'start'], 'call.outcome': 'succeeded' } },
    ],
  },
  by: view => texts(view, 'instance.targets').map(instance => ({ instance })),
  state: sequence({
    id: 'cloudtrail/user-data-changed',
    doc: 'Critical when the instance is stopped, changed and started again within 30 minutes: then the new user data has run.',
    within: 30 * 60_000,
    steps: ['stop', 'user-data', 'start'],
    step: view => (said(view, 'call.outcome') === 'succeeded' ? said(view, 'instance.act') : undefined),
    of: 'user-data',
    alone: true,
    severity: 'critical',
    note: 'stopped, changed and started again within 30 minutes',
  }),
  attack: ['T1059.009', 'T1651', 'T1037'],
  why: 'User data runs as root at boot. Stopping an instance, changing its user data and starting it again is the classic way to run code on it, and to take its role, without a login.',
  references: [
    'EC2 API Reference, ModifyInstanceAttribute (userData; attribute and value)',
    'EC2 User Guide, "Run commands when you launch an EC2 instance with user data input"',
    'DataDog Stratus Red Team, aws.execution.ec2-user-data (detonation log)',
  ],
  runbook: [
    confirmCall,
    'Read what it says now, on a machine that may see secrets: aws ec2 describe-instance-attribute --region INSTANCE_REGION --instance-id INSTANCE --attribute userData --query UserData.Value --output text | base64 -d',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'The content of user data is in no record.',
    'A user-data script runs again on a later start only if it is told to (cloud-boothook, always): a start is not proof that it ran.',
    'The form with `attribute` and `value` is recorded of a call that failed (TrailDiscover), its value removed like the other form’s.',
  ],
  examples: {
    matches: [
      { name: 'the user data is changed, as SDKs do', severity: 'high', event: changed() },
      {
        name: 'the user data is changed, as --attribute does',
        severity: 'high',
        event: ec2('ModifyInstanceAttribute', { instanceId, attribute: 'userData', value: '<sensitiveDataRemoved>' }),
      },
      {
        name: 'the change is refused while the instance runs',
        severity: 'medium',
        event: changed({ record: { errorCode: 'Client.IncorrectInstanceState' } }),
      },
      {
        name: 'the instance starts again after it was stopped and changed',
        severity: 'critical',
        event: started('2026-09-01T10:05:00Z'),
        after: [stopped('2026-09-01T09:55:00Z'), changed()],
      },
      {
        name: 'the record of the stop comes last',
        severity: 'critical',
        event: stopped('2026-09-01T09:55:00Z'),
        after: [changed(), started('2026-09-01T10:05:00Z')],
      },
    ],
    misses: [
      {
        name: 'another attribute is changed',
        event: ec2('ModifyInstanceAttribute', { instanceId, disableApiStop: { value: true } }),
      },
      { name: 'a dry run', event: changed({ record: { errorCode: 'Client.DryRunOperation' } }) },
      {
        name: 'an instance is stopped and started',
        event: started('2026-09-01T10:05:00Z'),
        after: [stopped('2026-09-01T09:55:00Z')],
      },
      {
        name: 'another instance starts after this one was stopped and changed',
        event: started('2026-09-01T10:05:00Z', 'i-0eeeeffff00001111'),
        after: [stopped('2026-09-01T09:55:00Z'), changed()],
      },
      {
        name: 'the instance starts an hour after it was stopped and changed',
        event: started('2026-09-01T10:55:00Z'),
        after: [stopped('2026-09-01T09:55:00Z'), changed()],
      },
      {
        name: 'a start that was refused after stop and change',
        event: ec2(
          'StartInstances',
          { instancesSet: { items: [{ instanceId }] } },
          {
            record: { eventTime: '2026-09-01T10:05:00Z', errorCode: 'Client.UnauthorizedOperation' },
          },
        ),
        after: [stopped('2026-09-01T09:55:00Z'), changed()],
      },
    ],
  },
});
