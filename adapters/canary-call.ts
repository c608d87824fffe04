import { randomBytes } from 'node:crypto';
import { DescribeExportTasksCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { agentName, roundPath } from '../core/canary.ts';
import { describeCluster } from './eks.ts';
import { within } from './hurried.ts';
import { getKube, KubeError, type Server } from './kube-api.ts';

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
const usual = 5_000;

const refusals = /^(UnauthorizedOperation|AccessDenied(Exception)?)$/;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
const unmade = (error: unknown): Outcome => ({
  state: 'unmade',
  why: error instanceof KubeError ? error.message : nameOf(error),
});

/** @param timeout milliseconds of one try: one service that says nothing must not take the others' time */
export const canaryCalls = (timeout = usual): CanaryCalls => ({
  nonce: () => randomBytes(8).toString('hex'),
  region: async (region, round) => {
    const client = new EC2Client({ region, customUserAgent: [[agentName, round]], ...within(timeout) });
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
    const client = new EKSClient({ region, ...within(timeout) });
    try {
      const { isPublic, ...server } = await describeCluster(client, name);
      if (!isPublic)
        return { state: 'unmade', why: 'its endpoint is private: it cannot be reached from outside its VPC' };
      return await askCluster(server, round, timeout);
    } catch (error) {
      return unmade(error);
    } finally {
      client.destroy();
    }
  },
});

/** Bytes of an answer: a Status is far shorter. */
const most = 65_536;

/**
 * Asks an API server, as nobody, for what nobody may have. It answers 403 where anonymous requests are known and forbidden, 401
 * where they are not known at all; it audits both (kubernetes/apiserver, pkg/endpoints/filters). 404 says that somebody lets
 * everybody look.
 * @param timeout milliseconds until it must have answered
 */
export const askCluster = async (server: Server, round: string, timeout = usual): Promise<Outcome> => {
  try {
    const { status } = await getKube(
      server,
      roundPath(round),
      { 'user-agent': `${agentName}/${round}` },
      { timeout, most },
    );
    if (status === 401 || status === 403) return { state: 'refused' };
    if (status === 200 || status === 404) return { state: 'allowed' };
    return { state: 'unmade', why: `its API server answered ${status}` };
  } catch (error) {
    return unmade(error);
  }
};
