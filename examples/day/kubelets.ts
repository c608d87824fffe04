import type { AuditLog } from './audit.ts';
import { dns, type Instance } from './instance.ts';
import { day, midnight, minute } from './random.ts';

/** Kubelets: they read what their pods mount, renew leases, report status, ask for tokens and serving certificates. */
export const kubelets = (log: AuditLog, nodes: readonly Instance[], every: number): void => {
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
