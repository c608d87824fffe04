import { homeOf, isSettled, sight, type Taught } from '../../core/cloudtrail/egress.ts';
import { elsewhere, explainedUses } from '../../core/cloudtrail/example-off-instance.ts';
import { isGlobal } from '../../core/cloudtrail/global.ts';
import {
  awaitsLaunch,
  awaitsRecords,
  explained,
  judge,
  type Sighting,
  type Signal,
} from '../../core/cloudtrail/off-instance.ts';
import type { Place } from '../../core/cloudtrail/place.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { preserveNode, revokeActingNode } from '../../core/cloudtrail/steps.ts';
import { cloudtrail, type Key } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { networkIn, networkScopes } from '../../core/state/network.ts';
import type { Answer, Observation } from '../../core/state/observation.ts';

const accountOf = ({ record, event }: View<'cloudtrail'>): string => record.userIdentity?.accountId ?? event.account;

const signals = (view: View<'cloudtrail'>): readonly Signal[] => {
  const { record } = view;
  const home = record.userIdentity?.inScopeOf?.credentialsIssuedTo?.split(':')[3];
  const found: Signal[] = [];
  if (view.fact('call.sensitive') === true) found.push('sensitive-call');
  if (record.eventName === 'GetCallerIdentity') found.push('who-am-i');
  if (home !== undefined && home !== '' && record.awsRegion !== home && !isGlobal(record)) found.push('other-region');
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

/** What is known of the account's addresses, in what was answered. */
const taughtIn = (view: View<'cloudtrail'>, answers: readonly Answer[]): Taught => {
  const { item = {}, also = [] } = answers[1 + asking(view).length] ?? {};
  const [before = {}, after = {}, taken] = also;
  return { items: [item, before, after], taken };
};

/** Whether an hour may tell that the instance left elsewhere than where it belongs. */
const mayTell = (view: View<'cloudtrail'>, key: Key, answers: readonly Answer[]): boolean =>
  learning(view).length > 0 && !isSettled(taughtIn(view, answers), key['address'] ?? 'unknown');

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
  const instance = said(view, 'instance.claimed');
  const address = key['address'] ?? 'unknown';
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
    // Before the hour is over too little is known to say that an address is nobody else's.
    home: view.again === undefined ? undefined : homeOf(taughtIn(view, answers), instance, address),
    signals: signals(view),
    delivery: said(view, 'instance.delivery'),
    known: answer?.item ?? {},
    key: answer?.also[0] ?? {},
  };
};

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
  principals: view => [view.record.userIdentity?.accessKeyId].filter(key => key !== undefined),
  state: {
    kind: 'off-instance',
    doc: "Reads the instance's addresses, cluster and end from the records of its launch, and whose the access key is from the record that issued it. NAT gateways, Elastic IPs, VPC ranges and endpoints that the daily inventory found explain an address where the settings do not; so does an Elastic IP from its allocation on. A verdict that hangs on a launch or an access key's issue which was not seen waits until its record must have come. Where the settings name no egress, addresses that three instances use over an hour are learned, and an instance that leaves elsewhere than through the one it was learned at is found an hour later.",
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
      if (mayTell(view, key, answers)) return { after: view.event.time + 3_600_000 };
      return awaitsRecords(sightingOf(view, key, answers)) ? { after: view.event.time } : undefined;
    },
  },
  attack: ['T1552.005', 'T1078.004', 'T1550.001'],
  why: "Credentials of an instance are meant to be used on it: seen elsewhere, somebody read them from instance metadata and took them away. Whoever has them is the node: they pull its images, describe the account, and ask for every pod's role on that node.",
  references: [
    'Netflix Technology Blog, "Netflix Cloud Security: Detecting Credential Compromise in AWS" (2018)',
    'Amazon GuardDuty User Guide, UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS and .InsideAWS',
    'CloudTrail User Guide, "userIdentity element": inScopeOf, ec2RoleDelivery',
    'STS API Reference, GetScopedCredentials',
    'kubernetes-sigs/aws-iam-authenticator, pkg/token (the pre-signed GetCallerIdentity)',
  ],
  runbook: [
    "Confirm: aws ec2 describe-instances --region INSTANCE_REGION --instance-ids INSTANCE --query 'Reservations[].Instances[].[PrivateIpAddress,PublicIpAddress,State.Name,SubnetId]', then aws ec2 describe-addresses --region INSTANCE_REGION --public-ips ADDRESS and aws ec2 describe-nat-gateways --region INSTANCE_REGION --filter Name=state,Values=available; an address of your own belongs in `network.egress`.",
    revokeActingNode,
    preserveNode,
    'Look around: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY --region REGION, in every region, and npx tripline entity ADDRESS, for Kubernetes too.',
    'Close the way: kubectl get pods -A --field-selector spec.nodeName=NODE -o wide; aws ec2 modify-instance-metadata-options --region INSTANCE_REGION --instance-id INSTANCE --http-tokens required --http-put-response-hop-limit 1 --http-endpoint enabled; look for a pod that fetches addresses it is given.',
  ],
  blind: [
    'Use on the instance itself, behind the same NAT gateway, or inside the same VPC without endpoints looks like the instance.',
    'An address in the VPC ranges that belongs to another instance is taken for a pod: lateral use inside one VPC is not told apart.',
    "Calls made with the credentials against Kubernetes show the control plane's address in CloudTrail: `kubernetes/node-identity-off-node` sees those.",
    'An Elastic IP of the account explains a call whoever holds it: who launches an instance of their own there, and leaves through one, is not seen here.',
    'Data events (S3 objects, DynamoDB items) are seen only where a trail logs them.',
    'Records older than `inScopeOf` and `ec2RoleDelivery` need the record that issued the access key: complete eight hours after read-only management events are delivered. Refreshed credentials are assumed to be issued by the same kind of record [inferred].',
    'Whether sessions of GetScopedCredentials keep `inScopeOf` and `ec2RoleDelivery` is not documented: where they do not, the record that gave the key says whose it is [inferred, as the response of GetSessionToken has it], of the first such key and not of one that is asked for with it.',
    'Public addresses that an instance got from its subnet are in no record: without `network.egress` an unexplained address counts only beside a call that nodes do not make, and is medium.',
  ],
  examples: { matches: elsewhere, misses: explainedUses },
});
