import { createFleet } from '../../core/cloudtrail/example-launch.ts';
import { listed, said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const tags = { TagSpecification: undefined };
const template = (LaunchTemplateName: string) => ({
  LaunchTemplateConfigs: { LaunchTemplateSpecification: { LaunchTemplateName } },
});

export const detection = cloudtrail({
  id: 'cloudtrail/fleet-with-foreign-overrides',
  title: "{attempt}{principal} launched from Karpenter's template or tags with {launch.foreign} of its own",
  severity: [['high', { fact: { 'call.outcome': ['denied', 'failed'] } }], 'critical'],
  when: {
    fact: {
      'launch.foreign': [{ exists: true }],
      'launch.nodes': 'karpenter',
      'call.outcome': { 'anything-but': 'dry-run' },
    },
  },
  by: view => [{ principal: said(view, 'principal.id') }],
  resources: view => [
    ...listed(view, 'launch.instances').map(one => text(one, 'id') ?? ''),
    ...texts(view, 'launch.foreign'),
  ],
  attack: ['T1578.002', 'T1525'],
  why: "CreateFleet lets each override bring its own key pair, profile, metadata options, disks or user data. Karpenter sends none of them: a fleet that does reuses Karpenter's hardened template and names while running something else.",
  references: [
    'EC2 API Reference, FleetLaunchTemplateOverridesRequest and FleetLaunchTemplateSpecificationRequest',
    'karpenter-provider-aws, pkg/providers/instance (overrides: type, subnet, image, zone, priority)',
  ],
  runbook: [confirmCall, preserveNode, revokeCaller, lookAround],
  blind: [
    'Members that EC2 adds to overrides later are not known to it.',
    'A copy of the template under another name and without tags is an ordinary launch.',
  ],
  examples: {
    matches: [
      {
        name: 'an override brings a key pair',
        severity: 'critical',
        event: createFleet({ override: { KeyName: 'ops' } }),
      },
      {
        name: 'one override of many brings metadata options, tags removed',
        severity: 'critical',
        event: createFleet({ override: { MetadataOptions: { HttpTokens: 'optional' } }, request: tags }),
      },
      {
        name: 'the template specification brings user data, on a template of another name',
        severity: 'critical',
        event: createFleet({
          types: ['m7g.large'],
          request: {
            LaunchTemplateConfigs: {
              LaunchTemplateSpecification: { LaunchTemplateName: 'x', LaunchTemplateSpecificationUserData: 'aGk=' },
            },
          },
        }),
      },
      {
        name: 'a denied attempt',
        severity: 'high',
        event: createFleet({ override: { KeyName: 'ops' }, record: { errorCode: 'Client.UnauthorizedOperation' } }),
      },
    ],
    misses: [
      { name: "Karpenter's ordinary fleet", event: createFleet() },
      {
        name: "a fleet of somebody's own template with a key pair",
        event: createFleet({ override: { KeyName: 'ops' }, request: { ...template('batch'), ...tags } }),
      },
      {
        name: 'a dry run with a key pair',
        event: createFleet({ override: { KeyName: 'ops' }, record: { errorCode: 'Client.DryRunOperation' } }),
      },
    ],
  },
});
