import { call, roleSession, serviceLinked } from '../../core/cloudtrail/example.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { createTemplate, runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import { step } from '../stories/step.ts';
import { asking, prod, roleArn, terraform, terraformUser, withPlatform } from './cast.ts';
import { makeRole, trusts } from './iam.ts';
import { issued, launchedAs, type Node, nameOf, starts } from './nodes.ts';
import type { Work } from './work.ts';

const batch = serviceLinked('batch.amazonaws.com', 'AWSServiceRoleForBatch');
const emr = serviceLinked('emr-containers.amazonaws.com', 'AWSServiceRoleForAmazonEMRContainers');
const nodeRole = 'KarpenterNodeRole-prod';
const kubectl = asking(terraformUser, 'kubectl/v1.34.1', prod);
/** Both services sign in through an access entry or `aws-auth`, under names that their guides give. */
const service = (name: string, role: string): AuditUser => ({
  username: name,
  groups: ['system:authenticated'],
  extra: {
    arn: [`arn:aws:sts::111122223333:assumed-role/${role}/session`],
    canonicalArn: [`arn:aws:iam::111122223333:role/${role}`],
  },
});
const asBatch = asking(service('aws-batch', 'AWSServiceRoleForBatch'), 'aws-batch', prod, '192.0.2.150');
const asEmr = asking(
  service('emr-containers', 'AWSServiceRoleForAmazonEMRContainers'),
  'emr-containers',
  prod,
  '192.0.2.151',
);
const nodes: readonly Node[] = [1, 2, 3].map(number => ({
  number,
  place: prod,
  role: nodeRole,
  profile: 'batch-nodes',
  at: '10:00',
}));

export const jobs: Work = {
  title: 'AWS Batch and EMR on EKS',
  source:
    'AWS Batch User Guide, “Getting started with AWS Batch on Amazon EKS” (RBAC, `aws-auth`, user `aws-batch`); EMR on EKS Development Guide, “Set up” (user `emr-containers`); sessions of the services are guessed',
  steps: [
    step(
      '09:00',
      'namespaces and rights of both',
      kubectl('create', 'namespaces', '', 'aws-batch-jobs'),
      kubectl('create', 'clusterroles.rbac.authorization.k8s.io', '', 'aws-batch-cluster-role', {
        requestObject: {
          rules: [
            { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
            { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
            { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
            {
              apiGroups: ['rbac.authorization.k8s.io'],
              resources: ['clusterroles', 'clusterrolebindings'],
              verbs: ['get', 'list'],
            },
          ],
        },
      }),
      kubectl('create', 'roles.rbac.authorization.k8s.io', 'aws-batch-jobs', 'aws-batch-compute-environment-role', {
        requestObject: {
          rules: [
            { apiGroups: [''], resources: ['pods'], verbs: ['create', 'get', 'list', 'watch', 'delete', 'patch'] },
            { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get', 'list'] },
          ],
        },
      }),
      kubectl(
        'create',
        'rolebindings.rbac.authorization.k8s.io',
        'aws-batch-jobs',
        'aws-batch-compute-environment-role-binding',
        {
          requestObject: {
            roleRef: { kind: 'Role', name: 'aws-batch-compute-environment-role' },
            subjects: [{ kind: 'User', name: 'aws-batch' }],
          },
        },
      ),
      eks(
        'CreateAccessEntry',
        { principalArn: roleArn('AWSServiceRoleForBatch'), type: 'STANDARD', username: 'aws-batch' },
        terraform,
      ),
      kubectl('create', 'roles.rbac.authorization.k8s.io', 'spark', 'emr-containers', {
        requestObject: {
          rules: [
            {
              apiGroups: [''],
              resources: ['pods', 'pods/log', 'configmaps', 'secrets', 'serviceaccounts'],
              verbs: ['get', 'list', 'watch', 'create', 'delete', 'patch'],
            },
            { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'create', 'delete'] },
            {
              apiGroups: ['rbac.authorization.k8s.io'],
              resources: ['roles', 'rolebindings'],
              verbs: ['get', 'list', 'create', 'patch', 'delete'],
            },
          ],
        },
      }),
      kubectl('create', 'rolebindings.rbac.authorization.k8s.io', 'spark', 'emr-containers', {
        requestObject: {
          roleRef: { kind: 'Role', name: 'emr-containers' },
          subjects: [{ kind: 'User', name: 'emr-containers' }],
        },
      }),
      ...makeRole(
        'emr-job',
        trusts.token(
          'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789',
          'system:serviceaccount:spark:emr-containers-sa-*-*-111122223333-*',
        ),
        [],
        terraform,
      ),
    ),
    step(
      '09:30',
      'a compute environment of the cluster, a virtual cluster',
      iam('CreateInstanceProfile', { instanceProfileName: 'batch-nodes' }, terraform),
      iam('AddRoleToInstanceProfile', { instanceProfileName: 'batch-nodes', roleName: nodeRole }, terraform),
      other(
        'batch',
        'CreateComputeEnvironment',
        {
          computeEnvironmentName: 'prod-jobs',
          type: 'MANAGED',
          eksConfiguration: {
            eksClusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod',
            kubernetesNamespace: 'aws-batch-jobs',
          },
          computeResources: {
            type: 'EC2',
            minvCpus: 0,
            maxvCpus: 128,
            instanceTypes: ['m5'],
            instanceRole: 'arn:aws:iam::111122223333:instance-profile/batch-nodes',
          },
        },
        terraform,
      ),
      other(
        'emr-containers',
        'CreateVirtualCluster',
        { name: 'spark', containerProvider: { type: 'EKS', id: 'prod' } },
        terraform,
      ),
    ),
    step(
      '10:00',
      'Batch makes a template, a group and nodes, and labels them',
      createTemplate({
        by: batch,
        name: 'Batch-lt-00000000',
        tags: {},
        data: {
          IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/batch-nodes', Name: undefined },
        },
        record: { sourceIPAddress: 'batch.amazonaws.com', userAgent: 'batch.amazonaws.com' },
      }),
      other('autoscaling', 'CreateAutoScalingGroup', { autoScalingGroupName: 'prod-jobs-asg-00000000' }, { by: batch }),
      ...nodes.flatMap(one => [
        runInstances({
          by: serviceLinked('autoscaling.amazonaws.com', 'AWSServiceRoleForAutoScaling'),
          tags: {
            'aws:autoscaling:groupName': 'prod-jobs-asg-00000000',
            'kubernetes.io/cluster/prod': 'owned',
            AWSBatchServiceTag: 'batch',
          },
          type: 'm5.large',
          instance: launchedAs(one),
          record: { sourceIPAddress: 'autoscaling.amazonaws.com', userAgent: 'autoscaling.amazonaws.com' },
        }),
        issued(one),
        ...starts(one),
        asBatch('patch', 'nodes', '', nameOf(one), {
          requestObject: { metadata: { labels: { 'batch.amazonaws.com/compute-environment-uuid': 'x' } } },
        }),
        asBatch('create', 'pods', 'aws-batch-jobs', `aws-batch.${one.number}`, {
          requestObject: { spec: { nodeName: nameOf(one), containers: [{ name: 'job' }] } },
        }),
      ]),
    ),
    step(
      '11:00',
      'EMR runs a job',
      other(
        'emr-containers',
        'StartJobRun',
        { virtualClusterId: 'x', executionRoleArn: roleArn('emr-job') },
        { by: roleSession('analyst', 'bob') },
      ),
      call('eks', 'DescribeCluster', { userIdentity: emr, requestParameters: { name: 'prod' } }),
      asEmr('create', 'serviceaccounts', 'spark', 'emr-containers-sa-spark-driver-111122223333-x'),
      asEmr('create', 'roles.rbac.authorization.k8s.io', 'spark', 'emr-containers-role-spark-driver-x', {
        requestObject: {
          rules: [
            {
              apiGroups: [''],
              resources: ['pods', 'configmaps', 'services'],
              verbs: ['get', 'list', 'watch', 'create', 'delete'],
            },
          ],
        },
      }),
      asEmr('create', 'rolebindings.rbac.authorization.k8s.io', 'spark', 'emr-containers-rb-spark-driver-x', {
        requestObject: {
          roleRef: { kind: 'Role', name: 'emr-containers-role-spark-driver-x' },
          subjects: [
            { kind: 'ServiceAccount', name: 'emr-containers-sa-spark-driver-111122223333-x', namespace: 'spark' },
          ],
        },
      }),
      asEmr('create', 'secrets', 'spark', '00000-spark-defaults'),
      asEmr('create', 'jobs.batch', 'spark', '00000'),
    ),
  ],
  named: withPlatform('terraform'),
  still: {},
  most: [3, 3, 0],
};
