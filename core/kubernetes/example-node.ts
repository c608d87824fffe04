import type { Event } from '../event.ts';
import { audit, joiner, node } from './example.ts';

/** The node of the examples: what `runInstances` of `core/cloudtrail/example-ec2.ts` launched at 10:00. */
export const exampleNode = {
  name: 'ip-10-0-12-34.eu-west-1.compute.internal',
  instance: 'i-0aaaabbbbccccdddd',
} as const;

interface Joined {
  readonly name?: string;
  readonly instance?: string;
  readonly time?: string;
  readonly cluster?: string;
  readonly code?: number;
}

/** A kubelet registers its Node (Kubernetes documentation, "Self-registration of Nodes"), with the providerID that EKS gives it. */
export const nodeJoined = ({
  name = exampleNode.name,
  instance = exampleNode.instance,
  time = '2026-09-01T10:01:00Z',
  cluster = 'prod',
  code = 201,
}: Joined = {}): Event<'kubernetes'> =>
  audit('create', 'nodes', {
    cluster,
    time,
    user: node(name, instance),
    sourceIPs: ['10.0.12.34'],
    objectRef: { name },
    requestObject: {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name },
      spec: { providerID: `aws:///eu-west-1a/${instance}` },
    },
    responseStatus: { code },
  });

interface Asked {
  readonly name: string;
  readonly time?: string;
  readonly token?: string;
  readonly cluster?: string;
  readonly code?: number;
}

/** A machine asks for its kubelet's certificate with a bootstrap token (Kubernetes documentation, "TLS bootstrapping"). */
export const nodeAsked = ({
  name,
  time = '2026-09-01T10:01:00Z',
  token = 'abc123',
  cluster = 'fleet',
  code = 201,
}: Asked) => {
  const inner = Buffer.from(`system:nodes\u0013system:node:${name}`, 'latin1').toString('base64');
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${inner}\n-----END CERTIFICATE REQUEST-----\n`;
  return audit('create', 'certificatesigningrequests.certificates.k8s.io', {
    cluster,
    user: joiner(token),
    time,
    sourceIPs: ['10.1.3.4'],
    objectRef: { name: `csr-${name}` },
    requestObject: {
      spec: { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', request: Buffer.from(pem).toString('base64') },
    },
    responseStatus: { code },
  });
};
