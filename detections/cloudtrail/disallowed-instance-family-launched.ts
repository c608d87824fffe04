import { call, developer, karpenter } from '../../core/cloudtrail/example.ts';
import { autoScaling, platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, createTemplate, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, refusal, said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { type Json, text } from '../../core/json.ts';

/** The families that are not permitted: only those of the weightiest stage, so that an offered one is not named as launched. */
const families = (view: View<'cloudtrail'>): readonly string[] => {
  const wrong = listed(view, 'launch.types').filter(one => text(one, 'standing') !== 'allowed');
  const chosen = wrong.filter(one => text(one, 'stage') !== 'offered');
  return [...new Set((chosen.length > 0 ? chosen : wrong).map(one => text(one, 'family') ?? 'unknown'))];
};

const ofCluster = (allowed: readonly string[]): { readonly [name: string]: Json } => ({
  clusters: [{ name: 'prod', kind: 'eks', role: 'workload', allowedFamilies: allowed }],
});

export const detection = cloudtrail({
  id: 'cloudtrail/disallowed-instance-family-launched',
  title: '{attempt}{principal} launched or named the instance family {family}, which is not permitted',
  severity: [
    ['medium', { fact: { 'call.outcome': ['denied', 'failed', 'dry-run'] } }],
    [
      'critical',
      {
        fact: {
          'launch.types': { standing: ['disallowed', 'not-allowed'], stage: ['launched', 'named'], special: true },
        },
      },
    ],
    ['high', { fact: { 'launch.types': { standing: ['disallowed', 'not-allowed'], stage: ['launched', 'named'] } } }],
    'medium',
  ],
  when: {
    fact: {
      'launch.types': { standing: ['disallowed', 'not-allowed'] },
    },
  },
  unless: [{ fact: { 'call.outcome': 'dry-run', 'principal.kind': ['controller', 'likely-controller', 'service'] } }],
  by: view => families(view).map(family => ({ principal: said(view, 'principal.id'), family, ...refusal(view) })),
  resources: view => [
    ...listed(view, 'launch.instances').map(one => text(one, 'id') ?? ''),
    ...listed(view, 'launch.types').map(
      one => `${text(one, 'type')} (${text(one, 'stage')}, ${text(one, 'standing')})`,
    ),
  ],
  attack: ['T1496.001', 'T1578.002'],
  why: 'Whoever gets hold of a launch permission, a NodePool or a launch template turns it into the largest GPU or bare-metal machines for mining, at thousands of dollars a day. The types stand in places that most rules never look at: the override list of CreateFleet, launch template data, attribute-based requirements, and the response.',
  references: [
    'AWS CloudTrail User Guide, "CloudTrail record contents"',
    'EC2 API Reference, CreateFleet, ModifyFleet, ModifyHosts, PurchaseCapacityBlock, InstanceRequirementsRequest',
    'karpenter-provider-aws, pkg/providers/instance (CreateFleet overrides)',
    'DataDog Stratus Red Team, aws.execution.ec2-launch-unusual-instances (detonation log)',
  ],
  runbook: [confirmCall, stopProvisioning, preserveNode, revokeCaller, lookAround],
  blind: [
    'What a controller tries in a dry run is not reported: Karpenter tries each node class that changes.',
    'A launch template that is only referenced shows its type when it is created and when it launches, not in an Auto Scaling group that names it.',
    'Attribute-based selection is judged by what it asks for (allowed types, accelerators, bare metal), not by what its defaults would let in.',
    'ModifyFleet, RequestSpotFleet, ModifyHosts, PurchaseCapacityBlock and its extension are read in both encodings; their exact envelope is inferred from the API model.',
    "A cluster tag can be written by anyone: a cluster's own allowed families count only for its controllers, the platform and AWS services.",
  ],
  examples: {
    matches: [
      {
        name: 'a developer launches a GPU instance',
        severity: 'critical',
        event: runInstances({ type: 'p5.48xlarge' }),
      },
      {
        name: 'a denied attempt to launch a GPU instance',
        severity: 'medium',
        event: runInstances({ type: 'p2.xlarge', record: { errorCode: 'Client.UnauthorizedOperation' } }),
      },
      {
        name: 'a person tries in a dry run whether GPUs could be had',
        severity: 'medium',
        event: runInstances({ type: 'g4dn.xlarge', record: { errorCode: 'Client.DryRunOperation' } }),
      },
      {
        name: "Karpenter's fleet offers a GPU type among others and launches a permitted one",
        severity: 'medium',
        event: createFleet({ types: ['m7g.large', 'g5.xlarge'] }),
      },
      {
        name: "Karpenter's fleet launches the GPU type it was offered",
        severity: 'critical',
        event: createFleet({ types: ['m7g.large', 'g5.xlarge'], launched: 'g5.xlarge' }),
      },
      {
        name: "the fleet's RunInstances of the same launch",
        severity: 'critical',
        event: fleetRun({ type: 'g5.xlarge' }),
      },
      {
        name: 'a large ordinary family that is not permitted here is launched',
        severity: 'high',
        event: runInstances({ type: 'x2iedn.32xlarge' }),
        settings: { families: { allowed: [], disallowed: ['x2*'] } },
      },
      {
        name: 'a family that is not on the list of the permitted is launched',
        severity: 'high',
        event: runInstances({ type: 'c7g.large' }),
        settings: { families: { allowed: ['m7g'], disallowed: [] } },
      },
      {
        name: 'a launch template is made for an inference family',
        severity: 'critical',
        event: createTemplate({ by: developer, data: { InstanceType: 'inf2.48xlarge' }, name: 'batch', tags: {} }),
      },
      {
        name: 'a fleet asks for accelerators by attribute',
        severity: 'medium',
        event: createFleet({
          types: ['x'],
          override: {
            InstanceType: undefined,
            InstanceRequirements: { VCpuCount: { Min: 8 }, AcceleratorManufacturer: 'nvidia' },
          },
          launched: null,
        }),
      },
      {
        name: 'a spot fleet asks for accelerators by attribute',
        severity: 'critical',
        event: ec2('RequestSpotFleet', {
          spotFleetRequestConfig: {
            launchTemplateConfigs: {
              items: [
                { overrides: { items: [{ instanceRequirements: { acceleratorNameSet: { items: ['h100'] } } }] } },
              ],
            },
          },
        }),
      },
      {
        name: 'a stopped instance is changed into a GPU type',
        severity: 'critical',
        event: ec2('ModifyInstanceAttribute', {
          instanceId: 'i-0aaaabbbbccccdddd',
          instanceType: { value: 'g6.xlarge' },
        }),
      },
      {
        name: 'a node group of a GPU type is created',
        severity: 'critical',
        event: call('eks', 'CreateNodegroup', {
          requestParameters: {
            name: 'prod',
            nodegroupName: 'gpu',
            instanceTypes: ['p4d.24xlarge'],
            nodeRole: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
          },
        }),
      },
      {
        name: 'an Auto Scaling group of a GPU type is created',
        severity: 'critical',
        event: call('autoscaling', 'CreateAutoScalingGroup', {
          requestParameters: {
            autoScalingGroupName: 'batch',
            mixedInstancesPolicy: {
              launchTemplate: {
                launchTemplateSpecification: { launchTemplateName: 'batch' },
                overrides: [{ instanceType: 'g5.xlarge' }],
              },
            },
          },
        }),
      },
      {
        name: 'a person claims by tag to launch for the cluster that may use GPUs',
        severity: 'critical',
        event: runInstances({ type: 'g5.xlarge', tags: { 'eks:eks-cluster-name': 'prod' } }),
        settings: ofCluster(['m7g', 'g5']),
      },
    ],
    misses: [
      { name: 'a permitted type is launched', event: runInstances({ type: 'm7g.large' }) },
      {
        name: "Karpenter's fleet offers permitted types only",
        event: createFleet({ types: ['m7g.large', 'm7g.xlarge'] }),
      },
      {
        name: 'Karpenter tries a node class in a dry run, as it does of each that changes',
        event: runInstances({ type: 'p5.48xlarge', by: karpenter, record: { errorCode: 'Client.DryRunOperation' } }),
      },
      {
        name: 'Karpenter launches a GPU type for the cluster that may use it',
        event: fleetRun({ type: 'g5.xlarge' }),
        settings: {
          ...ofCluster(['m7g', 'g5']),
          controllers: [
            { kind: 'karpenter', cluster: 'prod', roles: ['arn:aws:iam::111122223333:role/prod-karpenter'] },
          ],
        },
      },
      {
        name: 'Auto Scaling launches a GPU type for the cluster that may use it',
        event: runInstances({ type: 'g5.xlarge', by: autoScaling, tags: { 'eks:cluster-name': 'prod' } }),
        settings: ofCluster(['m7g', 'g5']),
      },
      {
        name: 'the platform launches a GPU type for the cluster that may use it',
        event: runInstances({ type: 'g5.xlarge', by: platform, tags: { 'kubernetes.io/cluster/prod': 'owned' } }),
        settings: ofCluster(['m7g', 'g5']),
      },
    ],
  },
});
