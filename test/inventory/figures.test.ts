import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Role } from '../../core/inventory/aws.ts';
import { type Compliance, complianceOf } from '../../core/inventory/compliance.ts';
import { keepKpi, kpiScopes, kpisIn } from '../../core/inventory/kpi.ts';
import { postureOf } from '../../core/inventory/posture/posture.ts';
import { account, cluster, document, part, role, roleArn } from './parts.ts';

const time = Date.parse('2026-09-01T12:00:00Z');
const found = { account, region: 'eu-west-1', time };
const day = 86_400_000;

describe('how node roles stand', () => {
  const allow = (...Action: readonly string[]) => document({ Effect: 'Allow', Action, Resource: '*' });
  const stands = (...all: readonly Role[]) => {
    const parts = [part.roles(...all), part.clusters(cluster('prod', { publicEndpoint: true }))];
    return complianceOf(
      parts,
      parts.flatMap(one => postureOf(one, found, exampleSettings)),
      exampleSettings,
    );
  };
  const nodes = (name: string) => `KarpenterNodeRole-${name}`;
  const policy = (name: string) => `arn:aws:iam::${account}:policy/${name}`;

  test('is none of none', () => {
    const none = { nodeRoles: 0, compliant: 0, riskyPolicies: 0, riskyPermissions: 0 };
    expect(stands()).toEqual(none);
    const tagging = { inline: [{ name: 'tags', document: allow('ec2:CreateTags') }] };
    expect(stands(role('prod-karpenter', tagging), role('web', tagging))).toEqual(none);
  });

  test('is counted by role, by policy and by what each grants beyond what nodes need', () => {
    expect(
      stands(
        role(nodes('sound'), { inline: [{ name: 'pull', document: allow('ecr:BatchGetImage') }] }),
        role(nodes('one'), {
          attached: [
            { arn: policy('x'), document: allow('s3:GetObject', 'ecr:BatchGetImage', 's3:PutObject', 's3:ListBucket') },
            { arn: policy('y'), document: allow('rds:*') },
          ],
          inline: [
            { name: 'first', document: allow('sqs:SendMessage', 'sqs:ReceiveMessage') },
            { name: 'second', document: allow('kms:Encrypt') },
          ],
        }),
        role(nodes('two'), { inline: [{ name: 'own', document: allow('kms:Decrypt') }] }),
        role('prod-karpenter', { inline: [{ name: 'tags', document: allow('ec2:CreateTags') }] }),
      ),
    ).toEqual({ nodeRoles: 3, compliant: 1, riskyPolicies: 5, riskyPermissions: 3 + 1 + 2 + 1 + 1 });
  });

  test('takes a policy that nobody read for one permission', () => {
    expect(
      stands(role(nodes('one'), { attached: [{ arn: policy('x') }, { arn: policy('y'), document: '{' }] })),
    ).toEqual({ nodeRoles: 1, compliant: 0, riskyPolicies: 2, riskyPermissions: 2 });
  });

  test('is not as it should be where it trusts too much, though its policies are sound', () => {
    const trusting = document({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: roleArn('x').replace(account, '999999999999') },
    });
    expect(stands(role(nodes('one'), { trust: trusting }), role(nodes('two')))).toEqual({
      ...{ nodeRoles: 2, compliant: 1, riskyPolicies: 0, riskyPermissions: 0 },
    });
  });
});

describe('what is kept of them', () => {
  const stood = (nodeRoles: number, compliant: number, riskyPolicies = 0, riskyPermissions = 0): Compliance => ({
    ...{ nodeRoles, compliant, riskyPolicies, riskyPermissions },
  });
  /** The item of a month that holds some lines. */
  const item = (...all: readonly (readonly [at: number, one: Compliance])[]) => ({
    stood: all.flatMap(([at, one]) => keepKpi(account, one, at).add?.['stood'] ?? []),
  });

  test('lies in an item a month, for 400 days, and is neither asked back nor news', () => {
    expect(keepKpi(account, stood(4, 3, 2, 1), time)).toEqual({
      ...{ scope: `node-roles#${account}#2026-09`, add: { stood: ['2026-09-01T12:00:00.000Z 4 3 2 1'] } },
      ...{ cap: 250, quiet: true, expires: time + 400 * day, read: false },
    });
  });

  test.each([
    ['2026-09-01T12:00:00Z', '2026-09-01T12:00:00Z', ['2026-09']],
    ['2026-09-30T23:59:59Z', '2026-10-01T00:00:00Z', ['2026-09', '2026-10']],
    ['2026-09-30T23:59:59Z', '2026-09-30T23:59:59.999Z', ['2026-09']],
    ['2026-12-31T00:00:00Z', '2027-02-01T00:00:00Z', ['2026-12', '2027-01', '2027-02']],
  ])('from %s to %s lies in %j', (from, to, months) => {
    expect(kpiScopes(account, Date.parse(from), Date.parse(to))).toEqual(
      months.map(month => `node-roles#${account}#${month}`),
    );
  });

  test('of very long spans two years are asked for', () => {
    expect(kpiScopes(account, time, time + 4_000 * day)).toHaveLength(24);
  });

  test('of a day is the last, of the first and the last day all that lies between the times', () => {
    const at = (text: string) => Date.parse(`2026-09-${text}Z`);
    const own = item(
      [at('03T10:00:00'), stood(9, 9)],
      [at('01T20:00:00'), stood(2, 2)],
      [at('01T08:00:00'), stood(1, 1)],
      [at('02T10:00:00'), stood(3, 3)],
    );
    const days = (from: string, to: string) =>
      kpisIn([[own]], at(from), at(to)).map(({ day, nodeRoles }) => `${day} ${nodeRoles}`);
    expect(days('01T23:00:00', '03T10:00:00')).toEqual(['2026-09-01 2', '2026-09-02 3', '2026-09-03 9']);
    expect(days('02T00:00:00', '03T09:59:59')).toEqual(['2026-09-02 3']);
  });

  test('of several accounts is added up, day by day, the oldest first', () => {
    const next = time + day;
    expect(
      kpisIn(
        [
          [item([next, stood(1, 1, 1, 1)])],
          [item([time, stood(5, 4, 3, 2)]), item([next, stood(50, 40, 30, 20)])],
          [{}],
        ],
        time,
        next,
      ),
    ).toEqual([
      { day: '2026-09-01', ...stood(5, 4, 3, 2) },
      { day: '2026-09-02', ...stood(51, 41, 31, 21) },
    ]);
  });
});
