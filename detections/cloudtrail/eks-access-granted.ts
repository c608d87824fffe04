import { karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import type { By } from '../../core/cloudtrail/example-iam.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const developer = 'arn:aws:iam::111122223333:role/developer';
const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
const entry = (request: JsonObject = {}, over: By = {}) =>
  eks(
    'CreateAccessEntry',
    { principalArn: developer, type: 'STANDARD', kubernetesGroups: ['viewers'], ...request },
    over,
  );
/** The principal stands in the address, so that it is recorded URL-encoded. */
const associate = (name: string, over: By = {}) =>
  eks(
    'AssociateAccessPolicy',
    { principalArn: encodeURIComponent(developer), policyArn: policy(name), accessScope: { type: 'cluster' } },
    over,
  );
const linked = {
  type: 'AWSService',
  invokedBy: 'eks.amazonaws.com',
};

export const detection = cloudtrail({
  id: 'cloudtrail/eks-access-granted',
  title: '{principal} gave {grantee} access to the cluster {cluster} ({event}, policy {eks.policy})',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    ['critical', { fact: { 'eks.access': 'admin' } }],
    'high',
  ],
  when: {
    fact: { 'eks.access': [{ 'anything-but': 'none' }], 'call.outcome': 'succeeded' },
  },
  unless: [
    { fact: { 'principal.kind': ['platform', 'service'] } },
    { fact: { 'principal.kind': 'controller', 'principal.controller': ['cluster-api', 'eks'] } },
  ],
  by: view => [{ cluster: said(view, 'eks.cluster'), grantee: said(view, 'eks.grantee') }],
  resources: view => [said(view, 'eks.cluster'), said(view, 'eks.grantee')],
  attack: ['T1098.006', 'T1098.003'],
  why: "An access entry turns an IAM principal into a Kubernetes user, whatever the cluster's own RBAC says, and an entry of a node type lets it join as a node. With a cluster-admin policy one call is the whole cluster.",
  references: [
    'EKS User Guide, "Grant IAM users access to Kubernetes with EKS access entries"',
    'EKS API Reference, AssociateAccessPolicy',
    'Stratus Red Team, aws.persistence.eks-create-access-entry (recorded events)',
  ],
  runbook: [
    confirmCall,
    'See what there is: aws eks list-access-entries --region REGION --cluster-name CLUSTER; aws eks list-associated-access-policies --region REGION --cluster-name CLUSTER --principal-arn GRANTEE.',
    'Take it back: aws eks disassociate-access-policy --region REGION --cluster-name CLUSTER --principal-arn GRANTEE --policy-arn POLICY; aws eks delete-access-entry --region REGION --cluster-name CLUSTER --principal-arn GRANTEE.',
    'See what the grantee did: the cluster\'s audit log, `fields @timestamp, verb, objectRef.resource, objectRef.namespace, objectRef.name | filter user.extra.canonicalArn.0 = "GRANTEE"` in CloudWatch Logs Insights on LOG_GROUP.',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'Access by the aws-auth ConfigMap, by RBAC or by client certificates is none of these: kubernetes/aws-auth-changed, kubernetes/controller-rbac-granted and kubernetes/client-certificate-requested look there.',
    'Groups of an entry mean what RBAC in the cluster says: only system:masters and the admin access policies count as such.',
    'The creator of a cluster is its administrator without any entry in the record of CreateCluster.',
  ],
  examples: {
    matches: [
      {
        name: 'a person makes himself cluster administrator',
        event: associate('AmazonEKSClusterAdminPolicy'),
        severity: 'critical',
      },
      { name: 'a person grants a view', event: associate('AmazonEKSViewPolicy'), severity: 'high' },
      { name: 'a person makes an entry', event: entry(), severity: 'high' },
      {
        name: 'an entry whose principal may join as a node',
        event: entry({ type: 'EC2_LINUX', kubernetesGroups: [] }),
        severity: 'high',
      },
      {
        name: 'an older record that calls the cluster clusterName',
        event: entry({ name: undefined, clusterName: 'prod' } as never),
      },
      {
        name: "Karpenter's role makes one, which Karpenter never does",
        event: entry({}, { by: karpenter }),
        severity: 'high',
      },
      {
        name: 'the Cluster API provider by its usual name only',
        event: entry({ type: 'EC2_LINUX' }, { by: clusterApi }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      { name: 'the platform', event: associate('AmazonEKSClusterAdminPolicy', { by: platform }) },
      { name: 'EKS itself, for a node group', event: entry({ type: 'EC2_LINUX' }, { by: linked }) },
      { name: 'the Cluster API provider, for its nodes', event: entry({ type: 'EC2_LINUX' }, { by: clusterApi }) },
      {
        name: 'a refused attempt',
        event: associate('AmazonEKSClusterAdminPolicy', { record: { errorCode: 'AccessDeniedException' } }),
      },
      { name: 'access taken away', event: eks('DeleteAccessEntry', { principalArn: encodeURIComponent(developer) }) },
      {
        name: "another service's call of the name",
        event: other('example', 'CreateAccessEntry', { principalArn: developer }),
      },
    ],
  },
});
