import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { denied } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeNodes } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const byNode = { userIdentity: nodeSession(), sourceIPAddress: '10.0.12.34' };

export const detection = cloudtrail({
  id: 'cloudtrail/node-role-beyond-baseline',
  title: 'The node role {role} called {api}, which nodes do not call',
  severity: [['high', { fact: { 'node.call': 'sensitive' } }], 'medium'],
  when: {
    userIdentity: { invokedBy: [{ exists: false }, null] },
    fact: { 'node.call': ['sensitive', 'other'] },
  },
  by: view => [
    { role: said(view, 'node.role'), api: `${view.record.eventSource.split('.')[0]}:${view.record.eventName}` },
  ],
  window: '24h',
  resources: view => [said(view, 'instance.id')],
  attack: ['T1552.005', 'T1078.004', 'T1526'],
  why: 'A node pulls images, describes itself and attaches interfaces; it reads no buckets, secrets or tables. Whatever else its role calls is a pod without a role of its own, or somebody who took the role.',
  references: [
    'EKS User Guide, "Amazon EKS node IAM role"',
    'AWS Managed Policy Reference: AmazonEKSWorkerNodePolicy, AmazonEKS_CNI_Policy, AmazonEC2ContainerRegistryPullOnly, AmazonSSMManagedInstanceCore',
    'kubernetes-sigs/cluster-api-provider-aws, cmd/clusterawsadm/cloudformation/bootstrap (node and control-plane policies)',
  ],
  runbook: [
    'Confirm whose it is: the instance is in userIdentity.inScopeOf; kubectl get pods -A --field-selector spec.nodeName=NODE; a deployed agent that is meant to call it belongs in an exemption with a reason, better into a role of its own.',
    revokeNodes,
    preserveNode,
    'Close the way: aws iam list-attached-role-policies --role-name ROLE; take off what nodes do not need (cloudtrail/node-role-policy-attached names the usual ones).',
    lookAround,
  ],
  blind: [
    'Calls inside the baseline are not judged here, whoever makes them.',
    'S3 objects, DynamoDB items and other data events are seen only where a trail logs them.',
    "That IAM's s3:GetEncryptionConfiguration is recorded as GetBucketEncryption is documented, not seen in a node's record; both names are in the baseline.",
  ],
  examples: {
    matches: [
      {
        name: 'a node reads a secret',
        event: call('secretsmanager', 'GetSecretValue', { ...byNode, requestParameters: { secretId: 'prod/db' } }),
        severity: 'high',
      },
      {
        name: 'a node tries to list users',
        event: call('iam', 'ListUsers', { ...byNode, ...denied('User is not authorized to perform: iam:ListUsers') }),
        severity: 'high',
      },
      { name: 'a node lists queues', event: call('sqs', 'ListQueues', byNode), severity: 'medium' },
      {
        name: 'a worker changes a load balancer, as only control planes do',
        event: call('elasticloadbalancing', 'CreateLoadBalancer', {
          ...byNode,
          userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'nodes.cluster-api-provider-aws.sigs.k8s.io'),
        }),
        severity: 'medium',
      },
    ],
    misses: [
      { name: 'a node fetches a registry token', event: call('ecr', 'GetAuthorizationToken', byNode) },
      {
        name: 'a Cluster API node reads what it boots with',
        event: call('secretsmanager', 'GetSecretValue', {
          ...byNode,
          requestParameters: { secretId: 'aws.cluster.x-k8s.io/5f0e9f51-0000-4000-8000-000000000001-0' },
        }),
      },
      {
        name: 'a control plane of a self-managed cluster changes a load balancer',
        event: call('elasticloadbalancing', 'CreateLoadBalancer', {
          ...byNode,
          userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'control-plane.cluster-api-provider-aws.sigs.k8s.io'),
        }),
      },
      {
        name: 'an instance that is no node reads a secret',
        event: call('secretsmanager', 'GetSecretValue', {
          ...byNode,
          userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'webserver'),
        }),
      },
      {
        name: "a service decrypts with the node's forwarded session",
        event: call('kms', 'Decrypt', {
          ...byNode,
          userIdentity: { ...nodeSession(), invokedBy: 'secretsmanager.amazonaws.com' },
        }),
      },
    ],
  },
});
