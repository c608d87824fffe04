import { call } from '../../core/cloudtrail/example.ts';
import { createFleet, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

export const detection = cloudtrail({
  id: 'cloudtrail/launch-outside-approved-region',
  title: '{principal} launched, prepared or tried a launch in {region}, which is not approved',
  severity: 'high',
  when: { fact: { 'launch.region': 'unapproved' } },
  by: view => [
    {
      principal: said(view, 'principal.id'),
      region: text(view.record, 'requestParameters', 'regionName') ?? view.record.awsRegion ?? view.event.region,
    },
  ],
  requires: ['approvedRegions'],
  attack: ['T1535'],
  why: 'Miners go where nobody looks: a region without nodes, dashboards or guard rails. Even a dry run or a refused launch there says that somebody is trying what a credential may do.',
  references: [
    'Account Management API Reference, EnableRegion',
    'CloudTrail User Guide, "Receiving CloudTrail log files from multiple regions"',
  ],
  runbook: [
    confirmCall,
    'List what runs there: aws ec2 describe-instances --region REGION --filters Name=instance-state-name,Values=pending,running',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'It sees only regions whose events reach the pipeline: every enabled region needs a trail and a forwarding rule.',
    'The parameter of account:EnableRegion (`regionName`) is taken from the API model.',
  ],
  examples: {
    matches: [
      { name: 'a launch in Singapore', event: runInstances({ record: { awsRegion: 'ap-southeast-1' } }) },
      {
        name: 'a dry run in Singapore',
        event: runInstances({ record: { awsRegion: 'ap-southeast-1', errorCode: 'Client.DryRunOperation' } }),
      },
      {
        name: 'a cluster in Singapore',
        event: call('eks', 'CreateCluster', { awsRegion: 'ap-southeast-1', requestParameters: { name: 'batch' } }),
      },
      { name: 'a fleet in Singapore', event: createFleet({ record: { awsRegion: 'ap-southeast-1' } }) },
      {
        name: 'a region that is not approved is enabled',
        event: call('account', 'EnableRegion', { requestParameters: { regionName: 'me-south-1' } }),
      },
    ],
    misses: [
      { name: 'a launch at home', event: runInstances() },
      {
        name: 'a region that is approved is enabled',
        event: call('account', 'EnableRegion', { requestParameters: { regionName: 'eu-west-1' } }),
      },
      {
        name: 'a launch in Singapore while no region was ever approved',
        event: runInstances({ record: { awsRegion: 'ap-southeast-1' } }),
        settings: { approvedRegions: [] },
      },
    ],
  },
});
