import { call, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate, runInstances } from '../../core/cloudtrail/example-launch.ts';
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
      form: 'an instance launched with the cluster’s tag alone',
      event: runInstances({ tags: { 'kubernetes.io/cluster/prod': 'owned', 'karpenter.sh/discovery': 'prod' } }),
      seen: unseen('Karpenter finds nothing by it: the tag that would complete it is seen, in whatever call'),
    },
    ...(
      [
        ['its pool', { 'karpenter.sh/nodepool': 'x' }],
        ['that of EKS Auto Mode', { 'eks:eks-cluster-name': 'prod' }],
      ] as const
    ).map(
      ([form, tags]): Form => ({
        form: `an instance launched with the cluster’s tag, which one of Karpenter’s completes: ${form}`,
        event: runInstances({ tags: { 'kubernetes.io/cluster/prod': 'owned', ...tags } }),
        seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
      }),
    ),
    {
      form: 'the same, in a second call',
      event: writeTags('CreateTags', ['i-0aaaabbbbccccdddd'], { 'karpenter.sh/nodepool': 'x' }),
      after: [runInstances({ tags: { 'kubernetes.io/cluster/prod': 'owned' } })],
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
    },
    {
      form: 'the same, by the template that it is launched from',
      event: createTemplate({
        by: developer,
        name: 'x',
        tags: {},
        data: {
          TagSpecification: {
            tag: 1,
            ResourceType: 'instance',
            Tag: { tag: 1, Key: 'karpenter.sh/nodepool', Value: 'x' },
          },
        },
      }),
      seen: ['cloudtrail/karpenter-tag-tampered', 'high'],
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
      form: 'a queue of one’s own that hands its dead letters to the queue that ends nodes',
      event: other('sqs', 'CreateQueue', {
        queueName: 'mine',
        attributes: {
          RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:prod","maxReceiveCount":1}',
        },
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
