import { call, developer } from '../../core/cloudtrail/example.ts';
import { wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const name = 'karpenter.k8s.aws/1234567890123456789';
const version = (LaunchTemplateName: string, over = {}) =>
  wrappedEc2(
    'CreateLaunchTemplateVersion',
    { LaunchTemplateName, SourceVersion: '1', LaunchTemplateData: { UserData: '<sensitiveDataRemoved>' } },
    over,
  );

export const detection = cloudtrail({
  id: 'cloudtrail/karpenter-template-poisoned',
  title: "{attempt}{principal} changed Karpenter's launch template {template}",
  severity: [['high', { fact: { 'call.outcome': ['denied', 'failed'] } }], 'critical'],
  when: {
    $or: [
      { eventName: ['CreateLaunchTemplateVersion', 'ModifyLaunchTemplate'] },
      // Karpenter takes what it finds under the name, and always tags what it makes itself.
      {
        eventName: 'CreateLaunchTemplate',
        fact: {
          'launch.owner': { prefix: 'karpenter.k8s.aws/' },
          'principal.controller': [{ 'anything-but': 'karpenter' }],
        },
      },
    ],
    fact: {
      'launch.templates': { prefix: 'karpenter.k8s.aws/' },
      'call.outcome': { 'anything-but': 'dry-run' },
    },
  },
  by: view => [{ template: said(view, 'launch.template') }],
  resources: view => texts(view, 'launch.templates'),
  attack: ['T1578', 'T1525'],
  why: "Karpenter launches from `$Latest` of its own templates and never changes one: a new version with other user data or another image is run by every node from then on, with the node's role.",
  references: [
    'karpenter-provider-aws, pkg/providers/launchtemplate (templates are created and deleted, never versioned)',
    'EC2 API Reference, CreateLaunchTemplateVersion, ModifyLaunchTemplate',
  ],
  runbook: [
    confirmCall,
    'Keep the version as evidence, then delete the template, which Karpenter makes anew: aws ec2 describe-launch-template-versions --region REGION --launch-template-name TEMPLATE > evidence.json && aws ec2 delete-launch-template --region REGION --launch-template-name TEMPLATE',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'A refused call that names the template by its id alone shows no name.',
    'The wrapped shape of ModifyLaunchTemplate is inferred from its family: both encodings are read.',
  ],
  examples: {
    matches: [
      { name: 'a new version, by name', severity: 'critical', event: version(name) },
      {
        name: 'a new version, by id: the response tells the name',
        severity: 'critical',
        event: wrappedEc2(
          'CreateLaunchTemplateVersion',
          { LaunchTemplateId: 'lt-0aaa', LaunchTemplateData: {} },
          { response: { launchTemplateVersion: { launchTemplateId: 'lt-0aaa', launchTemplateName: name } } },
        ),
      },
      {
        name: 'another default version',
        severity: 'critical',
        event: wrappedEc2('ModifyLaunchTemplate', { LaunchTemplateName: name, SetDefaultVersion: '1' }),
      },
      {
        name: 'a denied attempt',
        severity: 'high',
        event: version(name, { record: { errorCode: 'Client.UnauthorizedOperation' } }),
      },
      {
        name: 'one of that name made again by somebody',
        severity: 'critical',
        event: createTemplate({ by: developer, tags: {} }),
      },
    ],
    misses: [
      { name: "a new version of somebody's own template", event: version('batch') },
      { name: 'a dry run', event: version(name, { record: { errorCode: 'Client.DryRunOperation' } }) },
      { name: "Karpenter's template is made", event: createTemplate() },
      {
        name: 'Karpenter before 0.32 makes one, with other tags',
        event: createTemplate({ tags: { 'karpenter.sh/provisioner-name': 'default' } }),
      },
      {
        name: 'somebody makes one with its tags (karpenter-tag-tampered)',
        event: createTemplate({ by: developer }),
      },
      {
        name: 'somebody launches from it by hand (cloudtrail/node-role-taken)',
        event: call('ec2', 'RunInstances', {
          userIdentity: developer,
          requestParameters: { launchTemplate: { launchTemplateName: name, version: '$Latest' } },
        }),
      },
      {
        name: 'one of that name is deleted',
        event: wrappedEc2('DeleteLaunchTemplate', { LaunchTemplateName: name }),
      },
    ],
  },
});
