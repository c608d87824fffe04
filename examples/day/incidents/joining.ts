import { serviceAccount } from '../audit.ts';
import { minute } from '../random.ts';
import { at, type Tell, thief } from './scene.ts';

/** Machines that join a cluster, and what lets them. */

export const readSecrets: Tell = ({ fleet }) => {
  const user = { username: 'mallory@example.com', groups: ['system:authenticated', 'developers'] };
  const by = { user, from: thief };
  fleet.add({
    ...by,
    time: at(11, 12),
    verb: 'get',
    what: '/secrets',
    namespace: 'fleet-a',
    name: 'fleet-a-kubeconfig',
  });
  fleet.add({ ...by, time: at(11, 14), verb: 'list', what: '/secrets', namespace: 'fleet-a' });
  fleet.add({
    ...by,
    time: at(11, 15),
    verb: 'get',
    what: '/secrets',
    namespace: 'kube-system',
    name: 'bootstrap-token-abc123',
  });
  return {
    story: 'mallory reads the secrets that let a machine join the fleet',
    expects: ['kubernetes/bootstrap-secret-read'],
  };
};

export const joinedWithToken: Tell = ({ fleet }) => {
  const name = 'ip-10-1-66-6.eu-west-1.compute.internal';
  const inner = Buffer.from(`system:nodes\u0013system:node:${name}`, 'latin1').toString('base64');
  const request = `-----BEGIN CERTIFICATE REQUEST-----\n${inner}\n-----END CERTIFICATE REQUEST-----\n`;
  fleet.add({
    time: at(11, 31),
    user: {
      username: 'system:bootstrap:abc123',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
    },
    verb: 'create',
    what: 'certificates.k8s.io/certificatesigningrequests',
    name: 'csr-w4x2z',
    from: thief,
    agent: 'kubeadm/v1.34.1 (linux/amd64) kubernetes/0000000',
    over: {
      level: 'RequestResponse',
      requestObject: {
        kind: 'CertificateSigningRequest',
        apiVersion: 'certificates.k8s.io/v1',
        metadata: { name: 'csr-w4x2z' },
        spec: {
          signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
          request: Buffer.from(request).toString('base64'),
          usages: ['digital signature', 'client auth'],
        },
      },
    },
  });
  return {
    story: 'a machine joins the fleet with the token that mallory read a quarter of an hour before',
    expects: ['lineage/bootstrap-secret-read-then-join'],
  };
};

export const churn: Tell = ({ fleet }) => {
  const by = {
    user: serviceAccount('capi-system', 'capi-manager'),
    what: 'cluster.x-k8s.io/machines',
    namespace: 'fleet-a',
    from: '10.1.3.7',
    agent: 'manager/v1.14.0 cluster.x-k8s.io',
  };
  for (let index = 0; index < 12; index++) {
    const name = () => `fleet-a-md-0-7c9f4-${fleet.random.word(5)}`;
    fleet.add({ ...by, time: at(18, 5) + index * 2 * minute, verb: 'delete', name: name() });
    fleet.add({ ...by, time: at(18, 5) + index * 2 * minute + 20_000, verb: 'create', name: name() });
  }
  return { story: 'a remediation loop replaces the machines of the fleet', expects: ['lineage/node-churn'] };
};
