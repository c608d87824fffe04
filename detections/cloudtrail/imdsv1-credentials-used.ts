import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const session = (delivery: string, role?: string) => {
  const identity = nodeSession('i-0aaaabbbbccccdddd', role);
  return { ...identity, sessionContext: { ...identity.sessionContext, ec2RoleDelivery: delivery } };
};

export const detection = cloudtrail({
  id: 'cloudtrail/imdsv1-credentials-used',
  title: '{instance} ({node.role}) uses credentials handed out by IMDSv1',
  severity: 'medium',
  when: { fact: { 'instance.delivery': '1.0', 'node.role': [{ 'anything-but': 'none' }] } },
  by: view => [{ instance: said(view, 'instance.id') }],
  window: '24h',
  resources: view => [said(view, 'instance.id'), said(view, 'node.role')],
  attack: ['T1552.005'],
  why: "IMDSv1 answers a plain GET: any server-side request forgery in any pod that reaches the metadata service is enough to take the node's credentials. A node that uses a version 1 set shows that its metadata service still answers such requests, and that something asks them.",
  references: [
    'CloudTrail User Guide, "userIdentity element": ec2RoleDelivery',
    'EC2 User Guide, "Use the Instance Metadata Service to access instance metadata"',
  ],
  runbook: [
    "Confirm: aws ec2 describe-instances --region INSTANCE_REGION --instance-ids INSTANCE --query 'Reservations[].Instances[].MetadataOptions'; what asks is counted by aws cloudwatch get-metric-statistics --region INSTANCE_REGION --namespace AWS/EC2 --metric-name MetadataNoToken --dimensions Name=InstanceId,Value=INSTANCE --start-time START --end-time END --period 3600 --statistics Sum.",
    'Contain: aws ec2 modify-instance-metadata-options --region INSTANCE_REGION --instance-id INSTANCE --http-tokens required --http-put-response-hop-limit 1 --http-endpoint enabled.',
    'Close the way: set `metadataOptions.httpTokens: required` in the EC2NodeClass (kubectl get ec2nodeclass -o yaml) or the launch template, so that the next nodes start with it.',
    lookAround,
  ],
  blind: [
    'Only what signs requests is seen: an attacker who reads the credentials by IMDSv1 and uses them is, one who only reads them is not.',
    'Whether EC2 mints a version 1 set for an instance that starts with tokens required is not verified [inferred]; a set that nobody uses is never seen.',
  ],
  examples: {
    matches: [
      {
        name: 'a node calls with a version 1 set',
        event: call('ec2', 'DescribeInstances', { userIdentity: session('1.0') }),
      },
      {
        name: 'a Cluster API node does, in its own role',
        event: call('ecr', 'GetAuthorizationToken', {
          userIdentity: session('1.0', 'nodes.cluster-api-provider-aws.sigs.k8s.io'),
        }),
      },
    ],
    misses: [
      { name: 'a version 2 set', event: call('ec2', 'DescribeInstances', { userIdentity: session('2.0') }) },
      {
        name: 'an instance that is no node',
        event: call('ec2', 'DescribeInstances', { userIdentity: session('1.0', 'webserver') }),
      },
    ],
  },
});
