import { createHash, createHmac } from 'node:crypto';
import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { SignatureV4 } from '@smithy/signature-v4';
import { KubeError } from './kube-api.ts';

/** How to reach a cluster's API server: where, by whose certificates, as whom. */
export interface Endpoint {
  /** `https://…` */
  readonly url: string;
  /** PEM: the one authority that its certificate may come from. */
  readonly ca: string;
  /** A bearer token, good for some minutes. */
  readonly token: () => Promise<string>;
}

type Init = ConstructorParameters<typeof SignatureV4>[0];
type Source = string | ArrayBuffer | ArrayBufferView;

const bytes = (data: Source): string | Uint8Array =>
  typeof data === 'string'
    ? data
    : ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);

/** SHA-256, keyed or not, as the signer asks for it. */
class Sha256 {
  private hash: { update(data: string | Uint8Array): unknown; digest(): Buffer };
  private readonly secret: Source | undefined;
  constructor(secret?: Source) {
    this.secret = secret;
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }
  update(data: Source): void {
    this.hash.update(bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {
    this.hash = this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(this.secret));
  }
}

/** STS of a region. AWS General Reference, "AWS Security Token Service endpoints and quotas". */
const stsOf = (region: string): string => `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/**
 * The token by which EKS knows an IAM identity: a signed request for `sts:GetCallerIdentity`, good for this cluster alone because
 * its name is a signed header; the server sends it to STS. It needs no permission. (kubernetes-sigs/aws-iam-authenticator,
 * `pkg/token`: prefix, header, an expiry of 60 that STS ignores: the signature holds fifteen minutes.)
 * @param now milliseconds since 1970
 */
export const eksToken = async (
  cluster: string,
  { region, credentials }: { readonly region: string; readonly credentials: Init['credentials'] },
  now: number,
): Promise<string> => {
  const hostname = stsOf(region);
  const signer = new SignatureV4({ credentials, region, service: 'sts', sha256: Sha256 });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: 60, signingDate: new Date(now) },
  );
  const query = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
};

/** EKS refuses or does not know the cluster: asking again changes nothing. */
const refusals = new Set(['ResourceNotFoundException', 'AccessDeniedException', 'InvalidParameterException']);

/**
 * Where a cluster's API server is, by whose certificates, and whether it is reached from outside its VPC. It needs
 * eks:DescribeCluster on the cluster.
 * @throws KubeError where EKS does not say
 */
export const describeCluster = async (
  client: EKSClient,
  name: string,
): Promise<Pick<Endpoint, 'url' | 'ca'> & { readonly isPublic: boolean }> => {
  const { cluster } = await client.send(new DescribeClusterCommand({ name })).catch(error => {
    const refused = error instanceof Error && refusals.has(error.name);
    throw new KubeError(refused ? 'undescribed' : 'unreachable', `eks:DescribeCluster: ${error?.name ?? 'no answer'}`);
  });
  const url = cluster?.endpoint;
  const ca = cluster?.certificateAuthority?.data;
  if (url === undefined || ca === undefined)
    throw new KubeError('undescribed', 'EKS says no endpoint or no certificate authority: is the cluster being made?');
  return {
    url,
    ca: Buffer.from(ca, 'base64').toString('latin1'),
    isPublic: cluster?.resourcesVpcConfig?.endpointPublicAccess !== false,
  };
};

/**
 * Where clusters' API servers are, each asked for once a process.
 * @param client of the cluster's region
 * @param clock milliseconds since 1970, for tokens
 */
export const eksEndpoints = (client: (region: string) => EKSClient, clock: () => number) => {
  const known = new Map<string, Promise<Endpoint>>();
  const describe = async (name: string, region: string): Promise<Endpoint> => {
    const eks = client(region);
    const { url, ca } = await describeCluster(eks, name);
    return { url, ca, token: () => eksToken(name, { region, credentials: eks.config.credentials }, clock()) };
  };
  return {
    /** @throws KubeError where EKS does not say */
    of: (name: string, region: string): Promise<Endpoint> => {
      const key = `${region} ${name}`;
      const asked = known.get(key) ?? describe(name, region);
      known.set(key, asked);
      asked.catch(() => known.delete(key));
      return asked;
    },
    /** Forgets a cluster: its authority may have been rotated. */
    forget: (name: string, region: string): void => void known.delete(`${region} ${name}`),
  };
};

export type Endpoints = ReturnType<typeof eksEndpoints>;
