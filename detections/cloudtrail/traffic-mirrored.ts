import { get, requestOf, responseOf, word } from '../../core/cloudtrail/ec2.ts';
import { call, serviceLinked } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2, type Over, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import type { JsonObject } from '../../core/json.ts';

/** Of the session, as the request has it; a change names only what it changes, and the response all of it. */
const ofSession = ({ record }: View<'cloudtrail'>, name: string): string | undefined =>
  word(requestOf(record), name) ?? word(get(responseOf(record), 'trafficMirrorSession'), name);

const target = 'tmt-0aaaabbbbccccdddd';
const session = {
  NetworkInterfaceId: 'eni-0aaaabbbbccccdddd',
  TrafficMirrorTargetId: target,
  TrafficMirrorFilterId: 'tmf-0aaaabbbbccccdddd',
  SessionNumber: 1,
};
const create = (over: Over = {}) => wrappedEc2('CreateTrafficMirrorSession', session, over);
const change = (request: JsonObject) =>
  wrappedEc2(
    'ModifyTrafficMirrorSession',
    { TrafficMirrorSessionId: 'tms-0aaaabbbbccccdddd', ...request },
    {},
    {
      trafficMirrorSession: {
        trafficMirrorSessionId: 'tms-0aaaabbbbccccdddd',
        trafficMirrorTargetId: target,
        networkInterfaceId: session.NetworkInterfaceId,
      },
    },
  );

export const detection = cloudtrail({
  id: 'cloudtrail/traffic-mirrored',
  title: '{principal} copies the traffic of network interfaces to {resource}',
  severity: 'medium',
  when: {
    eventSource: 'ec2.amazonaws.com',
    eventName: ['CreateTrafficMirrorSession', 'ModifyTrafficMirrorSession'],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.kind': ['platform', 'gitops', 'service'] } }],
  // Whoever mirrors a fleet does so for each interface of it: where the copies go is one finding.
  by: view => [
    { principal: said(view, 'principal.id'), resource: ofSession(view, 'trafficMirrorTargetId') ?? 'unknown' },
  ],
  window: '24h',
  resources: view =>
    ['networkInterfaceId', 'trafficMirrorSessionId'].map(name => ofSession(view, name) ?? '').filter(Boolean),
  attack: ['T1020.001', 'T1040'],
  why: 'Under the VPC CNI every packet of every pod goes over an interface of its node. A mirror session copies them all to a machine of somebody’s choice, without a process on the node, and what pods say to each other is seldom encrypted.',
  references: [
    'EC2 API Reference, CreateTrafficMirrorSession, ModifyTrafficMirrorSession',
    'Amazon VPC, "Traffic Mirroring" (sources, targets and limits)',
    'Rhino Security Labs, "Abusing VPC Traffic Mirroring in AWS"',
    'MITRE ATT&CK, T1020.001 "Traffic Duplication"',
  ],
  runbook: [
    confirmCall,
    'See whose interfaces are copied, and where to: aws ec2 describe-traffic-mirror-sessions --region REGION --query "TrafficMirrorSessions[].[TrafficMirrorSessionId,NetworkInterfaceId,TrafficMirrorTargetId,OwnerId]" --output text; aws ec2 describe-traffic-mirror-targets --region REGION; aws ec2 describe-network-interfaces --region REGION --network-interface-ids INTERFACE',
    'End it: aws ec2 delete-traffic-mirror-session --region REGION --traffic-mirror-session-id MIRROR; and change what pods sent in the clear meanwhile: passwords, tokens and cookies',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'Whose interface it is, a node’s or another’s, is in no record: every session that is made counts.',
    'A target that is shared from another account is an id like any other.',
    'A filter or a target that is changed below an existing session (ModifyTrafficMirrorFilterRule) is not judged: the session was said when it was made.',
    'A sensor of a vendor that mirrors each new instance is one finding a day: name its role in an exemption of this detection.',
    'No such record was seen: names are from the API model, and both encodings of EC2’s requests are read.',
  ],
  examples: {
    matches: [
      { name: 'a session for an interface', event: create() },
      {
        name: 'a session of another target',
        event: change({ TrafficMirrorTargetId: target }),
      },
      {
        name: 'a session of another filter, whose target only the response names',
        event: change({ TrafficMirrorFilterId: 'tmf-0eeeeffff00001111' }),
      },
      {
        name: 'a session in the encoding of older calls',
        event: ec2('CreateTrafficMirrorSession', {
          networkInterfaceId: session.NetworkInterfaceId,
          trafficMirrorTargetId: target,
        }),
      },
    ],
    misses: [
      { name: 'by the platform', event: create({ by: platform }) },
      {
        name: 'by a service of AWS',
        event: create({ by: serviceLinked('ec2.amazonaws.com', 'AWSServiceRoleForEC2') }),
      },
      { name: 'it is refused', event: create({ record: { errorCode: 'Client.UnauthorizedOperation' } }) },
      {
        name: 'a target alone copies nothing',
        event: wrappedEc2('CreateTrafficMirrorTarget', { NetworkInterfaceId: session.NetworkInterfaceId }),
      },
      {
        name: 'another service has a call of that name',
        event: call('appmesh', 'CreateTrafficMirrorSession', { requestParameters: session }),
      },
      {
        name: 'a session is ended',
        event: wrappedEc2('DeleteTrafficMirrorSession', { TrafficMirrorSessionId: 'tms-0aaaabbbbccccdddd' }),
      },
    ],
  },
});
