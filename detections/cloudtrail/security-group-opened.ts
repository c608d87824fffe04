import { serviceLinked } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { listed } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const opened = (port: number, cidrIp: string, over = {}) =>
  ec2(
    'AuthorizeSecurityGroupIngress',
    {
      groupId: 'sg-0aaa',
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: port,
            toPort: port,
            groups: {},
            ipRanges: { items: [{ cidrIp }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    over,
  );

export const detection = cloudtrail({
  id: 'cloudtrail/security-group-opened',
  title: '{principal} opened the security group {group} to the world',
  severity: [
    // Load balancers' NodePorts, and Cluster API's for its nodes: what objects in the cluster ask for, which have detections of their own.
    ['low', { fact: { 'principal.controller': ['cluster-api', 'eks'] } }],
    ['low', { fact: { 'principal.kind': 'service' } }],
    'high',
  ],
  when: { fact: { 'network.opened': { what: [{ exists: true }] }, 'call.outcome': 'succeeded' } },
  by: view => listed(view, 'network.opened').map(one => ({ group: text(one, 'group') ?? 'unknown' })),
  resources: view => listed(view, 'network.opened').map(one => `${text(one, 'what')} from ${text(one, 'range')}`),
  attack: ['T1686.001', 'T1133'],
  why: 'SSH, RDP, the kubelet and NodePorts are the doors of a node. Open to the world they are found within minutes, and the kubelet gives a shell in every pod to whoever it trusts.',
  references: [
    'EC2 API Reference, AuthorizeSecurityGroupIngress, ModifySecurityGroupRules',
    'Kubernetes documentation, "Ports and Protocols"',
    'DataDog Stratus Red Team, aws.exfiltration.ec2-security-group-open-port-22-ingress (detonation log)',
  ],
  runbook: [
    confirmCall,
    'Close it: aws ec2 revoke-security-group-ingress --region REGION --group-id GROUP --security-group-rule-ids RULE_ID',
    'See what stands behind it: aws ec2 describe-network-interfaces --region REGION --filters Name=group-id,Values=GROUP --query "NetworkInterfaces[].[NetworkInterfaceId,Association.PublicIp,Attachment.InstanceId]"',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'The world in parts of 10.0.0.0/8 and smaller, or in a prefix list, is not recognised.',
    'ModifySecurityGroupRules names the group, not whether the rule is an ingress rule.',
    'Whether the group is on nodes is in no record.',
    'The AWS Load Balancer Controller opens NodePorts to the world, by a role that anybody may name, for a network load balancer without a security group of its own: let an exemption of this detection pass its role (`userIdentity.sessionContext.sessionIssuer.arn`) with `fact: { "network.opened": { what: "node-ports" } }`.',
  ],
  examples: {
    matches: [
      { name: 'SSH from anywhere', event: opened(22, '0.0.0.0/0'), severity: 'high' },
      {
        name: 'the Cluster API provider opens the NodePorts of its nodes',
        event: opened(30000, '0.0.0.0/0', { by: clusterApi }),
        severity: 'low',
      },
      {
        name: 'a service opens the NodePort of a load balancer',
        event: opened(31_000, '0.0.0.0/0', {
          by: serviceLinked('elasticloadbalancing.amazonaws.com', 'AWSServiceRoleForElasticLoadBalancing'),
        }),
        severity: 'low',
      },
      { name: 'SSH from one half of the world', event: opened(22, '128.0.0.0/1') },
      { name: 'the kubelet from anywhere', event: opened(10250, '0.0.0.0/0') },
      {
        name: 'all ports over IPv6',
        event: ec2('AuthorizeSecurityGroupIngress', {
          groupId: 'sg-0aaa',
          ipPermissions: {
            items: [{ ipProtocol: '-1', groups: {}, ipRanges: {}, ipv6Ranges: { items: [{ cidrIpv6: '::/0' }] } }],
          },
        }),
      },
      {
        name: 'SSH from anywhere, in the flat form with host bits',
        event: ec2('AuthorizeSecurityGroupIngress', {
          groupId: 'sg-0aaa',
          ipProtocol: 'tcp',
          fromPort: 22,
          toPort: 22,
          cidrIp: '198.51.100.7/0',
          ipPermissions: {},
        }),
      },
      {
        name: 'a rule is changed to a range of ports that holds NodePorts',
        event: wrappedEc2('ModifySecurityGroupRules', {
          GroupId: 'sg-0aaa',
          SecurityGroupRule: {
            tag: 1,
            SecurityGroupRuleId: 'sgr-0aaa',
            SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 8000, ToPort: 40000, CidrIpv4: '0.0.0.0/0' },
          },
        }),
      },
    ],
    misses: [
      { name: 'SSH from the office', event: opened(22, '198.51.100.0/24') },
      { name: 'SSH from the widest private range', event: opened(22, '10.0.0.0/8') },
      { name: 'HTTPS from anywhere', event: opened(443, '0.0.0.0/0') },
      {
        name: 'a refused attempt',
        event: opened(22, '0.0.0.0/0', { record: { errorCode: 'Client.UnauthorizedOperation' } }),
      },
    ],
  },
});
