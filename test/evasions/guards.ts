import { wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
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
      form: 'a webhook given an owner that is not there, for which the garbage collector deletes it',
      event: audit('delete', webhooks, { objectRef: { name: 'images' }, user: users.garbage }),
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
      form: 'a network policy given an owner that is not there, for which the garbage collector deletes it',
      event: audit('delete', 'networkpolicies.networking.k8s.io', {
        cluster: 'fleet',
        user: users.garbage,
        objectRef: { namespace: 'capa-system', name: 'deny-egress' },
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
      form: 'a watermark that allowed images ask for (AttachImageWatermark)',
      event: wrappedEc2('AttachImageWatermark', { ImageId: 'ami-0fedcba9876543210', WatermarkName: 'golden' }),
      seen: unseen(
        'pipelines attach one to each image, and an account’s own images are allowed without: what is launched from one that nobody approved is seen (cloudtrail/unapproved-image-launched)',
      ),
    },
    {
      form: 'instances that services manage, hidden (ModifyManagedResourceVisibility)',
      event: wrappedEc2('ModifyManagedResourceVisibility', { DefaultVisibility: 'hidden' }),
      seen: unseen('records of launches come as before, and the inventory asks for hidden ones, too'),
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
