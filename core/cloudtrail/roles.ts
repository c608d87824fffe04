import { itself, remembered } from '../remembered.ts';
import type { Controller, Principals, Settings } from '../settings.ts';
import { matchesAny, matchesArn, matchesWildcard } from '../wildcard.ts';

/** What a role is to the provisioning plane. `likely-controller`: only its usual name says so, because settings name none. */
export type RoleKind = 'controller' | 'likely-controller' | 'node' | 'other';

/** What settings, or usual names, say of a role. */
export interface KnownRole {
  readonly kind: RoleKind;
  readonly controller: Controller['kind'] | 'none';
  /** Known by a usual name, since settings name no such roles. */
  readonly guessed: boolean;
}

/**
 * Role names that installation guides and tools give to controllers: Karpenter's getting-started (`<cluster>-karpenter`) and
 * migration guides, terraform-aws-eks's karpenter module, `clusterawsadm`; cluster roles, with which EKS Auto Mode launches, by the EKS
 * User Guide and eksctl.
 */
export const usualControllers: readonly (readonly [Controller['kind'], readonly string[]])[] = [
  [
    'karpenter',
    ['*-karpenter', 'KarpenterControllerRole-*', 'KarpenterController-*', 'KarpenterIRSA-*', 'karpenter-*'],
  ],
  ['cluster-api', ['controllers.cluster-api-provider-aws.sigs.k8s.io']],
  [
    'eks',
    [
      'eks-controlplane.cluster-api-provider-aws.sigs.k8s.io',
      'AmazonEKSAutoClusterRole*',
      'AmazonEKSClusterRole*',
      'eksClusterRole*',
      'eksctl-*-cluster-ServiceRole-*',
    ],
  ],
];

/** The kind of controller whose usual name a role has, whatever settings name. */
const usualKind = (name: string): Controller['kind'] | undefined =>
  usualControllers.find(([, names]) => matchesAny(names, name))?.[0];

/** Whether a role has a usual name of a controller's, whatever settings name. */
export const hasUsualName = (arn: string): boolean => usualKind(lastSegment(arn)) !== undefined;

/** Node role names given by Karpenter's CloudFormation, eksctl, the EKS console, terraform-aws-eks and `clusterawsadm`. */
export const usualNodes: readonly string[] = [
  'KarpenterNodeRole-*',
  'Karpenter-*',
  'eksctl-*-NodeInstanceRole-*',
  'AmazonEKSNodeRole*',
  'AmazonEKSAutoNodeRole*',
  '*-eks-node-group-*',
  'nodes.cluster-api-provider-aws.sigs.k8s.io',
  'control-plane.cluster-api-provider-aws.sigs.k8s.io',
  'eks-nodegroup.cluster-api-provider-aws.sigs.k8s.io',
];

/** Node role wildcards (names or ARNs) that the settings give, of all clusters; empty when they say nothing. */
export const configuredNodes = (settings: Settings): readonly string[] => [
  ...settings.nodeRoles,
  ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? []),
];

/** Says whether settings name any controller's IAM role: from then on a name that only looks like one counts for nothing. */
export const namesControllers = (settings: Settings): boolean =>
  settings.controllers.some(controller => (controller.roles?.length ?? 0) > 0);

/** The last segment of an ARN or path: a role's name without its path. */
export const lastSegment = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/**
 * Whether a role is service-linked, by its ARN: nobody but AWS makes roles under that path. Any other path may have it in the middle
 * (`role/x:role/aws-service-role/y`; IAM API Reference, CreateRole, takes `:` in one).
 */
export const isServiceLinked = (arn: string): boolean => /^arn:[\w-]+:iam::\d{12}:role\/aws-service-role\//.test(arn);

/** `aws-us-gov` of an ARN or a pattern of some; `aws` where it leaves it open. */
export const partitionOf = (arn: string): string => /^arn:([a-z][a-z-]*):/.exec(arn)?.[1] ?? 'aws';

/** What a role is, by its whole ARN (`sessionIssuer.arn`, which keeps the path). */
export const roleByArn: (arn: string, settings: Settings) => KnownRole = remembered(
  (arn, settings) =>
    classify(
      settings,
      pattern => (pattern.startsWith('arn:') ? matchesArn([pattern], arn) : matchesWildcard(pattern, lastSegment(arn))),
      lastSegment(arn),
    ),
  itself,
);

/**
 * What a role is, by its bare name in an account: all that IAM's requests tell (`roleName`). A settings ARN is compared without
 * its path.
 */
export const roleByName = (name: string, account: string, settings: Settings): KnownRole =>
  classify(
    settings,
    pattern => {
      if (!pattern.startsWith('arn:')) return matchesWildcard(pattern, name);
      const [head = '', tail] = pattern.split(':role/');
      if (tail === undefined)
        return matchesWildcard(pattern, `arn:${partitionOf(pattern)}:iam::${account}:role/${name}`);
      const owner = head.slice(head.lastIndexOf(':') + 1);
      return (account === '' || matchesWildcard(owner, account)) && matchesWildcard(lastSegment(tail), name);
    },
    name,
  );

/** Whether one of some ARNs, as wildcards, is of a role or user of an account, by its bare name; paths count for nothing. */
const namedIn = (arns: readonly string[], kind: 'role' | 'user', name: string, account: string): boolean =>
  arns.some(pattern => {
    const [head = '', tail] = pattern.split(`:${kind}/`);
    const owner = head.slice(head.lastIndexOf(':') + 1);
    return (
      tail !== undefined &&
      (account === '' || matchesWildcard(owner, account)) &&
      matchesWildcard(lastSegment(tail), name)
    );
  });

/** Whether settings list a user of an account, by its bare name, among controllers; paths count for nothing. */
export const userByName = (name: string, account: string, settings: Settings): boolean =>
  settings.controllers.some(({ roles = [] }) => namedIn(roles, 'user', name, account));

/**
 * As what settings exempt a role or user of an account, by its bare name: whoever gets it is exempt as well. Sessions that they list
 * (`assumed-role/NAME/…`) are of a role, too.
 */
export const exemptAs = (
  kind: 'role' | 'user',
  name: string,
  account: string,
  settings: Settings,
): 'platform' | 'gitops' | 'none' => {
  const lists = ({ arns = [] }: Principals): boolean =>
    namedIn(
      arns.map(arn => arn.replace(/:assumed-role\/([^/]+)\/.*$/, ':role/$1')),
      kind,
      name,
      account,
    );
  if (lists(settings.platform)) return 'platform';
  return lists(settings.gitops) ? 'gitops' : 'none';
};

const classify = (settings: Settings, matches: (pattern: string) => boolean, name: string): KnownRole => {
  const named = settings.controllers.find(controller => controller.roles?.some(matches));
  if (named) return { kind: 'controller', controller: named.kind, guessed: false };
  const nodes = configuredNodes(settings);
  if (nodes.length > 0 ? nodes.some(matches) : matchesAny(usualNodes, name))
    return { kind: 'node', controller: 'none', guessed: nodes.length === 0 };
  const usual = namesControllers(settings) ? undefined : usualKind(name);
  if (usual) return { kind: 'likely-controller', controller: usual, guessed: true };
  return { kind: 'other', controller: 'none', guessed: false };
};
