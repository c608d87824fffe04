import {
  type AttachedPolicy,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  type IAMClient,
  type PolicyDetail,
  paginateGetAccountAuthorizationDetails,
  paginateListAttachedRolePolicies,
  paginateListInstanceProfiles,
  paginateListRolePolicies,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import type { Holder, Part, Role } from '../core/inventory/aws.ts';
import { gather, mostThings, TooMany } from './gather.ts';

/**
 * Node and controller roles with every policy on them, and the instance profiles.
 * @param wanted roles whose policies are read, by ARN
 */
export const roles = async (client: IAMClient, wanted: (arn: string) => boolean): Promise<Part> => {
  const profiles = await gather(
    paginateListInstanceProfiles({ client, pageSize: 1000 }, {}),
    page => page.InstanceProfiles,
  );
  const all = await gather(paginateListRoles({ client, pageSize: 1000 }, {}), page => page.Roles);
  const documents = new Map<string, string>();
  const found: Role[] = [];
  for (const { Arn: arn = '', RoleName: name = '', AssumeRolePolicyDocument: trust = '' } of all) {
    if (!wanted(arn)) continue;
    const attached = await gather(
      paginateListAttachedRolePolicies({ client }, { RoleName: name }),
      page => page.AttachedPolicies,
    );
    const inline = await gather(paginateListRolePolicies({ client }, { RoleName: name }), page => page.PolicyNames);
    const own: Role['attached'][number][] = [];
    for (const { PolicyArn = '' } of attached) own.push(await managed(client, PolicyArn, documents));
    const written: Role['inline'][number][] = [];
    for (const policy of inline) {
      const { PolicyDocument = '' } = await client.send(
        new GetRolePolicyCommand({ RoleName: name, PolicyName: policy }),
      );
      written.push({ name: policy, document: PolicyDocument });
    }
    found.push({ arn, name, trust, attached: own, inline: written });
  }
  return { kind: 'roles', profiles, roles: found };
};

/** A managed policy; the document only of customers' own, since AWS's are known by name. */
const managed = async (
  client: IAMClient,
  arn: string,
  documents: Map<string, string>,
): Promise<Role['attached'][number]> => {
  if (/^arn:[\w-]+:iam::aws:/.test(arn)) return { arn };
  const known = documents.get(arn);
  if (known !== undefined) return { arn, document: known };
  const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn: arn }));
  const { PolicyVersion } = await client.send(
    new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: Policy?.DefaultVersionId }),
  );
  const document = PolicyVersion?.Document ?? '';
  documents.set(arn, document);
  return { arn, document };
};

/** Everybody's policies in one listing: asked for one by one they would be thousands of calls. */
export const taggers = async (client: IAMClient): Promise<Part> => {
  const documents = new Map<string, string>();
  const groups = new Map<string, Holder['policies']>();
  const holders: { holder: Holder; boundary: string | undefined; groups: readonly string[] }[] = [];
  const inline = (all: readonly PolicyDetail[] = []): Holder['policies'] =>
    all.map(({ PolicyName: name = '', PolicyDocument: document = '' }) => ({ name, document }));
  const attached = (all: readonly AttachedPolicy[] = []): Holder['policies'] =>
    all.map(({ PolicyArn: name = '' }) => ({ name }));
  for await (const page of paginateGetAccountAuthorizationDetails({ client, pageSize: 500 }, {})) {
    for (const { Arn = '', PolicyVersionList: versions = [] } of page.Policies ?? [])
      for (const { IsDefaultVersion, Document } of versions)
        if (IsDefaultVersion === true && Document !== undefined) documents.set(Arn, Document);
    for (const one of page.GroupDetailList ?? [])
      groups.set(one.GroupName ?? '', [...inline(one.GroupPolicyList), ...attached(one.AttachedManagedPolicies)]);
    for (const one of page.UserDetailList ?? [])
      holders.push({
        holder: {
          arn: one.Arn ?? '',
          policies: [...inline(one.UserPolicyList), ...attached(one.AttachedManagedPolicies)],
        },
        boundary: one.PermissionsBoundary?.PermissionsBoundaryArn,
        groups: one.GroupList ?? [],
      });
    for (const one of page.RoleDetailList ?? [])
      holders.push({
        holder: {
          arn: one.Arn ?? '',
          policies: [...inline(one.RolePolicyList), ...attached(one.AttachedManagedPolicies)],
        },
        boundary: one.PermissionsBoundary?.PermissionsBoundaryArn,
        groups: [],
      });
    if (holders.length > mostThings) throw new TooMany(`more than ${mostThings} things of one kind`);
  }
  // Policies, groups and holders come in any order, over any pages.
  const read = ({ name, document = documents.get(name) }: Holder['policies'][number]) => ({
    name,
    ...(document === undefined ? {} : { document }),
  });
  return {
    kind: 'taggers',
    holders: holders.map(({ holder, boundary, groups: names }) => ({
      arn: holder.arn,
      policies: [...holder.policies, ...names.flatMap(name => groups.get(name) ?? [])].map(read),
      ...(boundary === undefined ? {} : { boundary: read({ name: boundary }) }),
    })),
  };
};
