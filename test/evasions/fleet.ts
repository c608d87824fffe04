import { audit, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const fleet = (verb: string, target: string, name = 'workers', over: object = {}) =>
  audit(verb, target, { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name }, ...over });
const changed: Form['seen'] = ['kubernetes/capi-object-changed-by-unexpected', 'high'];
const status = (target: string, form: string): Form => ({
  form,
  event: fleet('patch', `${target}/status`),
  seen: changed,
});

/** Objects of Cluster API's that steer it. */
export const ofClusterApi: Family = {
  goal: 'Cluster API, by its less usual objects',
  forms: [
    status(
      'kubeadmconfigs.bootstrap.cluster.x-k8s.io',
      'the secret that a machine boots with, by its configuration’s status',
    ),
    status('machines.cluster.x-k8s.io', 'a machine said to be broken, in its status'),
    status('clusters.cluster.x-k8s.io', 'a cluster said to be ready, in its status'),
    status('awsmachines.infrastructure.cluster.x-k8s.io', 'an instance of one’s own, in the status of an AWSMachine'),
    {
      form: 'a config map that a ClusterResourceSet applies',
      event: fleet('patch', 'configmaps', 'cni-manifests'),
      seen: ['kubernetes/capi-object-changed-by-unexpected', 'medium'],
    },
    {
      form: 'a secret that a ClusterResourceSet applies',
      event: fleet('patch', 'secrets', 'cni-manifests'),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    ...[
      ['an extension that answers for the controllers', 'extensionconfigs.runtime.cluster.x-k8s.io'],
      ['a provider, by Cluster API’s operator', 'coreproviders.operator.cluster.x-k8s.io'],
      ['a provider, by clusterctl', 'providers.clusterctl.cluster.x-k8s.io'],
      ['charts for workload clusters', 'helmchartproxies.addons.cluster.x-k8s.io'],
      ['addresses of machines', 'ipaddressclaims.ipam.cluster.x-k8s.io'],
      ['a health check that replaces every machine', 'machinehealthchecks.cluster.x-k8s.io'],
      ['a rule of how machines are drained', 'machinedrainrules.cluster.x-k8s.io'],
      ['a pool of instances', 'awsmachinepools.infrastructure.cluster.x-k8s.io'],
      ['a control plane of EKS', 'awsmanagedcontrolplanes.controlplane.cluster.x-k8s.io'],
      ['what nodes of EKS boot with', 'eksconfigtemplates.bootstrap.cluster.x-k8s.io'],
      ['a control plane’s template', 'kubeadmcontrolplanetemplates.controlplane.cluster.x-k8s.io'],
    ].map(([form = '', target = '']): Form => ({ form, event: fleet('create', target), seen: changed })),
    {
      form: 'more machines of a control plane, by the subresource',
      event: fleet('patch', 'kubeadmcontrolplanes.controlplane.cluster.x-k8s.io/scale'),
      seen: changed,
    },
    {
      form: 'a MachinePool',
      event: fleet('create', 'machinepools.cluster.x-k8s.io'),
      seen: ['kubernetes/machine-created-by-unexpected', 'high'],
    },
    {
      form: 'a status, by a program that nobody named',
      event: fleet('patch', 'machines.cluster.x-k8s.io/status', 'workers', { user: users.workload }),
      seen: unseen('controllers keep status all day: other providers would be told of at every turn'),
    },
    {
      form: 'a provider of Rancher’s (Turtles)',
      event: fleet('patch', 'capiproviders.turtles-capi.cattle.io'),
      seen: unseen('it is of another product’s group: what its controller makes of it is judged'),
    },
  ],
};
