import { call } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { clusterApiTags, ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, joiner, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { nodeAsked } from '../../core/kubernetes/example-node.ts';
import { step } from '../stories/step.ts';
import { asController, asking, fleet } from './cast.ts';
import type { Work } from './work.ts';

const admin = asking(users.admin, 'clusterctl/v1.14.0 (linux/amd64)', fleet, '10.1.0.9');
const kubectl = asking(users.admin, 'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000', fleet, '10.1.0.9');
const core = asController('capi-system', 'capi-manager', 'cluster-api/v1.14', fleet);
const bootstrap = asController(
  'capi-kubeadm-bootstrap-system',
  'capi-kubeadm-bootstrap-manager',
  'cluster-api/v1.14',
  fleet,
);
const controlPlane = asController(
  'capi-kubeadm-control-plane-system',
  'capi-kubeadm-control-plane-manager',
  'cluster-api/v1.14',
  fleet,
);
const capa = asController('capa-system', 'capa-controller-manager', 'cluster-api-provider-aws/v2.11', fleet);
const injector = asController('cert-manager', 'cert-manager-cainjector', 'cainjector/v1.18', fleet);
const certificates = asController('cert-manager', 'cert-manager', 'controller/v1.18', fleet);
const providers = [
  ['capi-system', 'capi-controller-manager', 'capi-webhook-service-cert'],
  [
    'capi-kubeadm-bootstrap-system',
    'capi-kubeadm-bootstrap-controller-manager',
    'capi-kubeadm-bootstrap-webhook-service-cert',
  ],
  [
    'capi-kubeadm-control-plane-system',
    'capi-kubeadm-control-plane-controller-manager',
    'capi-kubeadm-control-plane-webhook-service-cert',
  ],
  ['capa-system', 'capa-controller-manager', 'capa-webhook-service-cert'],
] as const;
const own = {
  by: clusterApi,
  record: { sourceIPAddress: '203.0.113.10', userAgent: 'aws.cluster.x-k8s.io/v2.11 aws-sdk-go-v2/1.39' },
};
const capi = (kind: string) => `${kind}.cluster.x-k8s.io`;
const infra = (kind: string) => `${kind}.infrastructure.cluster.x-k8s.io`;
const token = (index: number): string => `tok${String(index).padStart(3, '0')}`;

/** One machine, from its object to its node. */
const machine = (index: number) => {
  const name = `shop-md-0-${index}`;
  const node = `ip-10-1-7-${index}.eu-west-1.compute.internal`;
  const asked = nodeAsked({ name: node, token: token(index) });
  const instanceId = `i-0fee0000000000${String(index).padStart(3, '0')}`;
  const spec: JsonObject = { clusterName: 'shop', bootstrap: { configRef: { name } } };
  return [
    core('create', capi('machines'), 'fleet-shop', name, { requestObject: { spec } }),
    core('create', infra('awsmachines'), 'fleet-shop', name, {
      requestObject: { spec: { instanceType: 'm6i.large' } },
    }),
    bootstrap('create', 'secrets', 'kube-system', `bootstrap-token-${token(index)}`),
    bootstrap('create', 'secrets', 'fleet-shop', name),
    capa('get', 'secrets', 'fleet-shop', name),
    other('secretsmanager', 'CreateSecret', { name: `aws.cluster.x-k8s.io/${name}` }, own),
    runInstances({
      by: clusterApi,
      tags: { ...clusterApiTags, Name: name },
      type: 'm6i.large',
      instance: {
        instanceId,
        privateIpAddress: `10.1.7.${index}`,
        iamInstanceProfile: {
          arn: 'arn:aws:iam::111122223333:instance-profile/nodes.cluster-api-provider-aws.sigs.k8s.io',
          id: 'AIPAEXAMPLE',
        },
      },
      request: { iamInstanceProfile: { name: 'nodes.cluster-api-provider-aws.sigs.k8s.io' } },
      record: own.record,
    }),
    { ...asked, record: { ...asked.record, sourceIPs: [`10.1.7.${index}`] } },
    audit('update', 'certificatesigningrequests.certificates.k8s.io/approval', {
      cluster: 'fleet',
      user: serviceAccount('kube-system', 'certificate-controller'),
      sourceIPs: ['10.1.0.10'],
      objectRef: { name: `csr-${node}` },
    }),
    audit('get', 'configmaps', {
      cluster: 'fleet',
      user: joiner(token(index)),
      sourceIPs: [`10.1.7.${index}`],
      objectRef: { namespace: 'kube-system', name: 'kubeadm-config' },
    }),
    audit('create', 'nodes', {
      cluster: 'fleet',
      user: { username: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
      sourceIPs: [`10.1.7.${index}`],
      objectRef: { name: node },
      requestObject: {
        kind: 'Node',
        metadata: { name: node },
        spec: { providerID: `aws:///eu-west-1a/${instanceId}` },
      },
    }),
    audit('delete', 'secrets', {
      cluster: 'fleet',
      user: serviceAccount('kube-system', 'token-cleaner'),
      sourceIPs: ['10.1.0.10'],
      objectRef: { namespace: 'kube-system', name: `bootstrap-token-${token(index)}` },
    }),
  ];
};
const ended = (index: number) => [
  core('delete', capi('machines'), 'fleet-shop', `shop-md-0-${index}`),
  call('ec2', 'TerminateInstances', {
    userIdentity: clusterApi,
    ...own.record,
    requestParameters: {
      instancesSet: { items: [{ instanceId: `i-0fee0000000000${String(index).padStart(3, '0')}` }] },
    },
  }),
];

export const clusterApiDay: Work = {
  title: 'Cluster API: clusterctl init, a workload cluster, a roll-out',
  source:
    'The Cluster API Book, “clusterctl init”, “Quick Start”, `clusterctl move`; kubernetes-sigs/cluster-api-provider-aws, `clusterawsadm`; cert-manager’s manifests. Whose API server machines of a cluster ask is the workload cluster’s own in truth: here both are one',
  steps: [
    step(
      '09:00',
      'clusterctl init installs providers, and cert-manager makes their certificates',
      admin('list', 'secrets', 'cert-manager', ''),
      ...providers.flatMap(([namespace, name, certificate]) => [
        admin('create', 'namespaces', '', namespace),
        admin('create', 'serviceaccounts', namespace, name),
        admin('create', 'clusterrolebindings.rbac.authorization.k8s.io', '', `${name}-rolebinding`, {
          requestObject: {
            roleRef: { kind: 'ClusterRole', name: `${namespace.replace('-system', '')}-manager-role` },
            subjects: [{ kind: 'ServiceAccount', name: 'manager', namespace }],
          },
        }),
        admin('create', 'deployments.apps', namespace, name, {
          requestObject: {
            spec: { template: { spec: { serviceAccountName: 'capi-manager', containers: [{ name: 'manager' }] } } },
          },
        }),
        admin('create', 'mutatingwebhookconfigurations.admissionregistration.k8s.io', '', `${name}-webhook`, {
          requestObject: {
            webhooks: [
              { name: 'default.x', clientConfig: { service: { namespace, name: 'webhook' } }, failurePolicy: 'Fail' },
            ],
          },
        }),
        certificates('create', 'secrets', namespace, certificate),
        injector('update', 'mutatingwebhookconfigurations.admissionregistration.k8s.io', '', `${name}-webhook`),
      ]),
      admin('create', 'secrets', 'capa-system', 'capa-manager-bootstrap-credentials'),
    ),
    step(
      '10:00',
      'an administrator applies a cluster',
      kubectl('create', 'namespaces', '', 'fleet-shop'),
      ...[
        capi('clusters'),
        infra('awsclusters'),
        'kubeadmcontrolplanes.controlplane.cluster.x-k8s.io',
        infra('awsmachinetemplates'),
        'kubeadmconfigtemplates.bootstrap.cluster.x-k8s.io',
        capi('machinedeployments'),
      ].map(kind => kubectl('create', kind, 'fleet-shop', 'shop', { requestObject: { spec: {} } })),
      controlPlane('create', 'secrets', 'fleet-shop', 'shop-ca'),
      controlPlane('create', 'secrets', 'fleet-shop', 'shop-kubeconfig'),
      core('patch', `${capi('clusters')}/status`, 'fleet-shop', 'shop'),
      ec2('CreateSecurityGroup', { groupName: 'shop-node' }, own),
      ec2(
        'AuthorizeSecurityGroupIngress',
        {
          groupId: 'sg-0ddd',
          ipPermissions: {
            items: [
              { ipProtocol: 'tcp', fromPort: 30000, toPort: 32767, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
            ],
          },
        },
        own,
      ),
    ),
    step('10:10', 'its machines join', ...[1, 2, 3].flatMap(machine)),
    step('10:30', 'clusterctl fetches its kubeconfig', admin('get', 'secrets', 'fleet-shop', 'shop-kubeconfig')),
    step(
      '14:00',
      'another image: a new template, and machines are rolled',
      kubectl('create', infra('awsmachinetemplates'), 'fleet-shop', 'shop-2', {
        requestObject: { spec: { template: { spec: { ami: { id: 'ami-0123456789abcdef0' } } } } },
      }),
      kubectl('patch', capi('machinedeployments'), 'fleet-shop', 'shop-md-0', {
        requestObject: { spec: { template: { spec: { infrastructureRef: { name: 'shop-2' } } } } },
      }),
      ...[4, 5, 6].flatMap(machine),
      ...[1, 2, 3].flatMap(ended),
      kubectl('patch', `${capi('machinedeployments')}/scale`, 'fleet-shop', 'shop-md-0', {
        requestObject: { spec: { replicas: 4 } },
      }),
      ...machine(7),
    ),
  ],
  named: {
    platform: { ...exampleSettings.platform, users: [...(exampleSettings.platform.users ?? []), 'kubernetes-admin'] },
    secretReaders: { users: ['kubernetes-admin'] },
  },
  still: {
    'kubernetes/machine-template-unhardened (high)':
      'a template that says nothing of IMDS, image and disks is one that weakens its machines, whoever applies it',
  },
  most: [18, 18, 2],
};
