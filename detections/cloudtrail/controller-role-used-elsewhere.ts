import { call, example, karpenter } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { firstSeen } from '../../core/state/first-seen.ts';

const agent = (version: string) =>
  `aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.290.0 karpenter.sh-${version} m/h`;

const describeTypes = (over: Partial<CloudTrailRecord> = {}) =>
  call('ec2', 'DescribeInstanceTypes', {
    userIdentity: karpenter,
    sourceIPAddress: '203.0.113.10',
    userAgent: agent('1.14.1'),
    ...over,
  });

const before = [describeTypes({ eventTime: '2026-08-04T10:00:00Z' })];
const noEgress = { network: { egress: [] } };
const learnedAway = [describeTypes({ eventTime: '2026-08-04T10:00:00Z', sourceIPAddress: '198.51.100.7' })];

/** What is learned of a role: its clients, and its networks where the settings do not say which are ours. */
const placed = ['ours', 'cluster', 'endpoint'];

export const detection = cloudtrail({
  id: 'cloudtrail/controller-role-used-elsewhere',
  title: 'The controller role {role} acts from {range} as it never did',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'high'],
  when: {
    userIdentity: { invokedBy: [{ exists: false }, null] },
    fact: { 'principal.controller': [{ 'anything-but': 'none' }], 'source.kind': 'address' },
  },
  by: view => [{ role: said(view, 'principal.id'), range: said(view, 'source.network') }],
  state: firstSeen({
    id: 'cloudtrail/controller-role-used-elsewhere',
    doc: 'Learns the networks and clients of each controller role for one to two weeks; an address outside configured egress fires at once.',
    of: view => said(view, 'principal.id'),
    traits: view => [
      `client ${said(view, 'agent.family')}`,
      ...(placed.includes(said(view, 'source.place')) || view.fact('source.egress-known') === true
        ? []
        : [`network ${said(view, 'source.network')}`]),
    ],
    atOnce: view => {
      const place = said(view, 'source.place');
      if (place === 'foreign') return "through another account's VPC endpoint";
      return place === 'public' && view.fact('source.egress-known') === true ? 'outside configured egress' : undefined;
    },
    note: traits => `never seen while it was learned: ${traits.join(', ')}`,
  }),
  attack: ['T1078.004', 'T1528', 'T1550.001'],
  why: 'A controller acts from its cluster, day and night, with one client. Its role used from another network or with another tool is a stolen token or stolen credentials, and they may launch machines.',
  references: [
    'Karpenter, "Threat Model"',
    'EKS User Guide, "IAM roles for service accounts"',
    'kubernetes-sigs/cluster-api-provider-aws, pkg/cloud/scope (user agent)',
  ],
  runbook: [
    'Confirm: kubectl get pods -n kube-system -l app.kubernetes.io/name=karpenter -o wide; an upgrade or a new NAT gateway explains a new client or network: aws ec2 describe-nat-gateways --region REGION --filter Name=state,Values=available.',
    revokeSessions,
    'Stop launches while you look: kubectl scale deployment karpenter -n kube-system --replicas 0 (nodes stay).',
    "Look around: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY --region REGION; which pod's credentials they were is in the AssumeRole record of that access key.",
    lookAround,
  ],
  blind: [
    'Until one to two weeks are learned only addresses outside configured egress fire; what an attacker did then is learned with the rest.',
    "Inside the cluster's own network, with the controller's own user agent, nothing differs; the user agent is the caller's own word.",
    'Private addresses behind endpoints that the settings do not know are judged by learning only.',
  ],
  examples: {
    matches: [
      {
        name: 'from an address that is no egress of ours',
        event: describeTypes({ sourceIPAddress: example.address }),
        severity: 'high',
      },
      {
        name: "through another account's VPC endpoint",
        event: describeTypes({
          sourceIPAddress: '10.0.77.7',
          vpcEndpointId: 'vpce-0fedcba9876543210',
          vpcEndpointAccountId: example.otherAccount,
        }),
        severity: 'high',
      },
      {
        name: 'with a tool that it was never seen with',
        event: describeTypes({ userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1' }),
        after: before,
        severity: 'high',
      },
      {
        name: 'from a network that it was never seen in, where no egress is configured',
        event: describeTypes({ sourceIPAddress: '192.0.2.66' }),
        after: learnedAway,
        settings: noEgress,
        severity: 'high',
      },
      {
        name: 'a role that is Karpenter by its usual name only',
        event: describeTypes({ sourceIPAddress: example.address }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'another version of the same client',
        event: describeTypes({ userAgent: agent('1.15.0') }),
        after: before,
      },
      {
        name: 'another address of the network it was learned in',
        event: describeTypes({ sourceIPAddress: '198.51.100.9' }),
        after: learnedAway,
        settings: noEgress,
      },
      {
        name: 'a new tool while it is still learned',
        event: describeTypes({ userAgent: 'aws-cli/2.30.0', eventTime: '2026-08-11T10:00:00Z' }),
        after: before,
      },
      {
        name: "the fleet's launch on its behalf",
        event: describeTypes({
          userIdentity: { ...karpenter, invokedBy: 'ec2fleet.amazonaws.com' },
          sourceIPAddress: example.address,
        }),
      },
      {
        name: 'a service as source',
        event: describeTypes({ sourceIPAddress: 'ec2.amazonaws.com', userAgent: 'ec2.amazonaws.com' }),
        after: before,
      },
      { name: 'a person from there', event: call('ec2', 'DescribeInstanceTypes') },
    ],
  },
});
