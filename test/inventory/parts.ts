import type { Cluster, Holder, Instance, Network, Part, Role, Tag, Trail } from '../../core/inventory/aws.ts';

/** Parts of an account as a step of the inventory finds them: sound, but for what a test says. */

export const account = '111122223333';

export const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** A policy as IAM gives it, not encoded. */
export const document = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

export const tags = (all: { readonly [key: string]: string }): readonly Tag[] =>
  Object.entries(all).map(([Key, Value]) => ({ Key, Value }));

/** A node of Karpenter's, hardened. */
export const node = (InstanceId: string, over: Partial<Instance> = {}): Instance => ({
  ...{ InstanceId, ImageId: 'ami-0123456789abcdef0' },
  MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
  Tags: tags({ 'karpenter.sh/nodepool': 'default', 'kubernetes.io/cluster/prod': 'owned' }),
  ...over,
});

/** A network of nothing, encrypted. */
export const network = (over: Partial<Network>): Network => ({
  ...{ vpcs: [], subnets: [], groups: [], gateways: [], addresses: [], endpoints: [], encryptsByDefault: true },
  ...over,
});

/** A cluster that nobody gets into from outside. */
export const cluster = (name: string, over: Partial<Cluster> = {}): Cluster => ({
  ...{ name, arn: `arn:aws:eks:eu-west-1:${account}:cluster/${name}`, auditLogging: true, vpc: 'vpc-0aaa' },
  ...{ publicEndpoint: false, publicCidrs: ['0.0.0.0/0'], authenticationMode: 'API' },
  ...{ entries: [], pods: [], nodeRoles: [], ...over },
});

/** A role that EC2 alone assumes, without policies. */
export const role = (name: string, over: Partial<Role> = {}): Role => ({
  ...{ arn: roleArn(name), name, attached: [], inline: [] },
  trust: document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } }),
  ...over,
});

/** Somebody with one policy. */
export const holder = (name: string, ...statements: readonly object[]): Holder => ({
  arn: roleArn(name),
  policies: [{ name: 'own', document: document(...statements) }],
});

/** A trail that sees everything. */
export const trail = (name: string, over: Partial<Trail> = {}): Trail => ({
  ...{ name, logging: true, multiRegion: true, validated: true, management: 'all', ...over },
});

/** A part of each kind. */
export const part = {
  instances: (...instances: readonly Instance[]): Part => ({ kind: 'instances', instances, images: [] }),
  network: (over: Partial<Network>): Part => ({ kind: 'network', network: network(over) }),
  roles: (...roles: readonly Role[]): Part => ({ kind: 'roles', profiles: [], roles }),
  taggers: (...holders: readonly Holder[]): Part => ({ kind: 'taggers', holders }),
  clusters: (...clusters: readonly Cluster[]): Part => ({ kind: 'clusters', clusters }),
  trails: (...trails: readonly Trail[]): Part => ({ kind: 'trails', trails }),
};
