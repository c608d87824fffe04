import { type AuditLog, iamUser, serviceAccount } from './audit.ts';
import { office } from './aws.ts';
import { day, hour, midnight, minute } from './random.ts';

/** What teams run beside their applications: certificates, secret sync, metrics, policy, GitOps. */
export const addOns = (log: AuditLog): void => {
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
export const people = (log: AuditLog): void => {
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
