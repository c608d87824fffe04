import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const options = (change: { readonly [name: string]: string | number }) => ({
  InstanceId: 'i-0aaaabbbbccccdddd',
  ...change,
});

export const detection = cloudtrail({
  id: 'cloudtrail/imds-protection-weakened',
  title: '{principal} weakened the metadata service of {target}',
  severity: 'high',
  when: {
    fact: {
      'instance.weakened': [
        'tokens-optional',
        'tokens-unset',
        'hop-limit',
        'hop-limit-unset',
        'ipv6-endpoint',
        'endpoint-enabled',
        'enforcement-disabled',
      ],
      'call.outcome': 'succeeded',
    },
  },
  by: view => {
    const target = said(view, 'instance.metadata-of');
    return [{ target: target === 'defaults' ? `defaults of ${view.event.account} in ${view.event.region}` : target }];
  },
  attack: ['T1552.005', 'T1685'],
  why: 'Turning IMDSv1 back on, or letting the answer travel a hop further, opens the node role to every pod and every forged request. On the account-wide defaults it does so for every later launch that does not say otherwise.',
  references: [
    'EC2 API Reference, ModifyInstanceMetadataOptions, ModifyInstanceMetadataDefaults',
    'EC2 User Guide, "Configure instance metadata options"',
    'hashicorp/terraform-provider-aws, aws_ec2_instance_metadata_defaults (what is left out is sent as -1 and `no-preference`)',
  ],
  runbook: [
    confirmCall,
    'Contain: aws ec2 modify-instance-metadata-options --region INSTANCE_REGION --instance-id INSTANCE --http-tokens required --http-put-response-hop-limit 1 --http-protocol-ipv6 disabled (defaults: aws ec2 modify-instance-metadata-defaults --region REGION --http-tokens required --http-put-response-hop-limit 1)',
    preserveNode,
    revokeCaller,
    lookAround,
  ],
  blind: [
    'The envelope of ModifyInstanceMetadataDefaults is inferred from its family: both encodings are read.',
    'A call that enables the endpoint and requires tokens at once is how an instance is hardened, and is not counted. Nor is a limit of hops that is taken back as tokens become required by default: Terraform sends it so.',
    'Terraform that limits hops alone takes the default for tokens back, and is reported: let it set both.',
  ],
  examples: {
    matches: [
      {
        name: 'tokens are made optional',
        event: wrappedEc2('ModifyInstanceMetadataOptions', options({ HttpTokens: 'optional' })),
      },
      {
        name: 'the hop limit is raised, as text',
        event: wrappedEc2('ModifyInstanceMetadataOptions', options({ HttpPutResponseHopLimit: '3' })),
      },
      {
        name: 'the endpoint is switched back on',
        event: wrappedEc2('ModifyInstanceMetadataOptions', options({ HttpEndpoint: 'enabled' })),
      },
      {
        name: 'the account default no longer requires tokens, in the plain encoding',
        event: ec2('ModifyInstanceMetadataDefaults', { httpTokens: 'no-preference' }),
      },
      {
        name: 'the account default for hops is taken away',
        event: wrappedEc2('ModifyInstanceMetadataDefaults', { HttpPutResponseHopLimit: -1 }),
      },
      {
        name: 'the account no longer says whether tokens are enforced',
        event: wrappedEc2('ModifyInstanceMetadataDefaults', { HttpTokensEnforced: 'no-preference' }),
      },
    ],
    misses: [
      {
        name: 'tokens are required',
        event: wrappedEc2('ModifyInstanceMetadataOptions', options({ HttpTokens: 'required' })),
      },
      {
        name: 'tokens are required and the endpoint enabled, as the guide has it',
        event: wrappedEc2(
          'ModifyInstanceMetadataOptions',
          options({ HttpTokens: 'required', HttpEndpoint: 'enabled' }),
        ),
      },
      {
        name: 'Terraform requires tokens by default, and says nothing of the rest',
        event: wrappedEc2('ModifyInstanceMetadataDefaults', {
          HttpTokens: 'required',
          HttpPutResponseHopLimit: -1,
          HttpEndpoint: 'no-preference',
          InstanceMetadataTags: 'no-preference',
        }),
      },
      {
        name: 'a denied attempt',
        event: wrappedEc2('ModifyInstanceMetadataOptions', options({ HttpTokens: 'optional' }), {
          record: { errorCode: 'Client.UnauthorizedOperation' },
        }),
      },
    ],
  },
});
