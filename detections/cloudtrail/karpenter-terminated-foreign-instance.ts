import { karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { clusterApiTags, ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeActing } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { launchedByAnother } from '../../core/state/instance.ts';

const terminated = (over = {}) =>
  ec2(
    'TerminateInstances',
    { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } },
    { by: karpenter, ...over },
  );
const others = runInstances({ by: clusterApi, tags: clusterApiTags });

export const detection = cloudtrail({
  id: 'cloudtrail/karpenter-terminated-foreign-instance',
  title: 'The Karpenter role terminated {instance}, which it did not launch',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'high'],
  when: {
    fact: { 'instance.act': 'terminate', 'principal.controller': 'karpenter', 'call.outcome': 'succeeded' },
  },
  by: view => texts(view, 'instance.targets').map(instance => ({ instance })),
  state: launchedByAnother(),
  attack: ['T1485', 'T1489'],
  why: "Karpenter terminates what its tags call its own. A tag written on somebody else's instance, or a stolen Karpenter role, turns that into a way to destroy any instance of the account.",
  references: [
    'karpenter-provider-aws, website, "Threat model" and getting-started cloudformation.yaml (AllowScopedDeletion)',
    'EC2 API Reference, TerminateInstances',
  ],
  runbook: [
    confirmCall,
    'See who tagged it: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=INSTANCE --region REGION',
    'Stop Karpenter while you look: kubectl -n kube-system scale deployment karpenter --replicas 0',
    revokeActing,
    lookAround,
  ],
  blind: [
    'Silent for instances launched before the pipeline, until they are inventoried.',
    "After Karpenter's role is replaced by another, its last instances count as foreign: exempt the old role's.",
  ],
  examples: {
    matches: [
      {
        name: "Karpenter terminates an instance of the Cluster API provider's",
        severity: 'high',
        event: terminated(),
        after: [others],
      },
      {
        name: 'a role that only looks like Karpenter, while the settings name none',
        severity: 'low',
        event: terminated(),
        after: [others],
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'Karpenter terminates what it launched', event: terminated(), after: [fleetRun()] },
      { name: 'Karpenter terminates an instance whose launch was not seen', event: terminated() },
      {
        name: 'the Cluster API provider terminates what somebody else launched',
        event: terminated({ by: clusterApi }),
        after: [fleetRun()],
      },
      {
        name: 'a refused termination',
        event: terminated({ record: { errorCode: 'Client.UnauthorizedOperation' } }),
        after: [others],
      },
      {
        name: 'Karpenter stops a foreign instance',
        event: ec2(
          'StopInstances',
          { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } },
          { by: karpenter },
        ),
        after: [others],
      },
    ],
  },
});
