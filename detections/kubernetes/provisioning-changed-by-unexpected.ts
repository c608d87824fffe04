import { stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, component, iamSession, node, users } from '../../core/kubernetes/example.ts';
import { provisioningGroup, unsaid, writes } from '../../core/kubernetes/groups.ts';
import { byUserAndObjects, joinedObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'ec2nodeclasses.karpenter.k8s.aws';
const named = { objectRef: { name: 'default' } };

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
const service = { service: { namespace: 'team-a', name: 'tool' } };
const converted = (name: string, clientConfig: JsonObject, over = {}) =>
  audit('patch', definitions, {
    objectRef: { name },
    requestObject: { spec: { conversion: { strategy: 'Webhook', webhook: { clientConfig } } } },
    ...over,
  });

export const detection = kubernetes({
  id: 'kubernetes/provisioning-changed-by-unexpected',
  title: '{principal} changed what makes nodes: {event}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'high'],
  when: {
    $or: [
      {
        verb: [...writes],
        objectRef: {
          apiGroup: [...provisioningGroup],
          // The last three are what Karpenter before 0.32 calls NodePools, NodeClaims and node classes.
          resource: [
            'nodepools',
            'nodeclaims',
            'nodeoverlays',
            { suffix: 'nodeclasses' },
            'provisioners',
            'machines',
            'awsnodetemplates',
          ],
        },
      },
      // With its definition go all objects of a kind.
      {
        verb: ['delete', 'deletecollection'],
        objectRef: {
          apiGroup: 'apiextensions.k8s.io',
          resource: 'customresourcedefinitions',
          name: [{ suffix: '.karpenter.sh' }, { suffix: '.karpenter.k8s.aws' }, ...unsaid],
        },
      },
      // Whoever answers for a group in the API server's place says what its objects are, and sees who writes them.
      {
        verb: ['create', 'update', 'patch'],
        objectRef: {
          apiGroup: 'apiregistration.k8s.io',
          resource: 'apiservices',
          name: [{ suffix: '.karpenter.sh' }, { suffix: '.karpenter.k8s.aws' }, { suffix: '.cluster.x-k8s.io' }],
        },
      },
      // So does whoever converts them from one version to another. Injectors of certificates write definitions all day.
      {
        objectRef: {
          name: [{ suffix: '.karpenter.sh' }, { suffix: '.karpenter.k8s.aws' }, { suffix: '.cluster.x-k8s.io' }],
        },
        fact: { 'definition.converted': 'elsewhere', 'principal.standing': 'person' },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'platform', 'gitops', 'service'] } }],
  by: byUserAndObjects,
  resources: joinedObject,
  attack: ['T1578.002', 'T1610'],
  why: 'A NodePool or node class decides which machines start, from which image, with which role and user data. Whoever has the built-in `admin` role cluster-wide may write them, because Karpenter’s chart aggregates into it.',
  references: [
    'karpenter-provider-aws, charts/karpenter, aggregate-clusterrole.yaml',
    'Karpenter documentation, NodePools and NodeClasses',
    'Amazon EKS best practices, Detective controls (custom resources at Metadata level)',
    'karpenter-provider-azure (karpenter.azure.com, aksnodeclasses); karpenter-provider-gcp (karpenter.k8s.gcp, gcenodeclasses)',
  ],
  runbook: [
    confirm("objectRef.apiGroup like 'karpenter' and objectRef.name = 'NAME'"),
    stopProvisioning,
    compare('KIND'),
    'See what was launched since: kubectl get nodeclaims --sort-by=.metadata.creationTimestamp, and aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateFleet --region REGION',
    `${removeAccess}. ${lookAround}`,
  ],
  blind: [
    'Of a definition that is changed, not deleted, a person’s conversion webhook is judged: not its validation, and not a program’s, for injectors of certificates change them all the time.',
    'EKS logs no bodies of custom resources: that the object changed is seen, not how. CloudTrail’s CreateLaunchTemplate and RunInstances show the effect (cloudtrail/launch-template-unhardened, cloudtrail/unintended-role-launched).',
    'A change by gitops or the platform is theirs, whoever wrote the commit.',
  ],
  examples: {
    matches: [
      { name: 'a developer patches a node class', event: audit('patch', target, named) },
      {
        name: 'a developer creates a NodePool',
        event: audit('create', 'nodepools.karpenter.sh', { objectRef: { name: 'miners' } }),
      },
      {
        name: 'a node deletes a NodeClaim',
        event: audit('delete', 'nodeclaims.karpenter.sh', { user: node(), ...named }),
      },
      {
        name: 'a developer changes Auto Mode’s node class',
        event: audit('update', 'nodeclasses.eks.amazonaws.com', named),
      },
      {
        name: 'a developer changes an Azure node class',
        event: audit('patch', 'aksnodeclasses.karpenter.azure.com', named),
      },
      {
        name: 'a developer changes a GCP node class',
        event: audit('patch', 'gcenodeclasses.karpenter.k8s.gcp', named),
      },
      {
        name: 'the platform impersonates a developer',
        event: audit('patch', target, { ...named, user: users.platform, impersonatedUser: users.developer }),
      },
      {
        name: 'a developer impersonates the platform',
        event: audit('patch', target, { ...named, impersonatedUser: users.platform }),
      },
      {
        name: 'an access entry names a developer like the platform’s session',
        event: audit('patch', target, {
          ...named,
          user: { ...users.developer, username: users.platform.username ?? '' },
        }),
      },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: audit('patch', target, { ...named, user: users.karpenter }),
        settings: { controllers: [] },
      },
      {
        name: 'Karpenter’s account of another cluster',
        event: audit('patch', target, { ...named, cluster: 'fleet', user: users.karpenter }),
      },
      {
        name: 'a developer changes a provisioner of Karpenter 0.31',
        event: audit('patch', 'provisioners.karpenter.sh', named),
      },
      {
        name: 'a developer deletes the definition of NodePools, and with it every NodePool',
        event: audit('delete', definitions, { objectRef: { name: 'nodepools.karpenter.sh' } }),
      },
      {
        name: 'a developer answers for Karpenter’s group',
        event: audit('patch', 'apiservices.apiregistration.k8s.io', { objectRef: { name: 'v1.karpenter.sh' } }),
      },
      {
        name: 'a developer lets a service of his own convert NodePools',
        event: converted('nodepools.karpenter.sh', service),
      },
      { name: 'a developer deletes all definitions', event: audit('deletecollection', definitions) },
    ],
    misses: [
      {
        name: 'an injector puts a certificate into the definition',
        event: converted('nodepools.karpenter.sh', { caBundle: 'AA==' }),
      },
      {
        name: 'a program keeps what converts NodePools',
        event: converted('nodepools.karpenter.sh', service, { user: users.workload }),
      },
      {
        name: 'a developer lets a service convert widgets',
        event: converted('widgets.example.com', service),
      },
      {
        name: 'a developer answers for another group',
        event: audit('create', 'apiservices.apiregistration.k8s.io', { objectRef: { name: 'v1beta1.metrics.k8s.io' } }),
      },
      {
        name: 'a resource of that name in another group',
        event: audit('create', 'apiservices.example.com', { objectRef: { name: 'v1.karpenter.sh' } }),
      },
      {
        name: 'a developer changes something else of the group',
        event: audit('create', 'widgets.apiregistration.k8s.io', { objectRef: { name: 'v1.karpenter.sh' } }),
      },
      { name: 'Karpenter', event: audit('patch', target, { ...named, user: users.karpenter }) },
      { name: 'the platform', event: audit('patch', target, { ...named, user: users.platform }) },
      {
        name: "EKS Auto Mode, with EKS's service-linked role",
        event: audit('create', 'nodeclaims.karpenter.sh', {
          objectRef: { name: 'general-purpose-x2x7z' },
          user: iamSession('AWSServiceRoleForAmazonEKS', 'aws-go-sdk-1788256800000000000'),
        }),
      },
      { name: 'Flux', event: audit('patch', target, { ...named, user: users.gitops }) },
      {
        name: 'the garbage collector',
        event: audit('delete', 'nodeclaims.karpenter.sh', { ...named, user: users.garbage }),
      },
      {
        name: 'a component of the control plane',
        event: audit('delete', 'nodeclaims.karpenter.sh', { ...named, user: component('kube-controller-manager') }),
      },
      { name: 'a developer looks at it', event: audit('get', target, named) },
      {
        name: 'a developer changes a resource of that name elsewhere',
        event: audit('patch', 'nodepools.example.com', named),
      },
      {
        name: 'a developer changes another resource of the group',
        event: audit('patch', 'nodediagnostics.eks.amazonaws.com', named),
      },
      { name: 'a developer may not', event: audit('patch', target, { ...named, responseStatus: { code: 403 } }) },
      {
        name: 'an injector of certificates changes the definition',
        event: audit('patch', definitions, { objectRef: { name: 'nodepools.karpenter.sh' } }),
      },
      {
        name: 'a developer deletes another definition',
        event: audit('delete', definitions, { objectRef: { name: 'widgets.example.com' } }),
      },
      {
        name: 'a developer deletes what bears the name of a definition',
        event: audit('delete', 'apiservices.apiregistration.k8s.io', { objectRef: { name: 'v1.karpenter.sh' } }),
      },
      {
        name: 'a developer deletes another resource of the group',
        event: audit('delete', 'widgets.apiextensions.k8s.io', { objectRef: { name: 'nodepools.karpenter.sh' } }),
      },
      {
        name: 'a developer deletes a resource of that name elsewhere',
        event: audit('delete', 'customresourcedefinitions.example.com', {
          objectRef: { name: 'nodepools.karpenter.sh' },
        }),
      },
    ],
  },
});
