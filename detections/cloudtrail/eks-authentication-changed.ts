import { karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const oidc = {
  oidc: { identityProviderConfigName: 'idp', issuerUrl: 'https://idp.example.com', clientId: 'kubernetes' },
};
const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789';
const providers = [
  'CreateOpenIDConnectProvider',
  'DeleteOpenIDConnectProvider',
  'UpdateOpenIDConnectProviderThumbprint',
  'AddClientIDToOpenIDConnectProvider',
  'RemoveClientIDFromOpenIDConnectProvider',
];

export const detection = cloudtrail({
  id: 'cloudtrail/eks-authentication-changed',
  title: '{principal} changed how a cluster or account authenticates identities ({event} on {target})',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'critical'],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      {
        eventSource: 'eks.amazonaws.com',
        eventName: ['AssociateIdentityProviderConfig', 'DisassociateIdentityProviderConfig'],
      },
      {
        eventSource: 'eks.amazonaws.com',
        eventName: 'UpdateClusterConfig',
        requestParameters: { accessConfig: { authenticationMode: [{ exists: true }] } },
      },
      { eventSource: 'iam.amazonaws.com', eventName: providers },
    ],
  },
  unless: [
    { fact: { 'principal.kind': ['platform', 'service'] } },
    { fact: { 'principal.kind': 'controller', 'principal.controller': ['cluster-api', 'eks'] } },
  ],
  by: view => {
    const cluster = said(view, 'eks.cluster');
    const { requestParameters } = view.record;
    const idp = text(requestParameters, 'openIDConnectProviderArn') ?? text(requestParameters, 'url') ?? 'unknown';
    return [{ target: cluster === 'none' || cluster === 'unknown' ? idp : cluster }];
  },
  attack: ['T1556.006', 'T1484.002', 'T1098.006'],
  why: "An identity provider of one's own makes anybody anyone: to the cluster as a Kubernetes user, to IAM as any service account whose role trusts it. Changing the authentication mode lets forgotten or fresh entries count.",
  references: [
    'EKS User Guide, "Grant users access to Kubernetes with an external OIDC provider"; "Change authentication mode"',
    'IAM API Reference, CreateOpenIDConnectProvider; UpdateOpenIDConnectProviderThumbprint',
  ],
  runbook: [
    confirmCall,
    'See what there is: aws eks list-identity-provider-configs --region REGION --cluster-name CLUSTER; aws eks describe-cluster --region REGION --name CLUSTER --query cluster.accessConfig; aws iam list-open-id-connect-providers.',
    'Take it back: aws eks disassociate-identity-provider-config --region REGION --cluster-name CLUSTER --identity-provider-config type=oidc,name=NAME; aws iam delete-open-id-connect-provider --open-id-connect-provider-arn PROVIDER.',
    "See who came that way: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity --region REGION, and users that are not IAM principals in the cluster's audit log.",
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'IAM is recorded in us-east-1 only: without its events in the home region nothing is seen of its providers.',
    'Identity providers of a self-managed API server are flags of that server: no record anywhere.',
    'That a provider belongs to a cluster is not known: every provider of the account counts, those of CI systems too.',
  ],
  examples: {
    matches: [
      {
        name: 'a person connects an identity provider to a cluster',
        event: eks('AssociateIdentityProviderConfig', oidc),
      },
      {
        name: 'a person changes the authentication mode',
        event: eks('UpdateClusterConfig', { accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } }),
      },
      {
        name: 'a person makes an identity provider in IAM',
        event: iam('CreateOpenIDConnectProvider', {
          url: 'https://idp.example.com',
          clientIDList: ['sts.amazonaws.com'],
        }),
      },
      {
        name: "a person deletes the cluster's",
        event: iam('DeleteOpenIDConnectProvider', { openIDConnectProviderArn: provider }),
      },
      {
        name: "Karpenter's role makes one, which Karpenter never does",
        event: iam('CreateOpenIDConnectProvider', { url: 'https://idp.example.com' }, { by: karpenter }),
      },
      {
        name: 'the Cluster API provider by its usual name only',
        event: iam('CreateOpenIDConnectProvider', { url: 'https://idp.example.com' }, { by: clusterApi }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      { name: 'the platform', event: eks('AssociateIdentityProviderConfig', oidc, { by: platform }) },
      {
        name: 'the Cluster API provider, for a cluster it makes',
        event: iam(
          'CreateOpenIDConnectProvider',
          { url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789' },
          { by: clusterApi },
        ),
      },
      {
        name: 'a refused attempt',
        event: eks('AssociateIdentityProviderConfig', oidc, { record: { errorCode: 'AccessDeniedException' } }),
      },
      { name: 'another change of the cluster', event: eks('UpdateClusterConfig', { deletionProtection: true }) },
      {
        name: 'a cluster made with a mode',
        event: eks('CreateCluster', { accessConfig: { authenticationMode: 'API' } }),
      },
      { name: 'a provider read', event: iam('GetOpenIDConnectProvider', { openIDConnectProviderArn: provider }) },
      {
        name: "another service's provider",
        event: other('example', 'CreateOpenIDConnectProvider', { url: 'https://idp.example.com' }),
      },
      { name: "another service's configuration", event: other('example', 'AssociateIdentityProviderConfig', oidc) },
      {
        name: "another service's mode",
        event: other('example', 'UpdateClusterConfig', { accessConfig: { authenticationMode: 'API' } }),
      },
    ],
  },
});
