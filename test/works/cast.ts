import { roleSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import type { By } from '../../core/cloudtrail/example-iam.ts';
import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit, iamSession, serviceAccount } from '../../core/kubernetes/example.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import type { Cluster, Settings } from '../../core/settings.ts';

/** Who takes part in works, in both logs' words, and what settings say of them: documentation values only. */

export const account = '111122223333';
/** A cluster, the NAT gateway of its VPC, and the two numbers with which addresses in it begin. */
export interface Place {
  readonly cluster: string;
  readonly gateway: string;
  readonly net: string;
}
/** The cluster of most works. The example's settings know nothing of it. */
export const shop: Place = { cluster: 'shop', gateway: '203.0.113.77', net: '10.2' };
/** The clusters of the example's settings. */
export const prod: Place = { cluster: 'prod', gateway: '203.0.113.10', net: '10.0' };
export const fleet: Place = { cluster: 'fleet', gateway: '203.0.113.10', net: '10.1' };
const { cluster, gateway } = shop;
export const roleArn = (name: string): string => `arn:aws:iam::${account}:role/${name}`;

/** An issuer of tokens that IAM trusts. */
const provider = (host: string): string => `arn:aws:iam::${account}:oidc-provider/${host}`;
const issuer = `oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE9876543210`;

/** A role's session by a token of an issuer. */
export const byToken = (role: string, session: string, host = issuer): UserIdentity =>
  roleSession(role, session, {
    sessionContext: { webIdFederationData: { federatedProvider: provider(host), attributes: {} } },
  });

/** hashicorp/terraform-provider-aws names itself so, and the SDK for Go its sessions. */
export const terraform = {
  by: roleSession('terraform', 'aws-go-sdk-1788256800000000000'),
  record: {
    userAgent:
      'APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.14.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.0 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 api/eks#1.74.0',
  },
} as const satisfies By;

/** The same, in a cluster. */
export const terraformUser: AuditUser = iamSession('terraform', 'aws-go-sdk-1788256800000000000');

/** Somebody of the platform's team by single sign-on, with a command line of a name. */
const ssoRole = 'AWSReservedSSO_Platform_0123456789abcdef';
export const administrator = roleSession(ssoRole, 'alice@example.com', {
  accessKeyId: 'ASIAEXAMPLESSO000002',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEEXAMPLESSP',
      arn: `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/${ssoRole}`,
      accountId: account,
      userName: ssoRole,
    },
  },
});
/** What names that permission set in settings. */
export const administrators = `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Platform_*`;
export const signedIn: AuditUser = iamSession(ssoRole, 'alice@example.com');

/** CloudFormation for whoever called it: their session, and the service in every other place (CloudTrail User Guide, forward access). */
export const byStack = (who: UserIdentity) => ({
  by: { ...who, invokedBy: 'cloudformation.amazonaws.com' },
  record: { sourceIPAddress: 'cloudformation.amazonaws.com', userAgent: 'cloudformation.amazonaws.com' },
});

/** Requests of one user to one cluster. */
export const asking =
  (user: AuditUser, agent: string, place: Place = shop, from = '198.51.100.23') =>
  (verb: string, target: string, namespace: string, name: string, over: Parameters<typeof audit>[2] = {}) =>
    audit(verb, target, {
      cluster: place.cluster,
      user,
      userAgent: agent,
      sourceIPs: [from],
      ...over,
      objectRef: { ...(namespace === '' ? {} : { namespace }), ...(name === '' ? {} : { name }), ...over.objectRef },
    });

/** A controller's requests, from a pod of the cluster. */
export const asController = (namespace: string, name: string, agent = `${name}/v1`, place: Place = shop) =>
  asking(serviceAccount(namespace, name), agent, place, `${place.net}.20.5`);

/** What the example's settings and these clusters, beside it, are together. */
export const withCluster = (own: Partial<Cluster> = {}): Pick<Settings, 'clusters'> => ({
  clusters: [
    ...exampleSettings.clusters,
    { name: cluster, kind: 'eks', role: 'workload', account, region: 'eu-west-1', vpcRanges: ['10.2.0.0/16'], ...own },
  ],
});

/** Karpenter of the cluster, by its role. */
export const withKarpenter = (role: string): Pick<Settings, 'controllers'> => ({
  controllers: [
    ...exampleSettings.controllers,
    {
      kind: 'karpenter',
      cluster,
      roles: [roleArn(role)],
      serviceAccounts: ['system:serviceaccount:kube-system:karpenter'],
    },
  ],
});

/** The platform's roles, whole ARNs or names. */
export const withPlatform = (...roles: readonly string[]): Pick<Settings, 'platform'> => ({
  platform: {
    ...exampleSettings.platform,
    arns: [
      ...(exampleSettings.platform.arns ?? []),
      ...roles.map(one => (one.startsWith('arn:') ? one : roleArn(one))),
    ],
  },
});

/** The NAT gateway of the cluster's VPC, by a new address. */
export const natGateway = ({ by }: { readonly by: UserIdentity }): readonly Event<'cloudtrail'>[] => [
  ec2(
    'AllocateAddress',
    { domain: 'vpc' },
    { by },
    {
      publicIp: gateway,
      domain: 'vpc',
      allocationId: 'eipalloc-0bbb',
      publicIpv4Pool: 'amazon',
      networkBorderGroup: 'eu-west-1',
    },
  ),
  wrappedEc2('CreateNatGateway', { SubnetId: 'subnet-0bbb', AllocationId: 'eipalloc-0bbb' }, { by }),
];

/** Addresses by which the cluster's VPC leaves. */
export const withGateway: Pick<Settings, 'network'> = {
  network: { ...exampleSettings.network, egress: [...exampleSettings.network.egress, gateway] },
};
