import { AuditLog, serviceAccount } from './audit.ts';
import { office } from './aws.ts';
import { day, hour, midnight, minute, type Random } from './random.ts';

/** The management cluster's ordinary day: Cluster API makes and heals machines, kubeadm joins them. */
export const ordinaryFleet = (random: Random): AuditLog => {
  const log = new AuditLog(random);
  const manager = {
    user: serviceAccount('capi-system', 'capi-manager'),
    from: '10.1.9.4',
    agent: 'manager/v1.13.0 cluster.x-k8s.io',
  };
  const capa = {
    user: serviceAccount('capa-system', 'capa-controller-manager'),
    from: '10.1.9.5',
    agent: 'manager/v2.11.0 infrastructure.cluster.x-k8s.io',
  };
  const bootstrap = {
    user: serviceAccount('capi-kubeadm-bootstrap-system', 'capi-kubeadm-bootstrap-manager'),
    from: '10.1.9.6',
    agent: 'manager/v1.13.0 bootstrap.cluster.x-k8s.io',
  };
  for (let time = midnight + 40 * minute; time < midnight + day; time += 4 * hour) {
    const name = `fleet-a-md-0-${random.word(5)}`;
    const namespace = 'fleet-a';
    log.add({ ...manager, time, verb: 'create', what: 'cluster.x-k8s.io/machines', namespace, name });
    log.add({
      ...manager,
      time: time + 1_000,
      verb: 'create',
      what: 'bootstrap.cluster.x-k8s.io/kubeadmconfigs',
      namespace,
      name,
    });
    log.add({
      ...capa,
      time: time + 2_000,
      verb: 'create',
      what: 'infrastructure.cluster.x-k8s.io/awsmachines',
      namespace,
      name,
    });
    log.add({ ...bootstrap, time: time + 3_000, verb: 'create', what: '/secrets', namespace, name });
    log.add({
      ...bootstrap,
      time: time + 4_000,
      verb: 'create',
      what: '/secrets',
      namespace: 'kube-system',
      name: `bootstrap-token-${random.word(6)}`,
    });
    log.add({ ...capa, time: time + 8_000, verb: 'get', what: '/secrets', namespace, name });
    log.add({ ...manager, time: time + 9_000, verb: 'get', what: '/secrets', namespace, name: 'fleet-a-kubeconfig' });
    for (let step = 0; step < 12; step++)
      log.add({
        ...random.pick([manager, capa, bootstrap]),
        time: time + 20_000 + step * 20_000,
        verb: 'patch',
        what: 'cluster.x-k8s.io/machines/status',
        namespace,
        name,
      });
  }
  for (let time = midnight; time < midnight + day; time += 2 * minute) {
    log.add({
      ...random.pick([manager, capa, bootstrap]),
      time,
      verb: 'update',
      what: 'coordination.k8s.io/leases',
      namespace: 'capi-system',
      name: 'controller-leader-election-capi',
    });
    if (random.next() < 0.5)
      log.add({
        ...manager,
        time: time + 1_000,
        verb: 'patch',
        what: 'cluster.x-k8s.io/clusters/status',
        namespace: 'fleet-a',
        name: 'fleet-a',
      });
  }
  const flux = {
    user: serviceAccount('flux-system', 'kustomize-controller'),
    from: '10.1.14.9',
    agent: 'kustomize-controller/v1.7.0',
  };
  for (let time = midnight; time < midnight + day; time += 10 * minute)
    for (const [what, name] of [
      ['cluster.x-k8s.io/clusters', 'fleet-a'],
      ['cluster.x-k8s.io/machinedeployments', 'fleet-a-md-0'],
      ['infrastructure.cluster.x-k8s.io/awsmachinetemplates', 'fleet-a-md-0'],
    ] as const)
      log.add({ ...flux, time, verb: 'patch', what, namespace: 'fleet-a', name });
  const carol = { groups: ['system:authenticated', 'readers'], username: 'carol@example.com' };
  for (let index = 0; index < 200; index++)
    log.add({
      user: carol,
      from: office,
      time: midnight + 8 * hour + random.below(9 * hour),
      verb: random.pick(['get', 'list', 'watch']),
      what: 'cluster.x-k8s.io/machines',
      namespace: 'fleet-a',
    });
  return log;
};
