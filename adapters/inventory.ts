import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  type GetEventSelectorsResponse,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  DescribeAddressesCommand,
  DescribeImagesCommand,
  EC2Client,
  GetEbsEncryptionByDefaultCommand,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions,
  paginateDescribeNatGateways,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import {
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  paginateListAccessEntries,
  paginateListAssociatedAccessPolicies,
  paginateListClusters,
  paginateListNodegroups,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import type { Cluster, Image, Part, Trail } from '../core/inventory/aws.ts';
import { gather } from './gather.ts';
import { roles, taggers } from './inventory-iam.ts';

/** Clients of one region, IAM's included, which is global. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly eks: EKSClient;
  readonly iam: IAMClient;
  readonly cloudtrail: CloudTrailClient;
}

/**
 * Clients that keep well below the account's shared request quotas: the SDK's adaptive mode slows down as soon as AWS throttles,
 * and one step asks one thing at a time.
 */
export const clientsOf = (region: string): Clients => {
  const options = { region, retryMode: 'adaptive', maxAttempts: 8 } as const;
  return {
    ec2: new EC2Client(options),
    eks: new EKSClient(options),
    iam: new IAMClient(options),
    cloudtrail: new CloudTrailClient(options),
  };
};

/**
 * Takes one step of an inventory (`core/inventory/tasks.ts`).
 * @param wanted roles whose policies are read, by ARN
 * @throws what the SDK throws, TooMany, or on a step that there is not
 */
export const take = async (step: string, clients: Clients, wanted: (arn: string) => boolean): Promise<Part> => {
  switch (step) {
    case 'instances':
      return instances(clients);
    case 'templates':
      return templates(clients);
    case 'network':
      return network(clients);
    case 'clusters':
      return clusters(clients);
    case 'roles':
      return roles(clients.iam, wanted);
    case 'taggers':
      return taggers(clients.iam);
    case 'trails':
      return trails(clients);
    default:
      throw new Error(`there is no step ${step} of an inventory`);
  }
};

const alive = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] };

/** An account may hide what services manage, EKS Auto Mode's nodes among it (EC2 API Reference, ModifyManagedResourceVisibility). */
const evenHidden = { IncludeManagedResources: true };

const instances = async ({ ec2: client }: Clients): Promise<Part> => {
  const found = await gather(
    paginateDescribeInstances({ client, pageSize: 1000 }, { ...evenHidden, Filters: [alive] }),
    page => page.Reservations?.flatMap(one => one.Instances ?? []),
  );
  const ids = [...new Set(found.flatMap(({ ImageId }) => ImageId ?? []))];
  const images: Image[] = [];
  for (let at = 0; at < ids.length; at += 100)
    // By filter: an image that is gone is left out, where `ImageIds` would fail for all of them.
    images.push(
      ...((
        await client.send(
          new DescribeImagesCommand({ Filters: [{ Name: 'image-id', Values: ids.slice(at, at + 100) }] }),
        )
      ).Images ?? []),
    );
  return { kind: 'instances', instances: found, images };
};

const templates = async ({ ec2: client }: Clients): Promise<Part> => ({
  kind: 'templates',
  versions: await gather(
    paginateDescribeLaunchTemplateVersions({ client, pageSize: 200 }, { ...evenHidden, Versions: ['$Default'] }),
    page => page.LaunchTemplateVersions,
  ),
});

const network = async ({ ec2: client }: Clients): Promise<Part> => {
  const pages = { client, pageSize: 500 };
  return {
    kind: 'network',
    network: {
      vpcs: await gather(paginateDescribeVpcs(pages, {}), page => page.Vpcs),
      subnets: await gather(paginateDescribeSubnets(pages, {}), page => page.Subnets),
      groups: await gather(paginateDescribeSecurityGroups(pages, {}), page => page.SecurityGroups),
      gateways: await gather(paginateDescribeNatGateways(pages, {}), page => page.NatGateways),
      endpoints: await gather(paginateDescribeVpcEndpoints(pages, {}), page => page.VpcEndpoints),
      addresses: (await client.send(new DescribeAddressesCommand({}))).Addresses ?? [],
      encryptsByDefault: (await client.send(new GetEbsEncryptionByDefaultCommand({}))).EbsEncryptionByDefault === true,
    },
  };
};

const clusters = async ({ eks: client }: Clients): Promise<Part> => {
  const names = await gather(paginateListClusters({ client }, {}), page => page.clusters);
  const found: Cluster[] = [];
  for (const name of names) found.push(await cluster(client, name));
  return { kind: 'clusters', clusters: found };
};

const cluster = async (client: EKSClient, name: string): Promise<Cluster> => {
  const { cluster: one } = await client.send(new DescribeClusterCommand({ name }));
  const mode = one?.accessConfig?.authenticationMode ?? 'CONFIG_MAP';
  return {
    name,
    arn: one?.arn ?? '',
    auditLogging:
      one?.logging?.clusterLogging?.some(
        ({ enabled, types }) => enabled === true && types?.includes('audit') === true,
      ) ?? false,
    vpc: one?.resourcesVpcConfig?.vpcId ?? '',
    publicEndpoint: one?.resourcesVpcConfig?.endpointPublicAccess === true,
    publicCidrs: one?.resourcesVpcConfig?.publicAccessCidrs ?? [],
    authenticationMode: mode,
    // Entries exist only where the mode has the API (EKS User Guide, "Grant IAM users access with EKS access entries").
    entries: mode === 'CONFIG_MAP' ? [] : await entries(client, name),
    pods: await pods(client, name),
    nodeRoles: await nodeRoles(client, name),
  };
};

const entries = async (client: EKSClient, clusterName: string): Promise<Cluster['entries']> => {
  const principals = await gather(paginateListAccessEntries({ client }, { clusterName }), page => page.accessEntries);
  const found: Cluster['entries'][number][] = [];
  for (const principalArn of principals) {
    const { accessEntry } = await client.send(new DescribeAccessEntryCommand({ clusterName, principalArn }));
    const policies = await gather(
      paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn }),
      page => page.associatedAccessPolicies,
    );
    found.push({
      principal: principalArn,
      groups: accessEntry?.kubernetesGroups ?? [],
      policies: policies.flatMap(({ policyArn }) => policyArn ?? []),
    });
  }
  return found;
};

const pods = async (client: EKSClient, clusterName: string): Promise<Cluster['pods']> => {
  const listed = await gather(
    paginateListPodIdentityAssociations({ client }, { clusterName }),
    page => page.associations,
  );
  const found: Cluster['pods'][number][] = [];
  for (const { associationId } of listed) {
    const { association } = await client.send(
      new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
    );
    found.push({
      namespace: association?.namespace ?? '',
      serviceAccount: association?.serviceAccount ?? '',
      role: association?.roleArn ?? '',
    });
  }
  return found;
};

const nodeRoles = async (client: EKSClient, clusterName: string): Promise<readonly string[]> => {
  const groups = await gather(paginateListNodegroups({ client }, { clusterName }), page => page.nodegroups);
  const found = new Set<string>();
  for (const nodegroupName of groups) {
    const { nodegroup } = await client.send(new DescribeNodegroupCommand({ clusterName, nodegroupName }));
    if (nodegroup?.nodeRole !== undefined) found.add(nodegroup.nodeRole);
  }
  return [...found].sort();
};

const trails = async ({ cloudtrail: client }: Clients): Promise<Part> => {
  const { trailList = [] } = await client.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
  const found: Trail[] = [];
  for (const { TrailARN: Name, Name: name = '', IsMultiRegionTrail, LogFileValidationEnabled } of trailList) {
    const status = await client.send(new GetTrailStatusCommand({ Name }));
    const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: Name }));
    found.push({
      name,
      logging: status.IsLogging === true,
      multiRegion: IsMultiRegionTrail === true,
      validated: LogFileValidationEnabled === true,
      management: managementOf(selectors),
      ...(status.LatestDeliveryError ? { deliveryError: status.LatestDeliveryError } : {}),
    });
  }
  return { kind: 'trails', trails: found };
};

/** Basic selectors say it outright; advanced ones where `eventCategory` is Management, narrowed by any further field. */
const managementOf = ({ EventSelectors, AdvancedEventSelectors }: GetEventSelectorsResponse): Trail['management'] => {
  // A trail logs management events unless told otherwise (CloudTrail User Guide, "Logging management events").
  if ((EventSelectors ?? []).length + (AdvancedEventSelectors ?? []).length === 0) return 'all';
  const basic = EventSelectors?.filter(one => one.IncludeManagementEvents === true) ?? [];
  if (basic.some(one => one.ReadWriteType === 'All')) return 'all';
  const advanced = (AdvancedEventSelectors ?? []).filter(one =>
    one.FieldSelectors?.some(({ Field, Equals }) => Field === 'eventCategory' && Equals?.includes('Management')),
  );
  if (advanced.some(one => !one.FieldSelectors?.some(({ Field }) => Field === 'readOnly'))) return 'all';
  return basic.length + advanced.length > 0 ? 'some' : 'none';
};
