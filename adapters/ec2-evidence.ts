import { createHash } from 'node:crypto';
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type Instance,
} from '@aws-sdk/client-ec2';
import { awsShape } from '../core/evidence/shape.ts';
import type { Json } from '../core/json.ts';

/** Something is not there (any more). */
export class Missing extends Error {
  override readonly name = 'Missing';
}

/**
 * An instance by its id or its node's private DNS name, hidden or not (EC2 API Reference, ModifyManagedResourceVisibility). By filter:
 * of one that is gone nothing comes back, instead of an error.
 */
export const findInstance = async (
  ec2: EC2Client,
  filter: { readonly name: 'instance-id' | 'private-dns-name'; readonly value: string },
): Promise<Instance> => {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({
      IncludeManagedResources: true,
      Filters: [{ Name: filter.name, Values: [filter.value] }],
    }),
  );
  const found = Reservations.flatMap(({ Instances = [] }) => Instances)[0];
  if (found === undefined) throw new Missing('EC2 knows no such instance (any more)');
  return found;
};

const digest = (base64: string): Json => {
  const bytes = Buffer.from(base64, 'base64');
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
};

/** The hash and size of an instance's user data: the data itself leaves this function nowhere. */
export const userDataOf = async (ec2: EC2Client, InstanceId: string): Promise<Json> => {
  const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }));
  return UserData?.Value === undefined || UserData.Value === '' ? { none: true } : digest(UserData.Value);
};

const tag = (instance: Instance, key: string): string | undefined => instance.Tags?.find(one => one.Key === key)?.Value;

/** The version of the launch template that an instance was made from; EC2 tags it so (EC2 User Guide, "Launch templates"). */
export const launchTemplateOf = async (ec2: EC2Client, instance: Instance): Promise<Json> => {
  const LaunchTemplateId = tag(instance, 'aws:ec2launchtemplate:id');
  const version = tag(instance, 'aws:ec2launchtemplate:version');
  if (LaunchTemplateId === undefined || version === undefined) throw new Missing('it was made from no launch template');
  const { LaunchTemplateVersions: [found] = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ IncludeManagedResources: true, LaunchTemplateId, Versions: [version] }),
  );
  if (found === undefined) throw new Missing('the launch template or its version is gone');
  const { UserData, ...data } = found.LaunchTemplateData ?? {};
  return awsShape({
    ...found,
    LaunchTemplateData: { ...data, ...(UserData === undefined ? {} : { bootstrap: digest(UserData) }) },
  });
};

/** The security groups of all of an instance's interfaces, with their rules. */
export const securityGroupsOf = async (ec2: EC2Client, instance: Instance): Promise<Json> => {
  const groups = [instance.SecurityGroups, ...(instance.NetworkInterfaces ?? []).map(({ Groups }) => Groups)];
  const ids = [...new Set(groups.flatMap(some => (some ?? []).flatMap(({ GroupId }) => GroupId ?? [])))];
  if (ids.length === 0) throw new Missing('it has no security group: it is terminated');
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-id', Values: ids.slice(0, 200) }] }),
  );
  return awsShape(SecurityGroups);
};

/** The name of the NodeClaim that Karpenter made an instance for (Karpenter documentation, "Tags"). */
export const nodeClaimOf = (instance: Instance): string | undefined => tag(instance, 'karpenter.sh/nodeclaim');

/** The cluster that an instance belongs to by its tags. */
export const clusterOf = (instance: Instance): string | undefined =>
  tag(instance, 'aws:eks:cluster-name') ??
  tag(instance, 'eks:eks-cluster-name') ??
  instance.Tags?.flatMap(({ Key = '' }) => /^kubernetes\.io\/cluster\/(.+)$/.exec(Key)?.slice(1) ?? [])[0];
