import { call, nodeSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { ec2, fleetRun, platform, runInstances } from '../../core/cloudtrail/example-ec2.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { recallInstance } from '../../core/state/instance.ts';

const instance = 'i-0aaaabbbbccccdddd';
const session = (over = {}) =>
  call('ssm', 'StartSession', { requestParameters: { target: instance }, readOnly: false, ...over });

const patchManager = serviceLinked('ssm.amazonaws.com', 'AWSServiceRoleForAmazonSSM');

export const detection = cloudtrail({
  id: 'cloudtrail/instance-entered',
  title: '{principal} entered, or was refused, the instance {instance} by {event}',
  severity: [['medium', { fact: { 'call.outcome': 'denied' } }], 'high'],
  when: { fact: { 'instance.act': 'enter', 'call.outcome': ['succeeded', 'denied'] } },
  // Patch Manager, State Manager and security agents work so, with roles that only their services can assume.
  unless: [{ fact: { 'principal.kind': ['platform', 'service'] } }],
  by: view => {
    const targets = texts(view, 'instance.targets');
    return (targets.length > 0 ? targets : ['unknown']).map(id => ({
      principal: said(view, 'principal.id'),
      instance: id,
    }));
  },
  state: recallInstance(
    'High on a known node or by a node role; medium where the launch of the instance was not seen; nothing on an instance known to be none.',
    (known, view) => {
      if (said(view, 'principal.kind') === 'node') return { note: 'by a node role' };
      if (known.kind === 'other') return undefined;
      if (known.kind === 'node') return { note: `a node of ${known.clusters.join(', ')}` };
      return { severity: 'medium', note: 'its launch was not seen, so it may be no node' };
    },
  ),
  attack: ['T1651', 'T1021.004', 'T1552.001'],
  why: "A shell on a node is every pod's secrets and the node's role. Nodes are replaced, not repaired, so nobody but the platform has a reason to be there.",
  references: [
    'Systems Manager API Reference, SendCommand, StartSession',
    'EC2 Instance Connect API Reference, SendSSHPublicKey, SendSerialConsoleSSHPublicKey',
    'EC2 API Reference, GetPasswordData',
    'DataDog Stratus Red Team, detonation logs of the SSM, Instance Connect and serial console techniques',
  ],
  runbook: [
    confirmCall('StartSession'),
    'End what is open: aws ssm describe-sessions --region INSTANCE_REGION --state Active --filters key=Target,value=INSTANCE, then aws ssm terminate-session --region INSTANCE_REGION --session-id SESSION',
    preserveNode,
    revokeSessions,
    lookAround,
  ],
  blind: [
    'SendCommand, associations and maintenance windows by tag name no instance: the finding says `unknown` and is medium.',
    'An automation is not looked at: the commands that it sends are.',
    'A tunnel through an Instance Connect endpoint is seen only when a key is sent for it.',
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
        name: 'a command by tag',
        severity: 'medium',
        event: call('ssm', 'SendCommand', {
          requestParameters: {
            documentName: 'AWS-RunShellScript',
            targets: [{ key: 'tag:karpenter.sh/nodepool', values: ['default'] }],
            parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS',
          },
        }),
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
        name: 'a node is stopped',
        event: ec2('StopInstances', { instancesSet: { items: [{ instanceId: instance }] } }),
        after: [fleetRun()],
      },
    ],
  },
});
