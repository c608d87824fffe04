import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, said } from '../../core/cloudtrail/said.ts';
import { lookAround } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

export const detection = cloudtrail({
  id: 'cloudtrail/imdsv1-instance-launched',
  title: '{principal} launched an instance whose metadata service gives credentials to forged requests or to pods',
  severity: 'medium',
  when: {
    fact: { 'launch.imds': { from: 'launched', weak: ['tokens-optional', 'hop-limit', 'ipv6-endpoint'] } },
  },
  by: view => {
    const template = said(view, 'launch.template');
    return [template === 'none' ? { principal: said(view, 'principal.id') } : { template }];
  },
  resources: view => listed(view, 'launch.instances').map(one => text(one, 'id') ?? ''),
  attack: ['T1552.005'],
  why: 'With IMDSv1 one forged request from any process yields the node role, and with a hop limit above one every pod can ask for it. The response shows what really applies, after template, account defaults and image.',
  references: [
    'EC2 User Guide, "Configure instance metadata options" (order of precedence)',
    'EKS Best Practices Guide, "Restrict access to the instance profile assigned to the worker node"',
  ],
  runbook: [
    'Confirm what applies: aws ec2 describe-instances --region INSTANCE_REGION --instance-ids INSTANCE --query "Reservations[].Instances[].MetadataOptions"',
    'Contain without a restart: aws ec2 modify-instance-metadata-options --region INSTANCE_REGION --instance-id INSTANCE --http-tokens required --http-put-response-hop-limit 1 --http-protocol-ipv6 disabled',
    'Correct the source: spec.metadataOptions of the EC2NodeClass or the launch template, then aws ec2 modify-instance-metadata-defaults --http-tokens required --http-put-response-hop-limit 1 --region REGION',
    lookAround,
  ],
  blind: [
    'CreateFleet alone shows no effective options; the RunInstances record of the same launch does.',
    'EKS managed node groups without their own template launch with a hop limit of 2: exempt their template if that is accepted.',
  ],
  examples: {
    matches: [
      {
        name: 'tokens are optional',
        event: runInstances({ instance: { metadataOptions: { httpTokens: 'optional' } } }),
      },
      {
        name: "the hop limit of a fleet's instance is 2",
        event: fleetRun({ instance: { metadataOptions: { httpPutResponseHopLimit: 2 } } }),
      },
      {
        name: 'the IPv6 endpoint is on',
        event: runInstances({ instance: { metadataOptions: { httpProtocolIpv6: 'enabled' } } }),
      },
    ],
    misses: [
      { name: 'a hardened instance', event: runInstances() },
      {
        name: 'an instance without a metadata endpoint',
        event: runInstances({ instance: { metadataOptions: { httpTokens: 'optional', httpEndpoint: 'disabled' } } }),
      },
      {
        name: 'a request for optional tokens whose effect the response corrects',
        event: runInstances({ request: { metadataOptions: { httpTokens: 'optional' } } }),
      },
      {
        name: 'another call that answers with instances',
        event: ec2('StartInstances', { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } }),
      },
    ],
  },
});
