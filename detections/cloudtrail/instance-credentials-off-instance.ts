import { egressOf, homeOf, sight } from '../../core/cloudtrail/egress.ts';
import { call, example, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { awaitsLaunch, explained, judge, type Sighting, type Signal } from '../../core/cloudtrail/off-instance.ts';
import type { Place } from '../../core/cloudtrail/place.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { preserveNode, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail, type Key } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { partitionOf } from '../../core/partition.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { networkIn, networkScopes } from '../../core/state/network.ts';
import type { Answer, Observation } from '../../core/state/observation.ts';

/** Services whose calls are recorded in one region of the partition wherever they are made from (CloudTrail User Guide, "Global service events"). */
const globalServices = new Set([
  'iam.amazonaws.com',
  'sts.amazonaws.com',
  'organizations.amazonaws.com',
  'account.amazonaws.com',
]);

const accountOf = ({ record, event }: View<'cloudtrail'>): string => record.userIdentity?.accountId ?? event.account;

const signals = (view: View<'cloudtrail'>): readonly Signal[] => {
  const { record } = view;
  const home = record.userIdentity?.inScopeOf?.credentialsIssuedTo?.split(':')[3];
  const global =
    record.awsRegion === partitionOf(record.awsRegion ?? '').global && globalServices.has(record.eventSource);
  const found: Signal[] = [];
  if (view.fact('call.sensitive') === true) found.push('sensitive-call');
  if (record.eventName === 'GetCallerIdentity') found.push('who-am-i');
  if (home !== undefined && home !== '' && record.awsRegion !== home && !global) found.push('other-region');
  return found;
};

const isStated = (view: View<'cloudtrail'>): boolean => view.fact('instance.id') === view.fact('instance.claimed');

/** Egress is learned from public addresses that nothing explains, where the settings name none. */
const learning = (view: View<'cloudtrail'>): readonly Observation[] =>
  said(view, 'source.place') !== 'public' || view.fact('source.egress-known') === true
    ? []
    : sight({
        account: accountOf(view),
        address: view.record.sourceIPAddress ?? 'unknown',
        instance: said(view, 'instance.claimed'),
        time: view.event.time,
        flagged: signals(view).length > 0,
      });

const unexplained: readonly Place[] = ['public', 'endpoint', 'unclear'];
const placed = (view: View<'cloudtrail'>): Place => said(view, 'source.place') as Place; // the fact's values are these

/** The inventory's network is asked for where the settings explain nothing. It changes once a day. */
const asking = (view: View<'cloudtrail'>): readonly Observation[] => {
  if (!unexplained.includes(placed(view))) return [];
  const [scope, before] = networkScopes(accountOf(view), view.event.time);
  return [{ scope, also: [before], expires: view.event.time, stale: 600_000 }];
};

/** Both `decide` and `again` ask, one after the other: what was found last is remembered. */
const sightingOf = (view: View<'cloudtrail'>, key: Key, answers: readonly Answer[]): Sighting => {
  if (last?.answers !== answers || last.view !== view || last.key !== key)
    last = { view, key, answers, sighting: sighted(view, key, answers) };
  return last.sighting;
};
let last:
  | {
      readonly view: View<'cloudtrail'>;
      readonly key: Key;
      readonly answers: readonly Answer[];
      readonly sighting: Sighting;
    }
  | undefined;

const sighted = (view: View<'cloudtrail'>, key: Key, answers: readonly Answer[]): Sighting => {
  const [answer] = answers;
  const asked = asking(view).length;
  const network = asked === 0 ? undefined : answers[1];
  const egress = answers[1 + asked];
  const instance = said(view, 'instance.claimed');
  const address = key['address'] ?? 'unknown';
  const [before, after, taken] = egress?.also ?? [];
  // Before the hour is over too little is known to say that an address is nobody else's.
  const known = view.again === undefined ? new Map() : egressOf([egress?.item ?? {}, before ?? {}, after ?? {}], taken);
  return {
    time: view.event.time,
    address,
    place: explained(
      placed(view),
      address,
      view.record.vpcEndpointId,
      networkIn(network === undefined ? [] : [network.item, ...network.also]),
    ),
    clusters: texts(view, 'source.clusters'),
    stated: isStated(view),
    instance,
    mismatch: view.fact('instance.mismatch') === true,
    egressKnown: view.fact('source.egress-known') === true,
    home: homeOf(known, instance, address),
    signals: signals(view),
    delivery: said(view, 'instance.delivery'),
    known: answer?.item ?? {},
    key: answer?.also[0] ?? {},
  };
};

const launched = call('ec2', 'RunInstances', {
  eventTime: '2026-09-01T09:00:00Z',
  userIdentity: roleSession('prod-karpenter', '1768825272022703283', { invokedBy: 'ec2fleet.amazonaws.com' }),
  sourceIPAddress: 'ec2fleet.amazonaws.com',
  userAgent: 'ec2fleet.amazonaws.com',
  requestParameters: { instancesSet: { items: [{ minCount: 1, maxCount: 1 }] }, instanceType: 'm7g.large' },
  responseElements: {
    instancesSet: {
      items: [
        {
          instanceId: 'i-0aaaabbbbccccdddd',
          instanceType: 'm7g.large',
          vpcId: 'vpc-0aaa',
          privateIpAddress: '10.0.12.34',
          tagSet: { items: [{ key: 'kubernetes.io/cluster/prod', value: 'owned' }] },
          iamInstanceProfile: {
            arn: 'arn:aws:iam::111122223333:instance-profile/prod-node',
            id: 'AIPAEXAMPLEEXAMPLEEXA',
          },
          metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1, httpEndpoint: 'enabled' },
        },
      ],
    },
  },
});

const terminated = call('ec2', 'TerminateInstances', {
  eventTime: '2026-09-01T09:30:00Z',
  userIdentity: roleSession('prod-karpenter', '1768825272022703283'),
  requestParameters: { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } },
  responseElements: {
    instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd', currentState: { code: 32, name: 'shutting-down' } }] },
  },
});

const issued = call('sts', 'AssumeRole', {
  eventTime: '2026-09-01T09:00:01Z',
  userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
  sourceIPAddress: 'ec2.amazonaws.com',
  userAgent: 'ec2.amazonaws.com',
  requestParameters: {
    roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
    roleSessionName: 'i-0aaaabbbbccccdddd',
  },
  responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLEV2KEY0001', expiration: 'Sep 1, 2026, 3:35:01 PM' } },
});

const { inScopeOf: _, sessionContext: __, ...older } = nodeSession();
const unmarked = {
  ...older,
  sessionContext: roleSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd').sessionContext ?? {},
};

const govNode = {
  ...nodeSession(),
  inScopeOf: {
    issuerType: 'AWS::EC2::Instance',
    credentialsIssuedTo: 'arn:aws-us-gov:ec2:us-gov-east-1:111122223333:instance/i-0aaaabbbbccccdddd',
  },
};

const describeVolumes = (over: Partial<CloudTrailRecord> = {}) =>
  call('ec2', 'DescribeVolumes', { userIdentity: nodeSession(), ...over });

/** Ordinary calls of instances through one address, so many minutes before ten o'clock. */
const leaving = (address: string, calls: readonly (readonly [instance: string, minutes: number])[]) =>
  calls.map(([instance, minutes]) =>
    describeVolumes({
      userIdentity: nodeSession(instance),
      sourceIPAddress: address,
      eventTime: new Date(Date.parse(example.time) - minutes * 60_000).toISOString(),
    }),
  );
const [mine, second, third] = ['i-0aaaabbbbccccdddd', 'i-0eeeeffff00001111', 'i-0eeeeffff00002222'] as const;
const noEgress = { network: { egress: [] } };
const taught = leaving('203.0.113.77', [
  [mine, 190],
  [second, 120],
  [third, 60],
]);

export const detection = cloudtrail({
  id: 'cloudtrail/instance-credentials-off-instance',
  title: 'Credentials of {instance} used from {address} ({principal}, {event})',
  severity: 'high',
  requires: ['ranges'],
  when: {
    eventType: 'AwsApiCall',
    userIdentity: { invokedBy: [{ exists: false }, null] },
    fact: { 'instance.claimed': [{ 'anything-but': 'none' }], 'source.kind': 'address' },
  },
  unless: [
    // The EKS authenticator sends the node's pre-signed request from the control plane, with a plain HTTP client.
    { eventName: 'GetCallerIdentity', userAgent: [{ prefix: 'Go-http-client' }] },
    // A finding of its own: cloudtrail/instance-session-in-console. Console back ends call from AWS's own addresses.
    { sessionCredentialFromConsole: 'true' },
  ],
  by: view => [{ instance: said(view, 'instance.claimed'), address: view.record.sourceIPAddress ?? 'unknown' }],
  window: '6h',
  resources: view => [said(view, 'instance.claimed')],
  principals: view => [`access key ${view.record.userIdentity?.accessKeyId ?? 'unknown'}`],
  state: {
    kind: 'off-instance',
    doc: "Reads the instance's addresses, cluster and end from the records of its launch, and whose the access key is from the record that issued it. NAT gateways, Elastic IPs, VPC ranges and endpoints that the daily inventory found explain an address where the settings do not. A verdict that hangs on a launch which was not seen waits until its record must have come. Where the settings name no egress, addresses that three instances use over an hour are learned, and an instance that leaves elsewhere than through the one it was learned at is found an hour later.",
    observe: view => [
      {
        scope: instanceScope(accountOf(view), said(view, 'instance.claimed')),
        // Where the record itself says that the session is the instance's, AWS said it: the key's own record can add nothing.
        also: isStated(view) ? [] : [`key#${view.record.userIdentity?.accessKeyId ?? 'unknown'}`],
        expires: view.event.time,
      },
      ...asking(view),
      ...learning(view),
    ],
    decide: (view, key, answers) => {
      const sighting = sightingOf(view, key, answers);
      if (view.again === undefined && awaitsLaunch(sighting)) return [];
      const suspicion = judge(sighting);
      return suspicion === undefined ? [] : [{ eventId: view.event.id, time: view.event.time, ...suspicion }];
    },
    again: (view, key, answers) => {
      if (learning(view).length > 0) return { after: view.event.time + 3_600_000 };
      return awaitsLaunch(sightingOf(view, key, answers)) ? { after: view.event.time } : undefined;
    },
  },
  attack: ['T1552.005', 'T1078.004', 'T1550.001'],
  why: "Credentials of an instance are meant to be used on it: seen elsewhere, somebody read them from instance metadata and took them away. With them he is the node: he pulls its images, describes the account, and asks for every pod's role on that node.",
  references: [
    'Netflix Technology Blog, "Netflix Cloud Security: Detecting Credential Compromise in AWS" (2018)',
    'Amazon GuardDuty User Guide, UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS and .InsideAWS',
    'CloudTrail User Guide, "userIdentity element": inScopeOf, ec2RoleDelivery',
    'kubernetes-sigs/aws-iam-authenticator, pkg/token (the pre-signed GetCallerIdentity)',
  ],
  runbook: [
    "Confirm: aws ec2 describe-instances --region INSTANCE_REGION --instance-ids INSTANCE --query 'Reservations[].Instances[].[PrivateIpAddress,PublicIpAddress,State.Name,SubnetId]', then aws ec2 describe-addresses --region INSTANCE_REGION --public-ips ADDRESS and aws ec2 describe-nat-gateways --region INSTANCE_REGION --filter Name=state,Values=available; an address of your own belongs into `network.egress`.",
    `${revokeSessions}; other nodes of the role are denied too until they fetch new credentials.`,
    preserveNode,
    'Look around: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY --region REGION, in every region, and npx tripline findings --json | grep ADDRESS, for Kubernetes too.',
    'Close the way: kubectl get pods -A --field-selector spec.nodeName=NODE -o wide; aws ec2 modify-instance-metadata-options --region INSTANCE_REGION --instance-id INSTANCE --http-tokens required --http-put-response-hop-limit 1 --http-endpoint enabled; look for a pod that fetches addresses it is given.',
  ],
  blind: [
    'Use on the instance itself, behind the same NAT gateway, or inside the same VPC without endpoints looks like the instance.',
    'An address in the VPC ranges that belongs to another instance is taken for a pod: lateral use inside one VPC is not told apart.',
    "Calls made with the credentials against Kubernetes show the control plane's address in CloudTrail: `kubernetes/node-identity-off-node` sees those.",
    'An Elastic IP of the account explains a call whoever holds it: who launches an instance of his own there, and leaves through one, is not seen here.',
    'Data events (S3 objects, DynamoDB items) are seen only where a trail logs them.',
    'Records older than `inScopeOf` and `ec2RoleDelivery` need the record that issued the access key: complete eight hours after read-only management events are delivered. Refreshed credentials are assumed to be issued by the same kind of record [inferred].',
    'Public addresses that an instance got from its subnet are in no record: without `network.egress` an unexplained address counts only beside a call that nodes do not make, and is medium.',
  ],
  examples: {
    matches: [
      {
        name: "a node's credentials describe volumes from an address that nothing explains",
        event: describeVolumes(),
        after: [launched],
        severity: 'high',
      },
      {
        name: 'an older record, whose access key EC2 issued to the instance',
        event: describeVolumes({ userIdentity: unmarked }),
        after: [launched, issued],
      },
      {
        name: 'credentials of an instance that was terminated half an hour ago, from configured egress',
        event: describeVolumes({ sourceIPAddress: '203.0.113.10' }),
        after: [launched, terminated],
      },
      {
        name: "through another account's VPC endpoint, from an address like the cluster's",
        event: describeVolumes({
          sourceIPAddress: '10.0.77.7',
          vpcEndpointId: 'vpce-0fedcba9876543210',
          vpcEndpointAccountId: example.otherAccount,
        }),
        after: [launched],
      },
      {
        name: 'whoever holds them asks whose they are',
        event: call('sts', 'GetCallerIdentity', { userIdentity: nodeSession() }),
        after: [launched],
      },
      {
        name: "another call with the authenticator's client",
        event: describeVolumes({ userAgent: 'Go-http-client/1.1' }),
        after: [launched],
      },
      {
        name: 'away from the address that three instances taught, where no egress is configured',
        severity: 'high',
        event: describeVolumes(),
        after: [launched, ...taught],
        settings: noEgress,
      },
      {
        name: 'a step lower where the launch was not seen',
        event: describeVolumes(),
      },
      {
        name: 'medium for a call that nodes do not make, where no egress is configured',
        event: call('iam', 'ListRoles', { userIdentity: nodeSession(), awsRegion: 'us-east-1' }),
        after: [launched],
        settings: { network: { egress: [] } },
        severity: 'medium',
      },
    ],
    misses: [
      {
        name: 'GovCloud’s global services, recorded in another region than the node’s, where no egress is configured',
        event: call('sts', 'GetServiceBearerToken', { userIdentity: govNode, awsRegion: 'us-gov-west-1' }),
        settings: noEgress,
      },
      {
        name: 'through the address that three instances taught',
        event: describeVolumes({ sourceIPAddress: '203.0.113.77' }),
        after: [launched, ...taught],
        settings: noEgress,
      },
      {
        name: 'away from an address that two instances share: it is pending',
        event: describeVolumes(),
        after: [launched, ...taught.slice(0, 2)],
        settings: noEgress,
      },
      {
        name: 'away from an address that three instances share since half an hour',
        event: describeVolumes(),
        after: [
          launched,
          ...leaving('203.0.113.77', [
            [mine, 50],
            [second, 40],
            [third, 20],
          ]),
        ],
        settings: noEgress,
      },
      {
        name: 'through a second address that another instance shares',
        event: describeVolumes(),
        after: [launched, ...taught, ...leaving(example.address, [[second, 10]])],
        settings: noEgress,
      },
      {
        name: 'away from an address that one of three used for a call that nodes do not make',
        event: describeVolumes(),
        after: [
          launched,
          ...taught.slice(0, 2),
          call('sts', 'GetCallerIdentity', {
            userIdentity: nodeSession(third),
            sourceIPAddress: '203.0.113.77',
            eventTime: '2026-09-01T08:00:00Z',
          }),
        ],
        settings: noEgress,
      },
      {
        name: 'from any address, where no egress is configured',
        event: describeVolumes(),
        after: [launched],
        settings: { network: { egress: [] } },
      },
      {
        name: 'from the instance itself, through our endpoint',
        event: describeVolumes({ sourceIPAddress: '10.0.12.34', vpcEndpointId: 'vpce-0123456789abcdef0' }),
        after: [launched],
      },
      {
        name: 'from a pod on the node, through our endpoint',
        event: describeVolumes({ sourceIPAddress: '100.64.3.4', vpcEndpointId: 'vpce-0123456789abcdef0' }),
        after: [launched],
      },
      {
        name: 'through the NAT gateway',
        event: describeVolumes({ sourceIPAddress: '203.0.113.10' }),
        after: [launched],
      },
      {
        name: 'a private address through an endpoint that the settings do not know',
        event: describeVolumes({ sourceIPAddress: '10.0.77.7', vpcEndpointId: 'vpce-0fedcba9876543210' }),
        after: [launched],
      },
      {
        name: 'a service with the forwarded session',
        event: call('kms', 'Decrypt', {
          userIdentity: { ...nodeSession(), invokedBy: 'secretsmanager.amazonaws.com' },
          sourceIPAddress: 'secretsmanager.amazonaws.com',
          vpcEndpointId: 'vpce-0fedcba9876543210',
        }),
        after: [launched],
      },
      {
        name: "a service's call in which AWS gives an address",
        event: describeVolumes({ userIdentity: { ...nodeSession(), invokedBy: 'ssm.amazonaws.com' } }),
        after: [launched],
      },
      {
        name: 'a call from inside AWS',
        event: describeVolumes({ sourceIPAddress: 'AWS Internal' }),
        after: [launched, terminated],
      },
      {
        name: "the authenticator's GetCallerIdentity for a kubelet",
        event: call('sts', 'GetCallerIdentity', { userIdentity: nodeSession(), userAgent: 'Go-http-client/1.1' }),
        after: [launched],
      },
      {
        name: 'a console session, which is a finding of its own',
        event: describeVolumes({ sessionCredentialFromConsole: 'true' }),
        after: [launched],
      },
      {
        name: 'a console action, recorded by AWS on the console host',
        event: describeVolumes({ eventType: 'AwsConsoleAction' }),
        after: [launched],
      },
      {
        name: "an older record whose access key nobody issued: the session name is the caller's choice",
        event: describeVolumes({ userIdentity: unmarked }),
        after: [launched],
      },
      {
        name: "a person's session",
        event: describeVolumes({ userIdentity: roleSession('developer', 'alice') }),
        after: [launched],
      },
    ],
  },
});
