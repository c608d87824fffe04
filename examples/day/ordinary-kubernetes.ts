import type { JsonObject } from '../../core/json.ts';
import { AuditLog, iamUser, serviceAccount } from './audit.ts';
import { dns, type Instance, office } from './aws.ts';
import { hour, midnight, minute, type Random } from './random.ts';

const controlPlane = '10.0.200.11';
const day = 24 * hour;
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

/** Kubelets: they read what their pods mount, renew leases, report status, ask for tokens and serving certificates. */
const kubelets = (log: AuditLog, nodes: readonly Instance[], every: number): void => {
  const { random } = log;
  for (const node of nodes) {
    const user = {
      username: `system:node:${dns(node)}`,
      uid: `aws-iam-authenticator:111122223333:AROAEXAMPLEEXAMPLEEXA`,
      groups: ['system:bootstrappers', 'system:nodes', 'system:authenticated'],
      extra: {
        arn: [`arn:aws:sts::111122223333:assumed-role/${node.role}/${node.id}`],
        canonicalArn: [`arn:aws:iam::111122223333:role/${node.role}`],
        accessKeyId: [node.key],
        sessionName: [node.id],
        principalId: ['AROAEXAMPLEEXAMPLEEXA'],
      },
    };
    const by = { user, from: node.address, agent: 'kubelet/v1.34.1 (linux/arm64) kubernetes/0000000' };
    const start = Math.max(node.launched + minute, midnight);
    if (node.launched >= midnight) {
      log.add({
        ...by,
        time: start,
        verb: 'create',
        what: '/nodes',
        over: {
          level: 'RequestResponse',
          requestObject: {
            kind: 'Node',
            apiVersion: 'v1',
            metadata: { name: dns(node), labels: { 'karpenter.sh/nodepool': node.pool } },
            spec: { providerID: `aws:///eu-west-1a/${node.id}` },
          },
        },
      });
      log.add({
        ...by,
        time: start + 2_000,
        verb: 'create',
        what: 'certificates.k8s.io/certificatesigningrequests',
        over: {
          level: 'RequestResponse',
          requestObject: {
            kind: 'CertificateSigningRequest',
            apiVersion: 'certificates.k8s.io/v1',
            metadata: { generateName: 'csr-' },
            spec: {
              signerName: 'kubernetes.io/kubelet-serving',
              usages: ['digital signature', 'server auth'],
              username: user.username,
            },
          },
        },
      });
    }
    for (
      let time = start + random.below(every);
      time < (node.gone ?? midnight + day);
      time += every + random.below(every)
    ) {
      const [namespace, name] = random.pick([
        ['shop', 'web'],
        ['shop', 'cart'],
        ['payments', 'pay'],
        ['data', 'etl'],
      ] as const);
      const kind = random.below(5);
      if (kind === 0) log.add({ ...by, time, verb: 'get', what: '/secrets', namespace, name: `${name}-tls` });
      else if (kind === 1)
        log.add({ ...by, time, verb: 'watch', what: '/configmaps', namespace, name: 'kube-root-ca.crt' });
      else if (kind === 2)
        log.add({
          ...by,
          time,
          verb: 'create',
          what: '/serviceaccounts/token',
          namespace,
          name,
          over: {
            level: 'Request',
            requestObject: {
              kind: 'TokenRequest',
              apiVersion: 'authentication.k8s.io/v1',
              spec: {
                audiences: ['https://kubernetes.default.svc'],
                expirationSeconds: 3607,
                boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: `${name}-6d5f7c9b8-${random.word(5)}` },
              },
            },
          },
        });
      else if (kind === 3)
        log.add({
          ...by,
          time,
          verb: 'update',
          what: 'coordination.k8s.io/leases',
          namespace: 'kube-node-lease',
          name: dns(node),
        });
      else
        log.add({
          ...by,
          time,
          verb: 'patch',
          what: '/pods/status',
          namespace,
          name: `${name}-6d5f7c9b8-${random.word(5)}`,
          over: { level: 'Request', requestObject: { metadata: { uid: random.guid() }, status: { phase: 'Running' } } },
        });
    }
  }
};

/** Karpenter in the cluster: claims, statuses, evictions, its lease. */
const karpenter = (log: AuditLog, nodes: readonly Instance[]): void => {
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
const controlPlaneWorks = (log: AuditLog): void => {
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

/** What teams run beside their applications: certificates, secret sync, metrics, policy, GitOps. */
const addOns = (log: AuditLog): void => {
  const { random } = log;
  const flux = {
    user: serviceAccount('flux-system', 'kustomize-controller'),
    from: '10.0.14.9',
    agent: 'kustomize-controller/v1.7.0',
  };
  for (let time = midnight; time < midnight + day; time += 10 * minute) {
    for (const [what, namespace, name] of [
      ['apps/deployments', 'shop', 'web'],
      ['apps/deployments', 'payments', 'pay'],
      ['/configmaps', 'shop', 'web-config'],
      ['rbac.authorization.k8s.io/roles', 'shop', 'web'],
    ] as const)
      log.add({
        ...flux,
        time: time + random.below(30_000),
        verb: 'patch',
        what,
        namespace,
        name,
        over: { requestURI: `/apis/${what}?fieldManager=kustomize-controller&force=true` },
      });
    log.add({ ...flux, time: time + 31_000, verb: 'patch', what: 'karpenter.sh/nodepools', name: 'default' });
    log.add({ ...flux, time: time + 32_000, verb: 'patch', what: 'karpenter.k8s.aws/ec2nodeclasses', name: 'default' });
    log.add({
      user: serviceAccount('flux-system', 'source-controller'),
      from: '10.0.14.8',
      agent: 'source-controller/v1.7.0',
      time: time + 5_000,
      verb: 'get',
      what: '/secrets',
      namespace: 'flux-system',
      name: 'git-credentials',
    });
    log.add({
      user: serviceAccount('flux-system', 'helm-controller'),
      from: '10.0.14.7',
      agent: 'helm-controller/v1.4.0',
      time: time + 8_000,
      verb: 'update',
      what: '/secrets',
      namespace: 'shop',
      name: 'sh.helm.release.v1.redis.v7',
    });
  }
  const quiet: readonly (readonly [string, string, string, string, (string | undefined)?, string?])[] = [
    ['cert-manager', 'cert-manager', 'update', '/secrets', 'shop', 'web-tls'],
    [
      'cert-manager',
      'cert-manager-cainjector',
      'patch',
      'admissionregistration.k8s.io/validatingwebhookconfigurations',
      undefined,
      'cert-manager-webhook',
    ],
    ['external-secrets', 'external-secrets', 'update', '/secrets', 'payments', 'pay-database'],
    ['monitoring', 'kube-state-metrics', 'list', '/pods'],
    ['monitoring', 'prometheus-k8s', 'get', '/nodes/metrics', undefined, 'ip-10-0-12-34.eu-west-1.compute.internal'],
    [
      'kyverno',
      'kyverno-admission-controller',
      'update',
      'admissionregistration.k8s.io/mutatingwebhookconfigurations',
      undefined,
      'kyverno-resource-mutating-webhook-cfg',
    ],
    ['kube-system', 'metrics-server', 'get', '/nodes/metrics', undefined, 'ip-10-0-12-34.eu-west-1.compute.internal'],
    ['kube-system', 'aws-load-balancer-controller', 'patch', 'networking.k8s.io/ingresses/status', 'shop', 'web'],
    ['kube-system', 'ebs-csi-controller-sa', 'patch', '/persistentvolumes', undefined, 'pvc-1'],
    ['kube-system', 'coredns', 'watch', 'discovery.k8s.io/endpointslices'],
  ];
  for (let index = 0; index < 1_600; index++) {
    const [namespace, name, verb, what, target, object] = random.pick(quiet);
    log.add({
      user: serviceAccount(namespace, name),
      from: `10.0.16.${1 + random.below(250)}`,
      agent: `${name}/v1`,
      time: midnight + random.below(day),
      verb,
      what,
      ...(target === undefined ? {} : { namespace: target }),
      ...(object === undefined ? {} : { name: object }),
    });
  }
};

/** Developers and CI: they look, they read logs, they sometimes open a shell in their own pods; a deployment goes out. */
const people = (log: AuditLog): void => {
  const { random } = log;
  const users = [iamUser('developer', 'alice'), iamUser('developer', 'bob'), iamUser('readonly', 'carol')];
  for (let index = 0; index < 1_300; index++) {
    const [verb, what, name] = random.pick([
      ['list', '/pods', undefined],
      ['get', '/pods', 'web-6d5f7c9b8-abcde'],
      ['get', '/pods/log', 'web-6d5f7c9b8-abcde'],
      ['list', 'apps/deployments', undefined],
      ['watch', '/pods', undefined],
      ['list', '/events', undefined],
      ['get', '/services', 'web'],
    ] as const);
    log.add({
      user: random.pick(users),
      from: office,
      time: midnight + 7 * hour + random.below(12 * hour),
      verb,
      what,
      namespace: random.pick(['shop', 'payments']),
      ...(name === undefined ? {} : { name }),
    });
  }
  for (let index = 0; index < 40; index++)
    log.add({
      user: iamUser('readonly', 'carol'),
      from: office,
      time: midnight + 7 * hour + random.below(12 * hour),
      verb: 'list',
      what: 'karpenter.sh/nodepools',
    });
  for (let index = 0; index < 6; index++)
    log.add({
      user: iamUser('developer', 'alice'),
      from: office,
      time: midnight + (8 + index) * hour,
      verb: 'create',
      what: '/pods/exec',
      namespace: 'shop',
      name: 'web-6d5f7c9b8-abcde',
      code: 101,
      over: {
        stage: 'ResponseStarted',
        requestURI: '/api/v1/namespaces/shop/pods/web-6d5f7c9b8-abcde/exec?command=sh&stdin=true&tty=true',
      },
    });
  for (let index = 0; index < 30; index++)
    log.add({
      user: iamUser('ci-deploy', `build-${index}`),
      from: '198.51.100.78',
      agent: 'Helm/3.19.0',
      time: midnight + 9 * hour + index * 14 * minute,
      verb: 'patch',
      what: 'apps/deployments',
      namespace: 'shop',
      name: 'web',
      over: { level: 'RequestResponse' },
    });
};

/** The EKS cluster's ordinary day. */
export const ordinaryEks = (random: Random, nodes: readonly Instance[]): AuditLog => {
  const log = new AuditLog(random);
  kubelets(log, nodes, 6 * minute);
  karpenter(log, nodes);
  controlPlaneWorks(log);
  addOns(log);
  people(log);
  return log;
};

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
