import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const update = (config: object, over = {}) => eks('UpdateClusterConfig', config as never, over); // examples are JSON
const addOn = (api: string, more = {}) => eks(api, { addonName: 'coredns', ...more });
const shift = (resourceIdentifier: string, over = {}) =>
  other('arc-zonal-shift', 'StartZonalShift', { resourceIdentifier, awayFrom: 'euw1-az1', expiresIn: '3d' }, over);
const clusterArn = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod';
const ports = (minPort: number) =>
  update({ kubeApiServerConfig: { serviceNodePortRange: { minPort, maxPort: 32767 } } });

/** What signs the cluster's certificates (EKS API Reference). */
const authorities = ['CreateCertificateAuthority', 'ActivateCertificateAuthority', 'DeleteCertificateAuthority'];

export const detection = cloudtrail({
  id: 'cloudtrail/control-plane-changed-by-unexpected',
  title: '{principal} changed the control plane of {cluster}: {event}',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    // Who signs the cluster's certificates, what keeps it from being deleted, and ports that nodes listen on themselves.
    ['high', { eventName: authorities }],
    ['high', { requestParameters: { deletionProtection: [false, 'false'] } }],
    ['high', { fact: { 'eks.node-ports-lowered': true } }],
    // Every new cluster gets AWS's own as they come; those of vendors have two words, `VENDOR_PRODUCT`.
    [
      'low',
      {
        eventName: 'CreateAddon',
        requestParameters: {
          addonName: [{ 'anything-but': { wildcard: '*_*' } }],
          configurationValues: [{ exists: false }],
        },
      },
    ],
    'medium',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      {
        eventSource: 'eks.amazonaws.com',
        eventName: [...authorities, 'UpdateClusterVersion', 'DeleteAddon', 'DeleteCapability'],
      },
      {
        eventSource: 'eks.amazonaws.com',
        eventName: 'UpdateClusterConfig',
        requestParameters: {
          $or: [
            { deletionProtection: [false, 'false'] },
            { zonalShiftConfig: { enabled: [false, 'false'] } },
            { kubeApiServerConfig: { eventTtl: [{ exists: true }] } },
            { kubeApiServerConfig: { serviceNodePortRange: { minPort: [{ exists: true }] } } },
            { kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type: [{ exists: true }] } } } },
            { resourcesVpcConfig: { controlPlaneEgressMode: [{ exists: true }] } },
            { resourcesVpcConfig: { securityGroupIds: [{ exists: true }] } },
            { resourcesVpcConfig: { subnetIds: [{ exists: true }] } },
          ],
        },
      },
      // What an add-on gets a role for is told elsewhere (cloudtrail/pod-identity-association-changed).
      { eventSource: 'eks.amazonaws.com', eventName: 'CreateAddon', fact: { 'eks.role': 'none' } },
      {
        eventSource: 'eks.amazonaws.com',
        eventName: 'UpdateAddon',
        requestParameters: { configurationValues: [{ exists: true }] },
        fact: { 'eks.role': 'none' },
      },
      {
        eventSource: 'arc-zonal-shift.amazonaws.com',
        eventName: 'StartZonalShift',
        requestParameters: { resourceIdentifier: [{ wildcard: 'arn:*:eks:*:cluster/*' }] },
      },
    ],
  },
  unless: [
    { fact: { 'principal.kind': ['platform', 'gitops', 'service'] } },
    { fact: { 'principal.controller': ['cluster-api', 'eks'], 'principal.kind': 'controller' } },
  ],
  by: view => {
    const shifted = text(view.record.requestParameters, 'resourceIdentifier')?.split(':cluster/')[1];
    return [{ principal: said(view, 'principal.id'), cluster: shifted ?? said(view, 'eks.cluster') }];
  },
  resources: view => [text(view.record.requestParameters, 'addonName') ?? ''].filter(Boolean),
  attack: ['T1578.005', 'T1685', 'T1485'],
  why: 'EKS changes the control plane, and installs software in the cluster, for whoever may call its API, past RBAC, admission and GitOps. An add-on’s configuration writes the cluster’s DNS or network, a low NodePort takes the kubelet’s own port on every node, a new authority signs for everybody.',
  references: [
    'EKS API Reference, UpdateClusterConfig, CreateAddon, UpdateAddon, UpdateClusterVersion, CreateCertificateAuthority',
    'EKS User Guide, "Amazon EKS add-ons" (names of AWS’s and of vendors’)',
    'EKS User Guide, "Rotate the Amazon EKS cluster certificate authority"',
    'Amazon Application Recovery Controller API Reference, StartZonalShift',
    'Kubernetes documentation, Service ("Choosing your own port": service-node-port-range)',
  ],
  runbook: [
    confirmCall,
    'See what it is now: aws eks describe-cluster --region REGION --name CLUSTER; aws eks list-updates --region REGION --name CLUSTER; aws eks list-addons --region REGION --cluster-name CLUSTER',
    'Take it back from version control: aws eks update-cluster-config --region REGION --name CLUSTER --deletion-protection; aws eks update-addon --region REGION --cluster-name CLUSTER --addon-name ADD_ON --configuration-values file://values.json --resolve-conflicts OVERWRITE; aws arc-zonal-shift cancel-zonal-shift --region REGION --zonal-shift-id SHIFT; an upgrade stays',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'The parameters are taken from the API models: no recorded call of these was seen.',
    'What an add-on’s configuration says is not weighed, and another version of one that keeps its configuration is not reported.',
    'Terraform, eksctl, CDK’s functions, CloudFormation on behalf of whoever calls it, ACK and Crossplane are people or workloads until `platform` names their roles: each upgrade of theirs is reported, and each cluster that loses its protection before it is deleted.',
    'The platform, GitOps and services are not looked at. Cluster API’s provider upgrades and configures the clusters that it makes.',
    'Logging, endpoints, authentication, Auto Mode and hybrid networks have detections of their own.',
  ],
  examples: {
    matches: [
      { name: 'a person gives the cluster another authority', event: eks(authorities[1] ?? '', {}), severity: 'high' },
      {
        name: 'a person takes deletion protection away',
        event: update({ deletionProtection: false }),
        severity: 'high',
      },
      { name: 'a person lets services take the ports of nodes', event: ports(22), severity: 'high' },
      { name: 'a person moves the range of node ports', event: ports(31000), severity: 'medium' },
      { name: 'a person upgrades it', event: eks('UpdateClusterVersion', { version: '1.34' }), severity: 'medium' },
      { name: 'a person lets events be forgotten', event: update({ kubeApiServerConfig: { eventTtl: '5m' } }) },
      { name: 'a person switches zonal shift off', event: update({ zonalShiftConfig: { enabled: false } }) },
      {
        name: 'a person has the scheduler fill nodes up',
        event: update({ kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type: 'MostAllocated' } } } }),
      },
      {
        name: 'a person has the control plane leave through the VPC',
        event: update({ resourcesVpcConfig: { controlPlaneEgressMode: 'CUSTOMER_ROUTED' } }),
      },
      {
        name: 'a person puts it behind another security group',
        event: update({ resourcesVpcConfig: { securityGroupIds: ['sg-0aaa'] } }),
      },
      {
        name: 'a person moves it to other subnets',
        event: update({ resourcesVpcConfig: { subnetIds: ['subnet-0aaa'] } }),
      },
      { name: 'a person installs an add-on of AWS’s as it comes', event: addOn('CreateAddon'), severity: 'low' },
      {
        name: 'a person installs one, configured',
        event: addOn('CreateAddon', { configurationValues: '{"corefile":""}' }),
        severity: 'medium',
      },
      {
        name: 'a person installs a vendor’s',
        event: addOn('CreateAddon', { addonName: 'vendor_agent' }),
        severity: 'medium',
      },
      {
        name: 'a person configures an add-on',
        event: addOn('UpdateAddon', { configurationValues: '{"corefile":""}' }),
        severity: 'medium',
      },
      { name: 'a person takes one away', event: addOn('DeleteAddon') },
      { name: 'a person moves the cluster out of a zone', event: shift(clusterArn), severity: 'medium' },
      {
        name: "Karpenter's role upgrades it, which Karpenter never does",
        event: eks('UpdateClusterVersion', { version: '1.34' }, { by: karpenter }),
      },
      {
        name: 'the Cluster API provider by its usual name only',
        event: eks('UpdateClusterVersion', { version: '1.34' }, { by: clusterApi }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      { name: 'the platform upgrades it', event: eks('UpdateClusterVersion', { version: '1.34' }, { by: platform }) },
      {
        name: 'the Cluster API provider upgrades it',
        event: eks('UpdateClusterVersion', { version: '1.34' }, { by: clusterApi }),
      },
      {
        name: 'a refused attempt',
        event: update({ deletionProtection: false }, { record: { errorCode: 'AccessDeniedException' } }),
      },
      { name: 'a person protects it', event: update({ deletionProtection: true }) },
      { name: 'a person makes it ready for zonal shifts', event: update({ zonalShiftConfig: { enabled: true } }) },
      { name: 'a person changes what it logs', event: update({ logging: { clusterLogging: [] } }) },
      {
        name: 'a cluster is made',
        event: eks('CreateCluster', {
          deletionProtection: false,
          zonalShiftConfig: { enabled: false },
          kubeApiServerConfig: { eventTtl: '5m', serviceNodePortRange: { minPort: 22, maxPort: 32767 } },
          kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type: 'MostAllocated' } } },
          resourcesVpcConfig: {
            controlPlaneEgressMode: 'AWS_MANAGED',
            securityGroupIds: ['sg-0aaa'],
            subnetIds: ['subnet-0aaa'],
          },
        }),
      },
      { name: 'a person looks at an add-on', event: addOn('DescribeAddon', { configurationValues: '' }) },
      { name: 'an add-on gets another version', event: addOn('UpdateAddon', { addonVersion: 'v1.12.4-eksbuild.1' }) },
      {
        name: 'an add-on gets a role (pod-identity-association-changed)',
        event: addOn('CreateAddon', { serviceAccountRoleArn: 'arn:aws:iam::111122223333:role/dns' }),
      },
      {
        name: 'an add-on gets a role and a configuration',
        event: addOn('UpdateAddon', {
          configurationValues: '{}',
          serviceAccountRoleArn: 'arn:aws:iam::111122223333:role/dns',
        }),
      },
      {
        name: 'a load balancer is moved out of a zone',
        event: shift('arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/0aaa'),
      },
      {
        name: 'a shift of a cluster is looked at',
        event: other('arc-zonal-shift', 'GetManagedResource', { resourceIdentifier: clusterArn }),
      },
      ...['UpdateClusterConfig', 'UpdateClusterVersion', 'CreateAddon', 'UpdateAddon', 'StartZonalShift'].map(api => ({
        name: `another service has a call ${api}`,
        event: call('example', api, {
          requestParameters: {
            deletionProtection: false,
            zonalShiftConfig: { enabled: false },
            kubeApiServerConfig: { eventTtl: '5m', serviceNodePortRange: { minPort: 22 } },
            kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type: 'MostAllocated' } } },
            resourcesVpcConfig: { controlPlaneEgressMode: 'x', securityGroupIds: ['x'], subnetIds: ['x'] },
            configurationValues: '{}',
            resourceIdentifier: clusterArn,
          },
        }),
      })),
    ],
  },
});
