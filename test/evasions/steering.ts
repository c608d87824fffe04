import { call, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const named = { objectRef: { name: 'default' } };
const steered: Form['seen'] = ['kubernetes/provisioning-changed-by-unexpected', 'high'];
const fleet = (verb: string, target: string, name = 'workers', over: object = {}) =>
  audit(verb, target, { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name }, ...over });
const group = 'karpenter.sh';
const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
const hooks = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
const template = 'karpenter.k8s.aws/1234567890123456789';
const developer = roleSession('developer', 'alice');

/** What nodes are made from. */
export const ofNodes: Family = {
  goal: 'What nodes are made from',
  forms: [
    ...['create', 'update', 'patch', 'delete'].map(
      (verb): Form => ({ form: `a NodePool: ${verb}`, event: audit(verb, `nodepools.${group}`, named), seen: steered }),
    ),
    { form: 'every NodePool at once', event: audit('deletecollection', `nodepools.${group}`), seen: steered },
    {
      form: 'every NodePool at once, of which one was refused by admission',
      event: audit('deletecollection', `nodepools.${group}`, {
        responseStatus: { code: 403 },
        annotations: { 'authorization.k8s.io/decision': 'allow' },
      }),
      seen: steered,
    },
    {
      form: 'a NodePool deleted, with a dry run in the address that its body does not ask for',
      event: audit('delete', `nodepools.${group}`, {
        ...named,
        requestURI: '/apis/karpenter.sh/v1/nodepools/default?dryRun=All',
      }),
      seen: ['kubernetes/nodepool-deleted', 'medium'],
    },
    {
      form: 'a NodePool whose change timed out',
      event: audit('patch', `nodepools.${group}`, { ...named, responseStatus: { code: 504 } }),
      seen: steered,
    },
    { form: 'its status', event: audit('patch', `nodepools.${group}/status`, named), seen: steered },
    { form: 'a node class of Auto Mode', event: audit('patch', 'nodeclasses.eks.amazonaws.com', named), seen: steered },
    { form: 'a node overlay', event: audit('create', `nodeoverlays.${group}`, named), seen: steered },
    { form: 'a node claim', event: audit('create', `nodeclaims.${group}`, { objectRef: {} }), seen: steered },
    {
      form: 'a provisioner of Karpenter 0.31',
      event: audit('patch', `provisioners.${group}`, { objectRef: { name: 'default', apiVersion: 'v1alpha5' } }),
      seen: steered,
    },
    {
      form: 'a NodePool by an older version of its API',
      event: audit('patch', `nodepools.${group}`, { objectRef: { name: 'default', apiVersion: 'v1beta1' } }),
      seen: steered,
    },
    {
      form: 'the definition of NodePools deleted',
      event: audit('delete', definitions, { objectRef: { name: `nodepools.${group}` } }),
      seen: steered,
    },
    {
      form: 'a service of one’s own converts NodePools',
      event: audit('patch', definitions, {
        objectRef: { name: `nodepools.${group}` },
        requestObject: {
          spec: {
            conversion: { strategy: 'Webhook', webhook: { clientConfig: { service: { namespace: 'x', name: 'y' } } } },
          },
        },
      }),
      seen: steered,
    },
    {
      form: 'a server of one’s own answers for Karpenter’s group',
      event: audit('patch', 'apiservices.apiregistration.k8s.io', { objectRef: { name: `v1.${group}` } }),
      seen: steered,
    },
    {
      form: 'the validation in the definition of NodePools',
      event: audit('patch', definitions, {
        objectRef: { name: `nodepools.${group}` },
        requestObject: { spec: { versions: [] } },
      }),
      seen: unseen('charts and injectors change definitions all the time; what is written afterwards is seen'),
    },
    {
      form: 'a webhook before node classes',
      event: audit('create', hooks, {
        ...named,
        requestObject: { webhooks: [{ rules: [{ apiGroups: ['karpenter.k8s.aws'], resources: ['*'] }] }] },
      }),
      seen: ['kubernetes/admission-guard-tampered', 'high'],
    },
    {
      form: 'a webhook before node classes, by a workload’s account',
      event: audit('create', hooks, {
        ...named,
        user: serviceAccount('tool', 'team-a'),
        requestObject: { webhooks: [{ rules: [{ apiGroups: ['karpenter.k8s.aws'], resources: ['*'] }] }] },
      }),
      seen: unseen('programs make webhooks of their own all day; that it was given the right to is seen where it was'),
    },
    {
      form: 'a policy that rewrites NodePools',
      event: audit('create', 'mutatingadmissionpolicies.admissionregistration.k8s.io', {
        ...named,
        requestObject: {
          spec: { matchConstraints: { resourceRules: [{ apiGroups: [group], resources: ['nodepools'] }] } },
        },
      }),
      seen: ['kubernetes/admission-guard-tampered', 'high'],
    },
    {
      form: 'a label of a node',
      event: audit('patch', 'nodes', {
        ...named,
        requestObject: { metadata: { labels: { 'karpenter.sh/nodepool': 'x' } } },
      }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'the same, by JSON Patch',
      event: audit('patch', 'nodes', {
        ...named,
        requestObject: [{ op: 'add', path: 'x/metadata/labels/karpenter.sh~1nodepool', value: 'x' }],
      }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'the same, by the node’s status',
      event: audit('patch', 'nodes/status', {
        ...named,
        requestObject: { metadata: { labels: { 'karpenter.sh/nodepool': 'x' } } },
      }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'all labels of a node at once',
      event: audit('patch', 'nodes', {
        ...named,
        requestObject: { metadata: { labels: { $patch: 'replace', a: 'b' } } },
      }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'a node sent whole',
      event: audit('update', 'nodes', { ...named, requestObject: { metadata: {} } }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'a node’s label, by a program',
      event: audit('patch', 'nodes', {
        ...named,
        user: users.workload,
        requestObject: { metadata: { labels: { 'karpenter.sh/nodepool': 'x' } } },
      }),
      seen: unseen('programs label nodes all day'),
    },
    {
      form: 'bootstrap configuration of Cluster API',
      event: fleet('patch', 'kubeadmconfigtemplates.bootstrap.cluster.x-k8s.io'),
      seen: ['kubernetes/capi-object-changed-by-unexpected', 'high'],
    },
    {
      form: 'a ClusterResourceSet',
      event: fleet('create', 'clusterresourcesets.addons.cluster.x-k8s.io'),
      seen: ['kubernetes/capi-object-changed-by-unexpected', 'high'],
    },
    {
      form: 'a ClusterClass',
      event: fleet('update', 'clusterclasses.cluster.x-k8s.io'),
      seen: ['kubernetes/clusterclass-changed', 'critical'],
    },
    {
      form: 'an identity by which Cluster API acts',
      event: fleet('patch', 'awsclusterroleidentities.infrastructure.cluster.x-k8s.io'),
      seen: ['kubernetes/capa-identity-changed', 'critical'],
    },
    {
      form: 'a cluster deleted, with a dry run in the address alone',
      event: fleet('delete', 'clusters.cluster.x-k8s.io', 'prod', {
        requestURI: '/apis/cluster.x-k8s.io/v1beta2/namespaces/fleet-eu/clusters/prod?dryRun=All',
      }),
      seen: ['kubernetes/capi-cluster-deleted', 'high'],
    },
    {
      form: 'the namespace of clusters deleted',
      event: audit('delete', 'namespaces', { cluster: 'fleet', user: users.admin, objectRef: { name: 'fleet-eu' } }),
      seen: ['kubernetes/capi-cluster-deleted', 'high'],
    },
    {
      form: 'a machine kept from being looked after',
      event: fleet('delete', 'machinehealthchecks.cluster.x-k8s.io'),
      seen: ['kubernetes/machine-remediation-weakened', 'medium'],
    },
    {
      form: 'another version of Karpenter’s launch template',
      event: wrappedEc2('CreateLaunchTemplateVersion', {
        LaunchTemplateName: template,
        LaunchTemplateData: { ImageId: 'ami-1' },
      }),
      seen: ['cloudtrail/karpenter-template-poisoned', 'critical'],
    },
    {
      form: 'the same by the template’s id, which only the response names',
      event: wrappedEc2(
        'CreateLaunchTemplateVersion',
        { LaunchTemplateId: 'lt-1', LaunchTemplateData: { ImageId: 'ami-1' } },
        {},
        { launchTemplateVersion: { launchTemplateId: 'lt-1', launchTemplateName: template } },
      ),
      seen: ['cloudtrail/karpenter-template-poisoned', 'critical'],
    },
    {
      form: 'the same, with Karpenter’s tags on it',
      event: createTemplate({ by: developer }),
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
    },
    {
      form: 'a template under the name that Karpenter looks for',
      event: createTemplate({ by: developer, tags: {} }),
      seen: ['cloudtrail/karpenter-template-poisoned', 'critical'],
    },
    {
      form: 'tags by which Karpenter owns',
      event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], { 'karpenter.sh/nodepool': 'x' }),
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
    },
    {
      form: 'the same through the Resource Groups Tagging API',
      event: writeTags(
        'CreateTags',
        ['i-0aaaabbbbccccdddd'],
        { 'karpenter.sh/nodepool': 'x' },
        { by: { ...developer, invokedBy: 'tagging.amazonaws.com' } },
      ),
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
    },
    {
      form: 'the call of the Resource Groups Tagging API itself',
      event: other('tagging', 'TagResources', {
        resourceARNList: ['arn:aws:ec2:eu-west-1:111122223333:instance/i-1'],
        tags: { 'karpenter.sh/nodepool': 'x' },
      }),
      seen: unseen('EC2 records the CreateTags that it makes for the caller'),
    },
    {
      form: 'tags by which it selects subnets',
      event: writeTags('CreateTags', ['subnet-0aaa'], { 'karpenter.sh/discovery': 'prod' }),
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
    },
    {
      form: 'all tags of an instance removed',
      event: ec2('DeleteTags', { resourcesSet: { items: [{ resourceId: 'i-0aaaabbbbccccdddd' }] } }),
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
    },
    {
      form: 'a tag key in another case',
      event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], { 'Karpenter.sh/NodePool': 'x' }),
      seen: unseen('tag keys have case: Karpenter does not see it either'),
    },
    {
      form: 'a tag key with a letter of another alphabet',
      event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], { 'k\u0430rpenter.sh/nodepool': 'x' }),
      seen: unseen('Karpenter does not see it either'),
    },
    {
      form: 'tags by which images are selected',
      event: writeTags('CreateTags', ['ami-0fedcba9876543210'], { 'karpenter.sh/discovery': 'prod' }),
      seen: ['cloudtrail/image-selector-tag-written', 'high'],
    },
    {
      form: 'the same, on an image that comes out of a bucket',
      event: wrappedEc2(
        'CreateRestoreImageTask',
        {
          Bucket: 'x',
          ObjectKey: 'ami-1.bin',
          TagSpecification: {
            tag: 1,
            ResourceType: 'image',
            Tag: { tag: 1, Key: 'karpenter.sh/discovery', Value: 'prod' },
          },
        },
        {},
        { imageId: 'ami-0fedcba9876543210' },
      ),
      seen: ['cloudtrail/image-selector-tag-written', 'high'],
    },
    {
      form: 'the parameter from which images are taken',
      event: other('ssm', 'PutParameter', { name: 'x', dataType: 'aws:ec2:image', overwrite: true }),
      seen: ['cloudtrail/image-parameter-written', 'high'],
    },
    {
      form: 'its label moved away',
      event: other('ssm', 'UnlabelParameterVersion', { name: '/nodes/ami', labels: ['prod'], parameterVersion: 3 }),
      seen: ['cloudtrail/image-parameter-written', 'high'],
    },
    {
      form: 'the template of a node group',
      event: eks('UpdateNodegroupVersion', { nodegroupName: 'x', launchTemplate: { version: '9' } }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'high'],
    },
    {
      form: 'a refresh of the group behind it',
      event: other('autoscaling', 'StartInstanceRefresh', { autoScalingGroupName: 'eks-x', desiredConfiguration: {} }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'high'],
    },
    {
      form: 'the queue that ends nodes',
      event: other('sqs', 'SetQueueAttributes', {
        queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/prod',
        attributes: { Policy: '{}' },
      }),
      seen: ['cloudtrail/interruption-queue-changed', 'high'],
    },
    {
      form: 'a message in the queue that ends nodes',
      event: other('sqs', 'SendMessage', { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/prod' }),
      seen: unseen(
        'messages are data events, which trails leave out as a rule; what Karpenter ends for them is seen in the cluster',
      ),
    },
    {
      form: 'a NodePool by GitOps, whose repository somebody changed',
      event: audit('patch', `nodepools.${group}`, { ...named, user: users.gitops }),
      seen: unseen('it is GitOps’, whoever wrote the commit'),
    },
    {
      form: 'what GitOps applies',
      event: audit('patch', 'kustomizations.kustomize.toolkit.fluxcd.io', {
        objectRef: { namespace: 'flux-system', name: 'x' },
      }),
      seen: ['kubernetes/gitops-guard-changed', 'high'],
    },
    {
      form: 'Argo CD’s rights, in its config map',
      event: audit('patch', 'configmaps', { objectRef: { namespace: 'argocd', name: 'argocd-rbac-cm' } }),
      seen: unseen('config maps of GitOps are not watched: they have no body, and programs write them all day'),
    },
    {
      form: 'a controller’s instances ended by its role',
      event: call('ec2', 'TerminateInstances', {
        userIdentity: karpenter,
        requestParameters: { instancesSet: { items: [{ instanceId: 'i-0eeeeffff00001111' }] } },
        sourceIPAddress: '203.0.113.10',
      }),
      seen: unseen(
        'who launched the instance was not seen: of one that another launched it is (cloudtrail/karpenter-terminated-foreign-instance)',
      ),
    },
  ],
};

const webhooks = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
const guard: Form['seen'] = ['kubernetes/admission-guard-tampered', 'critical'];
const guardHigh: Form['seen'] = ['kubernetes/admission-guard-tampered', 'high'];
const hook = (over: JsonObject) =>
  audit('patch', webhooks, {
    objectRef: { name: 'images' },
    requestObject: { webhooks: [{ name: 'a.example.com', ...over }] },
  });
const operations = (...requestObject: readonly JsonObject[]) =>
  audit('patch', webhooks, { objectRef: { name: 'images' }, requestObject });
const policies = 'validatingadmissionpolicies.admissionregistration.k8s.io';
const lowered: Form['seen'] = ['kubernetes/namespace-guard-removed', 'high'];
const namespace = (requestObject: JsonObject, verb = 'patch') =>
  audit(verb, 'namespaces', { cluster: 'fleet', user: users.admin, objectRef: { name: 'capi-system' }, requestObject });

/** What keeps others out. */
export const ofGuards: Family = {
  goal: 'Past what guards the cluster and the account',
  forms: [
    { form: 'a webhook deleted', event: audit('delete', webhooks, { objectRef: { name: 'images' } }), seen: guard },
    {
      form: 'the same, with a dry run in the address that its body does not ask for',
      event: audit('delete', webhooks, {
        objectRef: { name: 'images' },
        requestURI: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/images?dryRun=All',
        requestObject: { kind: 'DeleteOptions' },
      }),
      seen: guard,
    },
    {
      form: 'all webhooks deleted, of which one could not be',
      event: audit('deletecollection', webhooks, { responseStatus: { code: 500 } }),
      seen: guard,
    },
    { form: 'failurePolicy: Ignore', event: hook({ failurePolicy: 'Ignore' }), seen: guard },
    {
      form: 'the same by JSON Patch',
      event: operations({ op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' }),
      seen: guard,
    },
    {
      form: 'the same, by a path with something before its first slash',
      event: operations({ op: 'replace', path: 'x/webhooks/0/failurePolicy', value: 'Ignore' }),
      seen: guard,
    },
    { form: 'no rules', event: hook({ rules: [] }), seen: guard },
    {
      form: 'one webhook taken out by its index',
      event: operations({ op: 'remove', path: '/webhooks/-1' }),
      seen: guard,
    },
    { form: 'one webhook taken out by its name ($patch: delete)', event: hook({ $patch: 'delete' }), seen: guard },
    { form: 'a namespace left out', event: hook({ namespaceSelector: { matchExpressions: [] } }), seen: guardHigh },
    {
      form: 'a condition that never holds',
      event: hook({ matchConditions: [{ name: 'x', expression: 'false' }] }),
      seen: guardHigh,
    },
    { form: 'another server asked', event: hook({ clientConfig: { url: 'https://198.51.100.7/' } }), seen: guardHigh },
    {
      form: 'a policy’s rule that always holds',
      event: audit('patch', policies, {
        objectRef: { name: 'x' },
        requestObject: { spec: { validations: [{ expression: 'true' }] } },
      }),
      seen: guardHigh,
    },
    {
      form: 'a policy’s rule removed',
      event: audit('patch', policies, {
        objectRef: { name: 'x' },
        requestObject: [{ op: 'remove', path: '/spec/validations/0' }],
      }),
      seen: guard,
    },
    {
      form: 'a policy that only audits',
      event: audit('patch', 'validatingadmissionpolicybindings.admissionregistration.k8s.io', {
        objectRef: { name: 'x' },
        requestObject: { spec: { validationActions: ['Audit'] } },
      }),
      seen: guard,
    },
    {
      form: 'the definition of Kyverno’s policies deleted',
      event: audit('delete', definitions, { objectRef: { name: 'clusterpolicies.kyverno.io' } }),
      seen: guard,
    },
    {
      form: 'a policy of Kyverno changed',
      event: audit('update', 'clusterpolicies.kyverno.io', { objectRef: { name: 'x' } }),
      seen: guardHigh,
    },
    {
      form: 'an exception to it',
      event: audit('create', 'policyexceptions.kyverno.io', { objectRef: { namespace: 'team-a', name: 'x' } }),
      seen: guardHigh,
    },
    {
      form: 'a constraint of Gatekeeper deleted',
      event: audit('delete', 'k8srequiredlabels.constraints.gatekeeper.sh', { objectRef: { name: 'x' } }),
      seen: guard,
    },
    {
      form: 'a constraint of Gatekeeper changed',
      event: audit('patch', 'k8srequiredlabels.constraints.gatekeeper.sh', { objectRef: { name: 'x' } }),
      seen: unseen('of Gatekeeper’s only what goes is watched: its status is written all day'),
    },
    {
      form: 'a webhook sent whole without one that it had',
      event: audit('update', webhooks, {
        objectRef: { name: 'images' },
        requestObject: {
          webhooks: [
            { name: 'b.example.com', failurePolicy: 'Fail', rules: [{ apiGroups: ['apps'], resources: ['x'] }] },
          ],
        },
      }),
      seen: unseen('what was there before is in no record'),
    },
    {
      form: 'a guard’s pods scaled to none',
      event: audit('patch', 'deployments.apps/scale', {
        objectRef: { namespace: 'kyverno', name: 'kyverno-admission-controller' },
      }),
      seen: unseen('a guard without pods fails as its failurePolicy says; GitOps and autoscalers scale all day'),
    },
    {
      form: 'Pod Security’s level removed',
      event: namespace({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } } }),
      seen: lowered,
    },
    { form: 'all labels removed at once', event: namespace({ metadata: { labels: null } }), seen: lowered },
    {
      form: 'the labels replaced ($patch: replace)',
      event: namespace({ metadata: { labels: { $patch: 'replace' } } }),
      seen: lowered,
    },
    {
      form: 'the namespace sent whole without a level',
      event: namespace({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'capi-system' } }, 'update'),
      seen: lowered,
    },
    {
      form: 'a level below, that is none of the lowest',
      event: namespace({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }),
      seen: unseen('what the level was is in no record'),
    },
    {
      form: 'a network policy deleted',
      event: audit('delete', 'networkpolicies.networking.k8s.io', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'capa-system', name: 'x' },
      }),
      seen: lowered,
    },
    {
      form: 'a network policy for nobody',
      event: audit('patch', 'networkpolicies.networking.k8s.io', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'capa-system', name: 'x' },
        requestObject: { spec: { podSelector: { matchLabels: { a: 'b' } } } },
      }),
      seen: lowered,
    },
    {
      form: 'one more, that lets everything out',
      event: audit('create', 'networkpolicies.networking.k8s.io', {
        cluster: 'fleet',
        user: serviceAccount('team-a', 'x'),
        objectRef: { namespace: 'capa-system', name: 'x' },
        requestObject: { spec: { egress: [{}] } },
      }),
      seen: lowered,
    },
    {
      form: 'allowed images switched off',
      event: wrappedEc2('DisableAllowedImagesSettings', {}),
      seen: ['cloudtrail/image-guard-lowered', 'high'],
    },
    {
      form: 'allowed images only audited',
      event: wrappedEc2('EnableAllowedImagesSettings', { AllowedImagesSettingsState: 'audit-mode' }),
      seen: ['cloudtrail/image-guard-lowered', 'high'],
    },
    {
      form: 'the API server opened',
      event: eks('UpdateClusterConfig', { resourcesVpcConfig: { publicAccessCidrs: ['0.0.0.0/1', '128.0.0.0/1'] } }),
      seen: ['cloudtrail/eks-endpoint-exposed', 'high'],
    },
    {
      form: 'access entries of nodes deleted',
      event: eks('DeleteAccessEntry', {
        principalArn: 'arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2FKarpenterNodeRole-prod',
      }),
      seen: unseen('it locks out and lets nobody in; nodes that leave are seen in the cluster'),
    },
  ],
};

const secretId = 'aws.cluster.x-k8s.io/5f0e9f51-0000-4000-8000-000000000001-0';
const token = { namespace: 'kube-system', name: 'bootstrap-token-abc123' };

/** What lets a machine join, and what it boots with. */
export const ofBoot: Family = {
  goal: 'What machines boot with and join by',
  forms: [
    {
      form: 'a bootstrap token made',
      event: audit('create', 'secrets', { objectRef: token }),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    {
      form: 'one made under a generated name, and given its content',
      event: audit('patch', 'secrets', { objectRef: { namespace: 'kube-system', name: 'bootstrap-token-axk2p9' } }),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    {
      form: 'a bootstrap token made under a generated name',
      event: audit('create', 'secrets', { objectRef: { namespace: 'kube-system' } }),
      seen: unseen('it has no name in its record and is no token before it is given one’s id'),
    },
    {
      form: 'bootstrap data written',
      event: fleet('patch', 'secrets', 'workers-x7k2p'),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    {
      form: 'bootstrap data read',
      event: fleet('get', 'secrets', 'workers-x7k2p'),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'all secrets watched',
      event: audit('watch', 'secrets', { cluster: 'fleet', user: users.admin }),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'secrets of kube-system listed, but Helm’s',
      event: audit('list', 'secrets', {
        objectRef: { namespace: 'kube-system' },
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=owner!%3Dhelm',
      }),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'the same, with Helm’s selector behind another',
      event: audit('list', 'secrets', {
        objectRef: { namespace: 'kube-system' },
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=&labelSelector=owner%3Dhelm',
      }),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'Helm’s own secrets of kube-system listed',
      event: audit('list', 'secrets', {
        objectRef: { namespace: 'kube-system' },
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=owner%3Dhelm',
      }),
      seen: unseen('Helm asks so at every upgrade, and gets its releases alone'),
    },
    {
      form: 'what kubeadm tells machines',
      event: audit('update', 'configmaps', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'kube-system', name: 'kubelet-config' },
      }),
      seen: ['kubernetes/bootstrap-secret-written', 'high'],
    },
    {
      form: 'user data read',
      event: ec2('DescribeInstanceAttribute', { attribute: 'USERDATA', instanceId: 'i-0aaaabbbbccccdddd' }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'a template made from an instance',
      event: wrappedEc2('GetLaunchTemplateData', { InstanceId: 'i-0aaaabbbbccccdddd' }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'the latest versions of all templates',
      event: wrappedEc2('DescribeLaunchTemplateVersions', { LaunchTemplateVersion: { tag: 1, content: '$Latest' } }),
      seen: ['cloudtrail/bootstrap-data-read', 'medium'],
    },
    {
      form: 'launch configurations, with their user data',
      event: other('autoscaling', 'DescribeLaunchConfigurations', {}),
      seen: unseen('autoscalers ask for them all day, without a name'),
    },
    {
      form: 'Cluster API’s secret read by part of its ARN',
      event: call('secretsmanager', 'GetSecretValue', {
        requestParameters: { secretId: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secretId}` },
      }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'several at once',
      event: call('secretsmanager', 'BatchGetSecretValue', { requestParameters: { secretIdList: ['x', secretId] } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'several secrets at once, by a filter',
      event: call('secretsmanager', 'BatchGetSecretValue', {
        requestParameters: { filters: [{ key: 'name', values: ['aws.cluster'] }] },
      }),
      seen: unseen('each secret that is read so has a GetSecretValue of its own'),
    },
    {
      form: 'its secret written',
      event: call('secretsmanager', 'PutSecretValue', { requestParameters: { secretId } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'its secret opened to another account',
      event: call('secretsmanager', 'PutResourcePolicy', { requestParameters: { secretId } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'its secret written by a node',
      event: call('secretsmanager', 'UpdateSecret', { userIdentity: nodeSession(), requestParameters: { secretId } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'every parameter from the root',
      event: call('ssm', 'GetParametersByPath', { requestParameters: { path: '/', recursive: true } }),
      seen: ['cloudtrail/bootstrap-data-read', 'medium'],
    },
    {
      form: 'a parameter of Cluster API by its ARN',
      event: call('ssm', 'GetParameter', {
        requestParameters: { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/cluster.x-k8s.io/x/0' },
      }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
  ],
};

const blinded: Form['seen'] = ['cloudtrail/detection-disabled', 'critical'];
const trail = (api: string, request: JsonObject) => other('cloudtrail', api, request);
const ours = 'tripline-prod-Findings';

/** What would blind the watch. */
export const ofWatch: Family = {
  goal: 'Blinding the watch',
  forms: [
    {
      form: 'the trail stopped',
      event: trail('StopLogging', { name: 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/x' }),
      seen: blinded,
    },
    {
      form: 'only what writes logged',
      event: trail('PutEventSelectors', {
        trailName: 'x',
        eventSelectors: [{ readWriteType: 'WriteOnly', includeManagementEvents: true }],
      }),
      seen: blinded,
    },
    {
      form: 'a service left out',
      event: trail('PutEventSelectors', {
        trailName: 'x',
        eventSelectors: [{ readWriteType: 'All', excludeManagementEventSources: ['kms.amazonaws.com'] }],
      }),
      seen: blinded,
    },
    {
      form: 'an advanced selector narrowed by one field',
      event: trail('PutEventSelectors', {
        trailName: 'x',
        advancedEventSelectors: [
          {
            fieldSelectors: [
              { field: 'eventCategory', equals: ['Management'] },
              { field: 'eventName', notEquals: ['x'] },
            ],
          },
        ],
      }),
      seen: blinded,
    },
    {
      form: 'an event data store narrowed',
      event: trail('UpdateEventDataStore', {
        eventDataStore: 'x',
        advancedEventSelectors: [{ fieldSelectors: [{ field: 'eventCategory', equals: ['Data'] }] }],
      }),
      seen: blinded,
    },
    {
      form: 'a trail sent elsewhere',
      event: trail('UpdateTrail', { name: 'x', cloudWatchLogsLogGroupArn: '' }),
      seen: blinded,
    },
    {
      form: 'the account taken out of the organization',
      event: other('organizations', 'RemoveAccountFromOrganization', { accountId: '111122223333' }),
      seen: blinded,
    },
    {
      form: 'control-plane logs off',
      event: eks('UpdateClusterConfig', {
        logging: {
          clusterLogging: [
            { types: ['api'], enabled: true },
            { types: ['audit'], enabled: 'false' },
          ],
        },
      }),
      seen: ['cloudtrail/eks-audit-logging-disabled', 'critical'],
    },
    {
      form: 'their log group deleted',
      event: other('logs', 'DeleteLogGroup', { logGroupName: '/aws/eks/prod/cluster' }),
      seen: blinded,
    },
    {
      form: 'its retention cut',
      event: other('logs', 'PutRetentionPolicy', { logGroupName: '/aws/eks/prod/cluster', retentionInDays: 1 }),
      seen: blinded,
    },
    {
      form: 'its events rewritten',
      event: other('logs', 'PutTransformer', {
        logGroupIdentifier: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster',
      }),
      seen: blinded,
    },
    {
      form: 'its events masked',
      event: other('logs', 'PutDataProtectionPolicy', { logGroupIdentifier: '/aws/eks/prod/cluster' }),
      seen: blinded,
    },
    {
      form: 'our subscription overwritten',
      event: other('logs', 'PutSubscriptionFilter', {
        logGroupName: '/aws/eks/prod/cluster',
        filterName: ours,
        filterPattern: 'x',
      }),
      seen: blinded,
    },
    {
      form: 'our rule rewritten',
      event: other('events', 'PutRule', { name: ours, state: 'ENABLED', eventPattern: '{}' }),
      seen: blinded,
    },
    {
      form: 'our function without concurrency',
      event: other('lambda', 'PutFunctionConcurrency20171031', {
        functionName: `arn:aws:lambda:eu-west-1:111122223333:function:${ours}`,
        reservedConcurrentExecutions: 0,
      }),
      seen: blinded,
    },
    {
      form: 'our queue read by another function',
      event: other('lambda', 'CreateEventSourceMapping20150331', {
        eventSourceArn: `arn:aws:sqs:eu-west-1:111122223333:${ours}`,
      }),
      seen: blinded,
    },
    {
      form: 'our table’s stream off',
      event: other('dynamodb', 'UpdateTable', { tableName: ours, streamSpecification: { streamEnabled: false } }),
      seen: blinded,
    },
    {
      form: 'our topic’s recipient removed',
      event: other('sns', 'Unsubscribe', { subscriptionArn: `arn:aws:sns:eu-west-1:111122223333:${ours}:x` }),
      seen: blinded,
    },
    {
      form: 'our alarm muted',
      event: other('monitoring', 'PutAlarmMuteRule', { muteTargets: { alarmNames: [ours] } }),
      seen: blinded,
    },
    {
      form: 'the key of our tables disabled by its alias',
      event: other('kms', 'DisableKey', { keyId: `alias/${ours}` }),
      seen: blinded,
    },
    {
      form: 'the key of our tables disabled by its id',
      event: other('kms', 'DisableKey', { keyId: '0a1b2c3d-0000-4000-8000-000000000001' }),
      seen: unseen('an id does not say whose key it is: functions that fail then are seen (pipeline/source-silent)'),
    },
    {
      form: 'a call of more than CloudTrail keeps',
      event: ec2('RunInstances', { omitted: true, originalSize: 149_893, reason: 'requestParameters too large' }),
      seen: ['pipeline/evidence-omitted', 'medium'],
    },
    {
      form: 'a body of more than the audit log keeps',
      event: audit('patch', `nodepools.${group}`, { ...named, annotations: { 'audit.k8s.io/truncated': 'true' } }),
      seen: ['pipeline/audit-evidence-omitted', 'medium'],
    },
    {
      form: 'a refused try',
      event: other('cloudtrail', 'StopLogging', null, {
        record: {
          errorCode: 'AccessDenied',
          errorMessage:
            'User: x is not authorized to perform: cloudtrail:StopLogging on resource: arn:aws:cloudtrail:eu-west-1:111122223333:trail/x because no identity-based policy allows it',
        },
      }),
      seen: ['cloudtrail/detection-disabled', 'medium'],
    },
    {
      form: 'an audit id that another call has',
      event: audit('create', 'pods/exec', {
        objectRef: { namespace: 'kube-system', name: 'karpenter-x' },
        auditID: '00000000-0000-4000-8000-000000000000',
      }),
      after: [audit('list', 'pods', { auditID: '00000000-0000-4000-8000-000000000000' })],
      seen: ['kubernetes/controller-pod-entered', 'critical'],
    },
    {
      form: 'an address of one’s choice before one’s own',
      event: audit('patch', 'nodeclaims.karpenter.sh', {
        ...named,
        user: users.karpenter,
        sourceIPs: ['10.0.1.17', '10.0.1.18', '192.0.2.77'],
      }),
      seen: ['kubernetes/service-account-off-cluster', 'critical'],
    },
  ],
};
