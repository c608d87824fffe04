import { karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import type { By } from '../../core/cloudtrail/example-iam.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller, revokeOlder } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const associate = (request: JsonObject = {}, over: By = {}) =>
  eks(
    'CreatePodIdentityAssociation',
    { namespace: 'apps', serviceAccount: 'web', roleArn: role('apps-web'), ...request },
    over,
  );
const association = {
  association: {
    clusterName: 'prod',
    namespace: 'apps',
    serviceAccount: 'web',
    roleArn: role('apps-web'),
    associationId: 'a-example',
  },
};

const own = { namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: role('prod-karpenter') };
const addOn = { addonName: 'example', serviceAccountRoleArn: role('apps-web') };

export const detection = cloudtrail({
  id: 'cloudtrail/pod-identity-association-changed',
  title: '{principal} changed the role of {account} in {cluster}: {eks.role}',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'high'],
  when: {
    eventSource: 'eks.amazonaws.com',
    eventName: [
      'CreatePodIdentityAssociation',
      'UpdatePodIdentityAssociation',
      'DeletePodIdentityAssociation',
      'CreateAddon',
      'UpdateAddon',
      'CreateCapability',
      'UpdateCapability',
    ],
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      { fact: { 'eks.role-kind': ['controller', 'likely-controller'] } },
      { fact: { 'principal.kind': [{ 'anything-but': ['platform', 'service', 'controller'] }] } },
      // Cluster API's provider keeps add-ons and associations of the clusters that it makes.
      { fact: { 'principal.controller': ['karpenter', 'kubeadm'] } },
    ],
  },
  unless: [
    { eventName: ['CreateAddon', 'UpdateAddon'], fact: { 'eks.role': 'none' } },
    // Whoever installs a controller gives its own account its own role, which the settings say already.
    { fact: { 'eks.role-own': true, 'principal.kind': ['platform', 'gitops'] } },
  ],
  by: view => [{ cluster: said(view, 'eks.cluster'), account: said(view, 'eks.service-account') }],
  resources: view => [said(view, 'eks.role')].filter(name => name !== 'none'),
  attack: ['T1098.003', 'T1078.004'],
  why: "An association hands a role to every pod of a service account. Whoever associates a controller's role with a service account of their own is that controller, without touching its trust policy.",
  references: ['EKS User Guide, "EKS Pod Identities"', 'EKS API Reference, CreatePodIdentityAssociation'],
  runbook: [
    confirmCall,
    'See what there is: aws eks list-pod-identity-associations --region REGION --cluster-name CLUSTER; which pods have it: kubectl get pods -n NAMESPACE -o jsonpath=\'{range .items[?(@.spec.serviceAccountName=="SERVICE_ACCOUNT")]}{.metadata.name}{"\\n"}{end}\'.',
    `Take it back: aws eks delete-pod-identity-association --region REGION --cluster-name CLUSTER --association-id POD_ASSOCIATION; credentials that were issued last up to six hours: ${revokeOlder}`,
    'See what was done with it: the AssumeRole records of pods.eks.amazonaws.com name pod and access key: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=ROLE --region REGION.',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'IAM roles for service accounts are annotations in the cluster: no EKS call changes them.',
    'An update or deletion names the service account only in its response.',
    'What an add-on is told by `configurationValues` is not judged. The parameters of add-ons and capabilities are taken from the API model.',
  ],
  examples: {
    matches: [
      {
        name: "the platform gives Karpenter's role to a pod",
        event: associate({ roleArn: role('prod-karpenter') }, { by: platform }),
      },
      {
        name: "the platform chains an association to Karpenter's role",
        event: associate({ targetRoleArn: role('prod-karpenter') }, { by: platform }),
      },
      { name: 'a person gives a pod a role', event: associate() },
      {
        name: 'a person takes one away',
        event: eks(
          'DeletePodIdentityAssociation',
          { associationId: 'a-example' },
          { record: { responseElements: association } },
        ),
      },
      { name: 'a person does it to Karpenter’s account, which has it already', event: associate(own) },
      {
        name: 'the platform does it in a cluster of that name in another region',
        event: associate(own, { by: platform, record: { awsRegion: 'us-east-1' } }),
      },
      {
        name: 'the platform gives another account Karpenter’s role',
        event: associate({ ...own, serviceAccount: 'web' }, { by: platform }),
      },
      { name: 'a person gives an add-on a role', event: eks('UpdateAddon', addOn) },
      {
        name: "the platform gives an add-on Karpenter's role among others",
        event: eks(
          'CreateAddon',
          {
            addonName: 'example',
            podIdentityAssociations: [
              { serviceAccount: 'a', roleArn: role('apps-web') },
              { serviceAccount: 'b', roleArn: role('prod-karpenter') },
            ],
          },
          { by: platform },
        ),
      },
      {
        name: 'a person makes a capability, which acts in the cluster and in AWS',
        event: eks('CreateCapability', { capabilityName: 'ack', type: 'ACK', roleArn: role('apps-web') }),
      },
      {
        name: "Karpenter's role gives a pod a role, which Karpenter never does",
        event: associate({}, { by: karpenter }),
      },
      {
        name: 'a person changes who administers a capability',
        event: eks('UpdateCapability', {
          capabilityName: 'argocd',
          configuration: { argoCd: { rbacRoleMappings: {} } },
        }),
      },
      {
        name: 'the Cluster API provider by its usual name only',
        event: associate({}, { by: clusterApi }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      { name: 'the platform gives an add-on its role', event: eks('UpdateAddon', addOn, { by: platform }) },
      { name: 'a person updates an add-on without a role', event: eks('UpdateAddon', { addonName: 'example' }) },
      { name: 'the Cluster API provider, for an add-on', event: eks('CreateAddon', addOn, { by: clusterApi }) },
      {
        name: 'the platform gives Karpenter’s account Karpenter’s role',
        event: associate(own, { by: platform }),
      },
      { name: 'the platform gives a pod its role', event: associate({}, { by: platform }) },
      { name: 'a refused attempt', event: associate({}, { record: { errorCode: 'AccessDeniedException' } }) },
      { name: 'associations listed', event: eks('DescribePodIdentityAssociation', { associationId: 'a-example' }) },
      {
        name: "another service's call of the name",
        event: other('example', 'CreatePodIdentityAssociation', { roleArn: role('prod-karpenter') }),
      },
    ],
  },
});
