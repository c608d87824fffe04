import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { DescribeExportTasksCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { agentName, roundPath } from '../core/canary.ts';

/**
 * How a canary's call ended. `refused`: as it should, and what refused it recorded that. `allowed`: somebody lets the canary look;
 * it is recorded all the same. `unmade`: nothing was recorded, because it never arrived, or what answered is no refusal.
 */
export type Outcome =
  | { readonly state: 'refused' }
  | { readonly state: 'allowed' }
  | { readonly state: 'unmade'; readonly why: string };

/** The calls a canary makes. None throws: what went wrong is its outcome. */
export interface CanaryCalls {
  /** 16 hex digits. */
  readonly nonce: () => string;
  /**
   * One read-only call to EC2 of a region, for which the role has no permission: of VM exports, which hardly anybody asks for, so
   * that admitting it costs nothing.
   */
  readonly region: (region: string, round: string) => Promise<Outcome>;
  /** One request to the API server of an EKS cluster, by nobody. */
  readonly cluster: (cluster: string, region: string, round: string) => Promise<Outcome>;
}

/** Milliseconds that a service or an API server may take to answer. */
const timeout = 5_000;

const refusals = /^(UnauthorizedOperation|AccessDenied(Exception)?)$/;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

export const canaryCalls = (): CanaryCalls => ({
  nonce: () => randomBytes(8).toString('hex'),
  region: async (region, round) => {
    const client = new EC2Client({
      region,
      customUserAgent: [[agentName, round]],
      maxAttempts: 2,
      requestHandler: { connectionTimeout: timeout, requestTimeout: timeout },
    });
    try {
      await client.send(new DescribeExportTasksCommand({}));
      return { state: 'allowed' };
    } catch (error) {
      const name = nameOf(error);
      return refusals.test(name) ? { state: 'refused' } : { state: 'unmade', why: `EC2 of ${region}: ${name}` };
    } finally {
      client.destroy();
    }
  },
  cluster: async (name, region, round) => {
    const client = new EKSClient({
      region,
      maxAttempts: 2,
      requestHandler: { connectionTimeout: timeout, requestTimeout: timeout },
    });
    try {
      const { cluster } = await client.send(new DescribeClusterCommand({ name }));
      const [endpoint, ca] = [cluster?.endpoint, cluster?.certificateAuthority?.data];
      if (endpoint === undefined || ca === undefined)
        return { state: 'unmade', why: `the cluster has no endpoint: it is ${cluster?.status ?? 'unknown'}` };
      if (cluster?.resourcesVpcConfig?.endpointPublicAccess === false)
        return { state: 'unmade', why: 'its endpoint is private: it cannot be reached from outside its VPC' };
      return await askCluster(endpoint, Buffer.from(ca, 'base64').toString('utf8'), round);
    } catch (error) {
      return { state: 'unmade', why: `eks:DescribeCluster: ${nameOf(error)}` };
    } finally {
      client.destroy();
    }
  },
});

/**
 * Asks an API server, as nobody, for what nobody may have. It answers 403 where anonymous requests are known and forbidden, 401
 * where they are not known at all; it audits both (kubernetes/apiserver, pkg/endpoints/filters). 404 says that somebody lets
 * everybody look. The answer's body is not read.
 * @param ca PEM of the cluster's own authority: nothing else is trusted
 * @param patience milliseconds until it must have answered
 */
export const askCluster = (endpoint: string, ca: string, round: string, patience = timeout): Promise<Outcome> =>
  new Promise(resolve => {
    const unmade = (why: string): void => resolve({ state: 'unmade', why });
    const address = URL.parse(roundPath(round), endpoint);
    if (address?.protocol !== 'https:') return unmade('its endpoint is no https address');
    const signal = AbortSignal.timeout(patience);
    const headers = { 'user-agent': `${agentName}/${round}`, accept: 'application/json' };
    const asked = request(address, { ca, signal, headers, agent: false }, ({ statusCode = 0 }) => {
      asked.destroy();
      if (statusCode === 401 || statusCode === 403) return resolve({ state: 'refused' });
      if (statusCode === 200 || statusCode === 404) return resolve({ state: 'allowed' });
      unmade(`its API server answered ${statusCode}`);
    });
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const why = signal.aborted ? `no answer in ${patience} ms` : (error.code ?? nameOf(error));
      unmade(`it cannot be reached: ${why} (is its endpoint public, and open to this function?)`);
    });
    asked.end();
  });
