import type { JsonObject } from '../../core/json.ts';
import { type AuditLog, serviceAccount } from './audit.ts';
import { dns, type Instance } from './instance.ts';
import { day, midnight, minute } from './random.ts';

const controlPlane = '10.0.200.11';
const controllerManager = (name: string) => serviceAccount('kube-system', name);
const managerAgent = (name: string): string =>
  `kube-controller-manager/v1.34.1 (linux/amd64) kubernetes/0000000/system:serviceaccount:kube-system:${name}`;

/** A pod as a ReplicaSet makes it. */
const podBody = (namespace: string, name: string, spec: JsonObject = {}): JsonObject => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    namespace,
    generateName: `${name}-6d5f7c9b8-`,
    labels: { app: name },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-6d5f7c9b8`, controller: true }],
  },
  spec: {
    serviceAccountName: name,
    containers: [
      {
        name,
        image: `registry.example.com/shop/${name}:1.42`,
        securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
      },
    ],
    ...spec,
  },
});

/** Karpenter in the cluster: claims, statuses, evictions, its lease. */
export const karpenter = (log: AuditLog, nodes: readonly Instance[]): void => {
  const { random } = log;
  const by = {
    user: serviceAccount('kube-system', 'karpenter'),
    from: '10.0.12.40',
    agent: 'karpenter/v1.14.1 (linux/arm64) kubernetes/0000000',
  };
  for (const node of nodes.filter(one => one.launched >= midnight)) {
    log.add({ ...by, time: node.launched - 4_000, verb: 'create', what: 'karpenter.sh/nodeclaims', name: node.claim });
    for (const [after, sub] of [
      [5_000, true],
      [70_000, true],
      [75_000, false],
    ] as const)
      log.add({
        ...by,
        time: node.launched + after,
        verb: 'patch',
        what: sub ? 'karpenter.sh/nodeclaims/status' : 'karpenter.sh/nodeclaims',
        name: node.claim,
      });
    log.add({
      ...by,
      time: node.launched + 72_000,
      verb: 'patch',
      what: '/nodes',
      name: dns(node),
      over: {
        level: 'RequestResponse',
        requestObject: { metadata: { labels: { 'karpenter.sh/registered': 'true' } }, spec: { taints: null } },
      },
    });
  }
  for (let time = midnight; time < midnight + day; time += 5 * minute) {
    log.add({
      ...by,
      time,
      verb: 'update',
      what: 'coordination.k8s.io/leases',
      namespace: 'kube-system',
      name: 'karpenter-leader-election',
    });
    if (random.next() < 0.3)
      log.add({ ...by, time: time + 1_000, verb: 'patch', what: 'karpenter.sh/nodepools/status', name: 'default' });
    if (random.next() < 0.1)
      log.add({
        ...by,
        time: time + 2_000,
        verb: 'patch',
        what: 'karpenter.k8s.aws/ec2nodeclasses/status',
        name: 'default',
      });
    if (random.next() < 0.2)
      log.add({
        ...by,
        time: time + 3_000,
        verb: 'create',
        what: '/pods/eviction',
        namespace: 'shop',
        name: `web-6d5f7c9b8-${random.word(5)}`,
        over: { level: 'RequestResponse' },
      });
  }
};

/** The control plane's own controllers, add-ons and the API server. */
export const controlPlaneWorks = (log: AuditLog): void => {
  const { random } = log;
  const names = [
    'replicaset-controller',
    'deployment-controller',
    'endpointslice-controller',
    'job-controller',
    'cronjob-controller',
    'horizontal-pod-autoscaler',
    'statefulset-controller',
  ] as const;
  const does = {
    'replicaset-controller': ['create', '/pods'],
    'deployment-controller': ['update', 'apps/replicasets'],
    'endpointslice-controller': ['update', 'discovery.k8s.io/endpointslices'],
    'job-controller': ['create', '/pods'],
    'cronjob-controller': ['create', 'batch/jobs'],
    'horizontal-pod-autoscaler': ['update', 'apps/deployments/scale'],
    'statefulset-controller': ['create', '/pods'],
  } as const;
  for (let index = 0; index < 3_200; index++) {
    const name = random.pick(names);
    const [verb, what] = does[name];
    const [namespace, app] = random.pick([
      ['shop', 'web'],
      ['shop', 'cart'],
      ['payments', 'pay'],
      ['data', 'etl'],
    ] as const);
    log.add({
      user: controllerManager(name),
      from: controlPlane,
      agent: managerAgent(name),
      time: midnight + random.below(day),
      verb,
      what,
      namespace,
      ...(verb === 'create' ? {} : { name: app }),
      over:
        what === '/pods'
          ? { level: 'RequestResponse', requestObject: podBody(namespace, app) }
          : { level: 'RequestResponse' },
    });
  }
  const daemon = podBody('kube-system', 'aws-node', {
    hostNetwork: true,
    containers: [
      { name: 'aws-node', image: 'registry.example.com/amazon-k8s-cni:v1.20.4', securityContext: { privileged: true } },
    ],
  });
  const owner = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'aws-node', controller: true }],
    namespace: 'kube-system',
    generateName: 'aws-node-',
  };
  for (let index = 0; index < 40; index++)
    log.add({
      user: controllerManager('daemon-set-controller'),
      from: controlPlane,
      agent: managerAgent('daemon-set-controller'),
      time: midnight + random.below(day),
      verb: 'create',
      what: '/pods',
      namespace: 'kube-system',
      over: { level: 'RequestResponse', requestObject: { ...daemon, metadata: owner } },
    });
  for (let time = midnight; time < midnight + day; time += 10 * minute)
    log.add({
      user: { username: 'eks:addon-manager', groups: ['system:authenticated'] },
      from: controlPlane,
      agent: 'eks-addon-manager',
      time,
      verb: 'patch',
      what: 'apps/daemonsets',
      namespace: 'kube-system',
      name: 'aws-node',
      over: {
        level: 'RequestResponse',
        requestURI: '/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node?fieldManager=eks&force=true',
      },
    });
  for (let time = midnight; time < midnight + day; time += 30 * minute)
    log.add({
      user: { username: 'system:kube-scheduler', groups: ['system:authenticated'] },
      from: controlPlane,
      agent: 'kube-scheduler/v1.34.1',
      time,
      verb: 'update',
      what: 'coordination.k8s.io/leases',
      namespace: 'kube-system',
      name: 'kube-scheduler',
    });
};
