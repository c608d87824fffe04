import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const agent = 'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0 md/GOOS#linux md/GOARCH#amd64 api/ecr#1.51.0';
const boto3 = 'Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.12 md/arch#x86_64 lang/python#3.13.5';
const fromNode = { userIdentity: nodeSession(), sourceIPAddress: '10.0.12.34', userAgent: agent };

export const detection = cloudtrail({
  id: 'cloudtrail/pod-uses-node-role',
  title: 'A pod calls {api} with the node role {role} ({family})',
  severity: 'medium',
  when: {
    userIdentity: { invokedBy: [{ exists: false }, null] },
    fact: { 'node.role': [{ 'anything-but': 'none' }] },
    $or: [{ fact: { 'source.pod': true } }, { fact: { 'agent.application': true } }],
  },
  unless: [
    // Of sessions that AWS says are an instance's: of others cloudtrail/instance-credentials-off-instance may know nothing.
    {
      fact: {
        'source.egress-known': true,
        'source.place': ['public', 'foreign'],
        'instance.id': [{ 'anything-but': 'none' }],
      },
    },
  ],
  by: view => [{ role: said(view, 'node.role'), family: said(view, 'agent.family'), api: view.record.eventName }],
  window: '24h',
  resources: view => [said(view, 'instance.id')],
  attack: ['T1552.005', 'T1552.007'],
  why: 'A pod without a role of its own falls back to the credentials of its node, which every other pod there can take too. One that does so shows that pods reach instance metadata, and what it needs belongs into a role for its service account.',
  references: [
    'Amazon EKS Best Practices Guide, "Identity and Access Management": restrict access to the instance profile',
    'EKS User Guide, "EKS Pod Identities"; "IAM roles for service accounts"',
  ],
  runbook: [
    "Confirm which pod: the record's sourceIPAddress is the pod's where calls go through a VPC endpoint: kubectl get pods -A -o wide | grep ADDRESS; otherwise kubectl get pods -A --field-selector spec.nodeName=NODE -o jsonpath='{range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.serviceAccountName}{\"\\n\"}{end}'. A call from an address that is neither a pod's nor one of your egress comes from no pod: treat it as cloudtrail/instance-credentials-off-instance.",
    'Give it a role of its own: aws eks create-pod-identity-association --region REGION --cluster-name CLUSTER --namespace NAMESPACE --service-account NAME --role-arn ROLE.',
    'Then keep pods from instance metadata: `httpPutResponseHopLimit: 1` and `httpTokens: required` in the EC2NodeClass; check hostNetwork pods, which no hop limit stops.',
    lookAround,
  ],
  blind: [
    'Pods that share the VPC subnets of their nodes are recognised by the user agent only: name `podRanges` where pods have a range of their own.',
    "The user agent is the caller's own word: a thief who poses as an agent of the node is not recognised here (node-role-beyond-baseline looks at what they call).",
    "Addresses are the pods' only behind VPC endpoints; through NAT every pod looks the same.",
    'Where `network.egress` is given, a call from elsewhere is left to cloudtrail/instance-credentials-off-instance, which says nothing of a pod on a node that has a public address of its own, or behind a NAT gateway that the inventory found and the settings do not list.',
  ],
  examples: {
    matches: [
      {
        name: 'from a pod address, through an endpoint',
        event: call('sqs', 'ListQueues', { ...fromNode, sourceIPAddress: '100.64.3.4' }),
      },
      {
        name: 'with an SDK that no node agent uses',
        event: call('sqs', 'ListQueues', { ...fromNode, userAgent: boto3 }),
      },
      {
        name: 'the same through configured egress',
        event: call('sqs', 'ListQueues', { ...fromNode, userAgent: boto3, sourceIPAddress: '203.0.113.10' }),
      },
      {
        name: 'the same from an address that may be egress, for none is configured',
        event: call('sqs', 'ListQueues', { ...fromNode, userAgent: boto3, sourceIPAddress: '192.0.2.66' }),
        settings: { network: { egress: [] } },
      },
      {
        name: 'a call that nodes make too, from outside, by a session of the role that is no instance’s',
        event: call('ecr', 'GetAuthorizationToken', {
          userIdentity: roleSession('KarpenterNodeRole-prod', 'build'),
          userAgent: boto3,
          sourceIPAddress: '192.0.2.66',
        }),
      },
    ],
    misses: [
      {
        name: 'from outside, which is no pod: cloudtrail/instance-credentials-off-instance says so',
        event: call('sqs', 'ListQueues', { ...fromNode, userAgent: boto3, sourceIPAddress: '192.0.2.66' }),
      },
      {
        name: 'through an endpoint of another account, which is no pod either',
        event: call('sqs', 'ListQueues', {
          ...fromNode,
          userAgent: boto3,
          sourceIPAddress: '10.0.77.7',
          vpcEndpointId: 'vpce-0fedcba9876543210',
          vpcEndpointAccountId: '444455556666',
        }),
      },
      { name: "the node's own agent", event: call('ecr', 'GetAuthorizationToken', fromNode) },
      {
        name: 'a pod with a role of its own',
        event: call('sqs', 'ListQueues', {
          ...fromNode,
          sourceIPAddress: '100.64.3.4',
          userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'apps-web'),
        }),
      },
      {
        name: 'a service with the forwarded session, under its own user agent',
        event: call('kms', 'Decrypt', {
          ...fromNode,
          userIdentity: { ...nodeSession(), invokedBy: 'aws-internal.amazonaws.com' },
          sourceIPAddress: 'secretsmanager.amazonaws.com',
          userAgent: 'aws-internal/3',
        }),
      },
    ],
  },
});
