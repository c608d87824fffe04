import { request } from 'node:https';
import { isObject, type Json, type JsonObject, text } from '../core/json.ts';
import type { Address, Failure } from '../core/kubernetes/reading.ts';
import type { Endpoint, Endpoints } from './eks.ts';

/** Something could not be read from a cluster's API. The message holds no secret and no text of the server's but a Status reason. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly failure: Failure;
  constructor(failure: Failure, detail: string) {
    super(`the cluster's API: ${failure}: ${detail}`);
    this.failure = failure;
  }
}

/** Failures that may be over in a minute: the others stay as they are until somebody mends something. */
export const isPassing = (failure: Failure): boolean =>
  ['slow', 'throttled', 'unavailable', 'unreachable'].includes(failure);

/** Bounds of one request. */
export interface Bounds {
  /** Milliseconds for everything, from the connection to the last byte. */
  readonly timeout: number;
  /** Bytes of an answer. */
  readonly most: number;
}

/** etcd holds at most 1.5 MB of an object; the longest list that is asked for is of 250 pods. */
const usualBounds: Bounds = { timeout: 5_000, most: 16 * 1024 * 1024 };

/** A name as one segment of a path (kubernetes/apimachinery, `api/validation/path`): anything else could ask for something else. */
const segment = (value: string, what: string): string => {
  const isPlain = value.isWellFormed() && !/[/%\u0000-\u0020\u007f]/.test(value);
  if (!isPlain || value === '' || value.length > 253 || value === '.' || value === '..')
    throw new KubeError('misnamed', `the event names no ${what} that can be asked for`);
  return encodeURIComponent(value);
};

/** The path of an object. @throws KubeError `misnamed` on a name that cannot be an object's */
export const pathOf = ({ group, version, resource, namespace, name }: Address): string => {
  if (!/^v\d+(?:(?:alpha|beta)\d+)?$/.test(version)) throw new KubeError('misnamed', 'the event names no API version');
  if (!/^[a-z0-9]+$/.test(resource)) throw new KubeError('misnamed', 'the event names no resource');
  const root = group === '' ? `/api/${version}` : `/apis/${segment(group, 'group')}/${version}`;
  const within = namespace === undefined || namespace === '' ? '' : `/namespaces/${segment(namespace, 'namespace')}`;
  return `${root}${within}/${resource}/${segment(name, 'name')}`;
};

/** Kubernetes API conventions, "Response Status Kind" and HTTP status codes. */
const failureOf = (status: number): Failure => {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'gone';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'unavailable';
  if (status >= 300 && status < 400) return 'redirected';
  return 'refused';
};

/** The reason of a Status object, where it is a word: the server's message may quote anything. */
const reasonIn = (body: Buffer): string => {
  try {
    const reason = text(JSON.parse(body.toString()), 'reason') ?? '';
    return /^[A-Za-z]{1,60}$/.test(reason) ? ` (${reason})` : '';
  } catch {
    return '';
  }
};

/** Errors of Node's TLS that say whose certificate it is, not that the connection failed (Node.js documentation, "TLS", X509). */
const isUntrusted = (code: unknown): boolean =>
  typeof code === 'string' &&
  /^(?:UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_|ERR_SSL_|ERR_OSSL_|INVALID_CA|HOSTNAME_MISMATCH)/.test(
    code,
  );

/** Where an API server is, and the PEM of the one authority that its certificate may come from. */
export type Server = Pick<Endpoint, 'url' | 'ca'>;

/**
 * Asks a cluster's API server for something: over TLS, believing the cluster's own authority alone, following no redirect, within
 * its bounds. It can only read: no other method is ever sent.
 * @param path as `pathOf` makes it, or a list's with its query
 * @throws KubeError where no whole answer came, whatever it says
 */
export const getKube = async (
  server: Server,
  path: string,
  headers: { readonly [name: string]: string },
  { timeout, most }: Bounds,
): Promise<{ readonly status: number; readonly body: Buffer }> => {
  const base = URL.parse(server.url);
  if (base === null || base.protocol !== 'https:' || base.username !== '' || base.password !== '')
    throw new KubeError('undescribed', 'the endpoint is no https address');
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeout);
    const failed = (error: Error & { readonly code?: unknown }): void => {
      if (error instanceof KubeError) reject(error);
      else if (signal.aborted) reject(new KubeError('slow', `no whole answer within ${timeout} ms`));
      else if (isUntrusted(error.code))
        reject(new KubeError('untrusted', `its certificate is not of the cluster's authority (${String(error.code)})`));
      else reject(new KubeError('unreachable', `the connection failed (${String(error.code ?? error.name)})`));
    };
    const asking = request(
      {
        method: 'GET',
        hostname: base.hostname.replace(/^\[|\]$/g, ''),
        port: base.port === '' ? 443 : base.port,
        path,
        headers: { accept: 'application/json', ...headers },
        ca: server.ca,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        agent: false,
        signal,
      },
      answer => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('error', failed);
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > most) asking.destroy(new KubeError('too-large', `the answer is longer than ${most} bytes`));
          else chunks.push(chunk);
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }));
        // Cut off before its end: `aborted` comes without `end`.
        answer.on('close', () => failed(new Error('cut off')));
      },
    );
    asking.on('error', failed);
    asking.end();
  });
};

/**
 * Gets one JSON object from a cluster's API server, as who the endpoint's token says.
 * @throws KubeError, whatever goes wrong
 */
export const readKube = async (endpoint: Endpoint, path: string, bounds: Bounds = usualBounds): Promise<JsonObject> => {
  const token = await endpoint.token().catch(() => {
    throw new KubeError('unreachable', 'no credentials to sign a token with');
  });
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'tripline' };
  const { status, body } = await getKube(endpoint, path, headers, bounds);
  if (status !== 200) throw new KubeError(failureOf(status), `it answered ${status}${reasonIn(body)}`);
  let parsed: Json;
  try {
    parsed = JSON.parse(body.toString()) as Json; // JSON.parse gives JSON
  } catch {
    throw new KubeError('unreadable', 'the answer is no JSON');
  }
  if (!isObject(parsed)) throw new KubeError('unreadable', 'the answer is no object');
  return parsed;
};

/** Reads of clusters that the settings name. */
export interface Kube {
  /** @throws KubeError, whatever goes wrong */
  fetch(cluster: string, path: string): Promise<JsonObject>;
}

/**
 * Reads from clusters by their names.
 * @param regionOf the region of a cluster; undefined where it may not be read
 */
export const kubeOf = (
  endpoints: Pick<Endpoints, 'of' | 'forget'>,
  regionOf: (cluster: string) => string | undefined,
  bounds: Bounds = usualBounds,
): Kube => ({
  fetch: async (cluster, path) => {
    const region = regionOf(cluster);
    if (region === undefined) throw new KubeError('undescribed', 'the settings give no reader for it');
    const endpoint = await endpoints.of(cluster, region);
    try {
      return await readKube(endpoint, path, bounds);
    } catch (error) {
      // The authority may have been rotated since EKS was asked, or the endpoint moved.
      if (error instanceof KubeError && ['untrusted', 'unreachable'].includes(error.failure))
        endpoints.forget(cluster, region);
      throw error;
    }
  },
});
