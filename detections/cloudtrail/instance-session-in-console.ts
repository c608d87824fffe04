import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeActingNode } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const inConsole = { userIdentity: nodeSession(), sessionCredentialFromConsole: 'true' };

export const detection = cloudtrail({
  id: 'cloudtrail/instance-session-in-console',
  title: 'Credentials of {instance} ({principal}) opened the AWS console from {source}',
  severity: 'high',
  when: {
    sessionCredentialFromConsole: 'true',
    fact: { 'instance.id': [{ 'anything-but': 'none' }] },
  },
  by: view => [{ instance: said(view, 'instance.id') }],
  resources: view => [said(view, 'instance.id')],
  attack: ['T1078.004', 'T1538', 'T1550.001'],
  why: "Machines have no browser: somebody took the instance's credentials to the federation endpoint and signed in to the console with them. What they do there looks like the node's own calls.",
  references: [
    'CloudTrail User Guide, "Record contents": sessionCredentialFromConsole',
    'IAM User Guide, "Enable custom identity broker access to the AWS console"',
  ],
  runbook: [
    'Confirm: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY --region REGION, which shows what was clicked, and from where.',
    revokeActingNode,
    preserveNode,
    lookAround,
  ],
  blind: [
    'Only services that record `sessionCredentialFromConsole` show it; older records do not.',
    'A console session that nothing else tells from an instance session needs `inScopeOf` or `ec2RoleDelivery` in its records.',
  ],
  examples: {
    matches: [
      {
        name: "a node's credentials list instances in the console",
        event: call('ec2', 'DescribeInstances', inConsole),
      },
      {
        name: 'an instance that is no node does so',
        event: call('s3', 'ListBuckets', {
          ...inConsole,
          userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'webserver'),
        }),
      },
    ],
    misses: [
      { name: 'the node calls by itself', event: call('ec2', 'DescribeInstances', { userIdentity: nodeSession() }) },
      {
        name: 'a person in the console',
        event: call('ec2', 'DescribeInstances', { ...inConsole, userIdentity: roleSession('developer', 'alice') }),
      },
    ],
  },
});
