import { developer, karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { clusterApiTags, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { listed, said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, preserveNode, revokeActing } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { list, member, text } from '../../core/json.ts';
import { launchedByAnother } from '../../core/state/instance.ts';

const claimed = (over = {}, tags: { readonly [key: string]: string } = { 'karpenter.sh/nodeclaim': 'default-abcde' }) =>
  writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], tags, { by: karpenter, ...over });
const others = runInstances({ by: clusterApi, tags: clusterApiTags });

export const detection = cloudtrail({
  id: 'cloudtrail/controller-tagged-foreign-resource',
  title: '{principal} tagged the instance {instance}, which it did not launch, as its own',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'high'],
  when: {
    fact: {
      'tags.written': { atCreation: false, steering: true, resourceType: 'instance' },
      'principal.controller': ['karpenter', 'cluster-api'],
      'call.outcome': 'succeeded',
    },
  },
  by: view => {
    const written = listed(view, 'tags.written').filter(
      one => member(one, 'steering') === true && text(one, 'resourceType') === 'instance',
    );
    return written
      .flatMap(one => list(one, 'resources'))
      .map(id => ({ principal: said(view, 'principal.id'), instance: typeof id === 'string' ? id : 'unknown' }));
  },
  state: launchedByAnother(),
  attack: ['T1578', 'T1565.001'],
  why: "A controller may tag what it launched. Its role writing ownership tags on somebody else's instance is the step before it terminates or adopts it, and clears itself in the rule for everybody else.",
  references: [
    'karpenter-provider-aws, getting-started cloudformation.yaml (AllowScopedResourceTagging) and website, "Threat model"',
    'EC2 API Reference, CreateTags',
  ],
  runbook: [confirmCall, preserveNode, revokeActing, lookAround],
  blind: [
    'Silent for instances launched before the pipeline, until they are inventoried.',
    'Only instances are known by who launched them: subnets, security groups and templates are not.',
  ],
  examples: {
    matches: [
      {
        name: "Karpenter claims an instance of the Cluster API provider's",
        severity: 'high',
        event: claimed(),
        after: [others],
      },
      {
        name: 'a role that only looks like Karpenter, while the settings name none',
        severity: 'low',
        event: claimed(),
        after: [others],
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'Karpenter names what it launched after its NodeClaim', event: claimed(), after: [fleetRun()] },
      { name: 'Karpenter tags an instance whose launch was not seen', event: claimed() },
      { name: 'Karpenter writes an ordinary tag', event: claimed({}, { Name: 'default-abcde' }), after: [others] },
      {
        name: 'Karpenter tags a volume',
        event: writeTags('CreateTags', ['vol-0aaa'], { 'karpenter.sh/nodepool': 'default' }, { by: karpenter }),
        after: [others],
      },
      { name: "a developer's tag, which has a rule of its own", event: claimed({ by: developer }), after: [others] },
      {
        name: 'a refused attempt',
        event: claimed({ record: { errorCode: 'Client.UnauthorizedOperation' } }),
        after: [others],
      },
      {
        name: 'the launch of an instance whose record came twice, with its tags',
        event: runInstances({ by: karpenter, tags: { 'karpenter.sh/nodepool': 'default' } }),
        after: [others],
      },
    ],
  },
});
