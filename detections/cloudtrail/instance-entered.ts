import { call, nodeSession, refused, serviceLinked } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { refusal, said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { recallInstance } from '../../core/state/instance.ts';

const instance = 'i-0aaaabbbbccccdddd';
const session = (over = {}) =>
  call('ssm', 'StartSession', { requestParameters: { target: instance }, readOnly: false, ...over });

/** Tags of Karpenter, EKS, its node groups, Cluster API and eksctl: no other instance bears them. */
const nodeTag =
  /^tag:(karpenter\.|eks:|aws:eks:|kubernetes\.io\/cluster\/|k8s\.io\/cluster-autoscaler\/|sigs\.k8s\.io\/cluster-api|alpha\.eksctl\.io\/)/;

const refusedKey = call(
  'ec2-instance-connect',
  'SendSSHPublicKey',
  refused('SendSSHPublicKey', `arn:aws:ec2:eu-west-1:111122223333:instance/${instance}`),
);
/** The instance that a refused call names; of several, one that is no node must not hide the others. */
const only = (targets: readonly string[]): string | undefined => (targets.length === 1 ? targets[0] : undefined);

const patchManager = serviceLinked('ssm.amazonaws.com', 'AWSServiceRoleForAmazonSSM');

export const detection = cloudtrail({
  id: 'cloudtrail/instance-entered',
  title: '{attempt}{principal} entered the instance {instance|instance.targets} by {event}',
  severity: [['medium', { fact: { 'call.outcome': 'denied' } }], 'high'],
  when: { fact: { 'instance.act': 'enter', 'call.outcome': ['succeeded', 'denied'] } },
  // Patch Manager, State Manager and security agents work so, with roles that only their services can assume.
  unless: [{ fact: { 'principal.kind': ['platform', 'service'] } }],
  by: view => {
    const principal = said(view, 'principal.id');
    // Whoever tries one instance after the other and is refused makes one finding.
    if (said(view, 'call.outcome') !== 'succeeded') return [{ principal, ...refusal(view) }];
    const chosen = [...texts(view, 'instance.targets'), ...texts(view, 'instance.selectors')];
    return (chosen.length > 0 ? chosen : ['unknown']).map(instance => ({ principal, instance }));
  },
  resources: view => texts(view, 'instance.targets'),
  state: recallInstance(
    'High on a known node, on what only nodes are tagged with, or by a node role; medium where the launch of the instance was not seen; nothing on an instance known to be none.',
    (known, view, { instance = '' }) => {
      if (said(view, 'principal.kind') === 'node') return { note: 'by a node role' };
      if (nodeTag.test(instance)) return { note: 'chosen by what nodes are tagged with' };
      if (instance === '*') return { severity: 'medium', note: 'every managed instance, and nodes among them' };
      if (known.kind === 'other') return undefined;
      if (known.kind === 'node') return { note: `a node of ${known.clusters.join(', ')}` };
      return { severity: 'medium', note: 'its launch was not seen, so it may be no node' };
    },
    (view, { instance = only(texts(view, 'instance.targets')) }) => instance,
  ),
  attack: ['T1651', 'T1021.004', 'T1552.001'],
  why: "A shell on a node is every pod's secrets and the node's role. Nodes are replaced, not repaired, so nobody but the platform has a reason to be there.",
  references: [
    'Systems Manager API Reference, SendCommand, StartSession',
    'EC2 Instance Connect API Reference, SendSSHPublicKey, SendSerialConsoleSSHPublicKey',
    'EC2 API Reference, GetPasswordData',
    'DataDog Stratus Red Team, detonation logs of the SSM, Instance Connect and serial console techniques',
    'elastic/integrations, test events of SendCommand (targets by `instanceids`, State Manager on `*`)',
  ],
  runbook: [
    confirmCall,
    'End what is open: aws ssm describe-sessions --region INSTANCE_REGION --state Active --filters key=Target,value=INSTANCE, then aws ssm terminate-session --region INSTANCE_REGION --session-id SESSION',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'SendCommand, associations and maintenance windows by tag name no instance: the finding names the tag, and is high only where nodes alone bear it.',
    'What Systems Manager refuses has no parameters in its record: the instance is known where the message names it; StartSession may name its document instead, and then it is `unknown`.',
    'An automation is not looked at: the commands that it sends are.',
    'A tunnel through an Instance Connect endpoint names an address: cloudtrail/node-tunnelled is about it.',
    'SSH with a key that is on the image, and kubectl debug, make no CloudTrail record.',
    'GetPasswordData is a read: it arrives only where read-only management events are delivered.',
  ],
  examples: {
    matches: [
      { name: 'a session on a node', severity: 'high', event: session(), after: [fleetRun()] },
      {
        name: 'a document associated with a node, to run again and again',
        severity: 'high',
        event: call('ssm', 'CreateAssociation', {
          requestParameters: { name: 'AWS-RunShellScript', targets: [{ key: 'InstanceIds', values: [instance] }] },
        }),
        after: [fleetRun()],
      },
      {
        name: 'a task of a maintenance window for a node',
        severity: 'high',
        event: call('ssm', 'RegisterTaskWithMaintenanceWindow', {
          requestParameters: {
            windowId: 'mw-0aaa',
            taskArn: 'AWS-RunShellScript',
            taskType: 'RUN_COMMAND',
            targets: [{ key: 'InstanceIds', values: [instance] }],
          },
        }),
        after: [fleetRun()],
      },
      { name: 'a session on an instance whose launch was not seen', severity: 'medium', event: session() },
      {
        name: 'a command to whatever bears the tag of a node pool',
        severity: 'high',
        event: call('ssm', 'SendCommand', {
          requestParameters: {
            documentName: 'AWS-RunShellScript',
            targets: [{ key: 'tag:karpenter.sh/nodepool', values: ['default'] }],
            parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS',
          },
        }),
      },
      {
        name: 'a command by a tag that anything may bear',
        severity: 'medium',
        event: call('ssm', 'SendCommand', {
          requestParameters: {
            documentName: 'AWS-RunShellScript',
            targets: [{ key: 'tag:Environment', values: ['prod'] }],
          },
        }),
      },
      {
        name: 'a command to every managed instance',
        severity: 'medium',
        event: call('ssm', 'SendCommand', {
          requestParameters: { documentName: 'AWS-RunShellScript', instanceIds: ['*'] },
        }),
      },
      {
        name: 'a refused key for a node, which only the message names',
        severity: 'medium',
        event: refusedKey,
        after: [fleetRun()],
      },
      {
        name: 'a refused key for an instance whose launch was not seen',
        severity: 'medium',
        event: refusedKey,
      },
      {
        name: "a key for a node's serial console",
        severity: 'high',
        event: call('ec2-instance-connect', 'SendSerialConsoleSSHPublicKey', {
          requestParameters: { instanceId: instance, monitorMode: false, serialPort: 0 },
        }),
        after: [fleetRun()],
      },
      {
        name: 'a node role opens a session on an instance that is no node',
        severity: 'high',
        event: session({ userIdentity: nodeSession('i-0eeeeffff00001111') }),
        after: [runInstances()],
      },
      {
        name: 'a refused session on a node',
        severity: 'medium',
        event: session({ errorCode: 'AccessDeniedException' }),
        after: [fleetRun()],
      },
      {
        name: 'a refused command to several instances of which one is no node',
        severity: 'medium',
        event: call('ssm', 'SendCommand', {
          errorCode: 'AccessDeniedException',
          requestParameters: { documentName: 'AWS-RunShellScript', instanceIds: [instance, 'i-0eeeeffff00001111'] },
        }),
        after: [runInstances()],
      },
    ],
    misses: [
      {
        name: 'Patch Manager patches a node',
        event: call('ssm', 'SendCommand', {
          userIdentity: patchManager,
          requestParameters: { documentName: 'AWS-RunPatchBaseline', instanceIds: [instance] },
        }),
        after: [fleetRun()],
      },
      { name: 'a session of the platform', event: session({ userIdentity: platform }), after: [fleetRun()] },
      { name: 'a session on an instance that is no node', event: session(), after: [runInstances()] },
      {
        name: 'a session on a node that is not connected',
        event: session({ errorCode: 'TargetNotConnected' }),
        after: [fleetRun()],
      },
      {
        name: 'State Manager runs a document on every managed instance',
        event: call('ssm', 'SendCommand', {
          userIdentity: patchManager,
          requestParameters: { documentName: 'AWS-RunPatchBaselineAssociation', instanceIds: ['*'] },
        }),
      },
      {
        name: 'a refused key for an instance that is no node',
        event: refusedKey,
        after: [runInstances()],
      },
      {
        name: 'a node is stopped',
        event: ec2('StopInstances', { instancesSet: { items: [{ instanceId: instance }] } }),
        after: [fleetRun()],
      },
    ],
  },
});
