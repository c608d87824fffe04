import { call } from '../../core/cloudtrail/example.ts';
import { autoScaling } from '../../core/cloudtrail/example-callers.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { step } from '../stories/step.ts';
import { asController, asking, byToken, prod, roleArn, terraform, terraformUser, withPlatform } from './cast.ts';
import { groupNode, instanceOf, type Node, nameOf } from './nodes.ts';
import type { Work } from './work.ts';

const group = 'eks-workers-0aaaabbb-0000-4000-8000-000000000004';
const scaler = {
  by: byToken('prod-cluster-autoscaler', '1788256800000000000'),
  record: {
    sourceIPAddress: '203.0.113.10',
    userAgent: 'aws-sdk-go/1.55.5 (go1.24.1; linux; amd64) cluster-autoscaler/v1.34.0',
  },
};
const handler = {
  by: byToken('prod-node-termination-handler', '1788256800000000000'),
  record: { sourceIPAddress: '203.0.113.10' },
};
const pods = asController('kube-system', 'cluster-autoscaler', 'cluster-autoscaler/v1.34.0', prod);
const drains = asController('kube-system', 'aws-node-termination-handler', 'aws-node-termination-handler/v1.25', prod);
const helm = asking(terraformUser, 'Helm/3.18.6', prod);
const node = (number: number): Node => ({
  number,
  place: prod,
  at: '10:00',
  role: 'KarpenterNodeRole-prod',
  profile: group,
  image: 'ami-0123456789abcdef0',
});
const nodes = Array.from({ length: 8 }, (_, index) => node(index + 1));
const ends = (one: Node, by: typeof scaler) =>
  call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
    userIdentity: by.by,
    ...by.record,
    requestParameters: { instanceId: instanceOf(one), shouldDecrementDesiredCapacity: true },
  });

export const autoscaler: Work = {
  title: 'Cluster Autoscaler with managed groups, and the termination handler',
  source:
    'kubernetes/autoscaler, `cluster-autoscaler/cloudprovider/aws` (README: policy), its chart; aws/aws-node-termination-handler, README (queue mode: policy, ASG hooks)',
  steps: [
    step(
      '09:00',
      'Helm installs both',
      helm('create', 'clusterroles.rbac.authorization.k8s.io', '', 'cluster-autoscaler', {
        requestObject: {
          rules: [
            { apiGroups: [''], resources: ['events', 'endpoints'], verbs: ['create', 'patch'] },
            { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
            { apiGroups: [''], resources: ['nodes'], verbs: ['watch', 'list', 'create', 'delete', 'get', 'update'] },
          ],
        },
      }),
      helm('create', 'deployments.apps', 'kube-system', 'cluster-autoscaler', {
        requestObject: {
          spec: {
            template: {
              spec: { serviceAccountName: 'cluster-autoscaler', containers: [{ name: 'cluster-autoscaler' }] },
            },
          },
        },
      }),
      helm('create', 'clusterroles.rbac.authorization.k8s.io', '', 'aws-node-termination-handler', {
        requestObject: {
          rules: [
            { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch', 'update'] },
            { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
          ],
        },
      }),
      helm('create', 'deployments.apps', 'kube-system', 'aws-node-termination-handler', {
        requestObject: {
          spec: {
            template: {
              spec: { serviceAccountName: 'aws-node-termination-handler', containers: [{ name: 'handler' }] },
            },
          },
        },
      }),
      other(
        'autoscaling',
        'PutLifecycleHook',
        {
          autoScalingGroupName: group,
          lifecycleHookName: 'k8s-term-hook',
          lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        },
        terraform,
      ),
    ),
    step(
      '10:00',
      'the autoscaler looks at templates and grows a group by eight',
      call('ec2', 'DescribeLaunchTemplateVersions', {
        userIdentity: scaler.by,
        ...scaler.record,
        requestParameters: {
          DescribeLaunchTemplateVersionsRequest: { LaunchTemplateName: 'workers', LaunchTemplateVersion: '3' },
        },
      }),
      call('eks', 'DescribeNodegroup', {
        userIdentity: scaler.by,
        ...scaler.record,
        requestParameters: { name: 'prod', nodegroupName: 'workers' },
      }),
      other('autoscaling', 'SetDesiredCapacity', { autoScalingGroupName: group, desiredCapacity: 8 }, scaler),
      pods('update', 'configmaps', 'kube-system', 'cluster-autoscaler-status'),
      ...nodes.flatMap(one => groupNode(one, group)),
    ),
    step(
      '15:00',
      'and ends four of them, drained',
      ...nodes.slice(0, 4).flatMap(one => [
        pods('update', 'nodes', '', nameOf(one), {
          requestObject: { spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] } },
        }),
        pods('create', 'pods/eviction', 'team-a', 'web-5d4f8c7b9d-x2x7z'),
        ends(one, scaler),
      ]),
    ),
    step(
      '16:00',
      'the handler drains what spot interrupts',
      ...nodes.slice(4).flatMap(one => [
        drains('patch', 'nodes', '', nameOf(one), {
          requestObject: {
            spec: {
              unschedulable: true,
              taints: [{ key: 'aws-node-termination-handler/spot-itn', effect: 'NoSchedule' }],
            },
          },
        }),
        drains('create', 'pods/eviction', 'team-a', 'web-5d4f8c7b9d-x2x7z'),
        call('autoscaling', 'CompleteLifecycleAction', {
          userIdentity: handler.by,
          ...handler.record,
          requestParameters: { autoScalingGroupName: group, instanceId: instanceOf(one) },
        }),
        call('ec2', 'TerminateInstances', {
          userIdentity: autoScaling,
          sourceIPAddress: 'autoscaling.amazonaws.com',
          requestParameters: { instancesSet: { items: [{ instanceId: instanceOf(one) }] } },
        }),
      ]),
    ),
  ],
  named: {
    ...withPlatform('terraform'),
    secretReaders: { ...exampleSettings.secretReaders, arns: [roleArn('prod-cluster-autoscaler')] },
  },
  still: {},
  most: [1, 1, 0],
};
