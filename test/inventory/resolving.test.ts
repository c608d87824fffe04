import { expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Finding } from '../../core/finding.ts';
import type { Change } from '../../core/findings/life.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import type { Part, TemplateVersion } from '../../core/inventory/aws.ts';
import { inventory } from '../../core/inventory/inventory.ts';
import { type Cases, isPosture, resolveMended, standingPosture } from '../../core/inventory/resolve.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { account, cluster, document, holder, node, part, role, tags, trail } from './parts.ts';

const noon = Date.parse('2026-09-01T12:00:00Z');
const day = 86_400_000;
const region = 'eu-west-1';
const found = { account, region, time: noon + day };

/** What was found in a part, as cases. */
const foundIn = async (part: Part, where = region): Promise<readonly Finding[]> => {
  const findings = memoryFindings();
  await inventory([{ region: where, step: part.kind }], {
    ...{ account, settings: exampleSettings, findings, store: memoryStore() },
    now: () => noon,
    hasTime: () => true,
    take: async () => part,
  });
  return findings.list().map(({ finding }) => finding);
};

interface Worked {
  readonly id: string;
  readonly change: Change;
  readonly who: string;
  readonly at: number;
  readonly note: string | undefined;
}

/** Cases that lie in a list, in pages of two; what is done to them is noted. @param now what is stored by now, where an index lags */
const casesOf = (listed: readonly Finding[], now: readonly Finding[] = listed) => {
  const worked: Worked[] = [];
  const asked: object[] = [];
  const cases: Cases = {
    list: async (filter, { limit, after = '0' }) => {
      asked.push({ ...filter, limit });
      const at = Number(after);
      return { items: listed.slice(at, at + 2), ...(at + 2 < listed.length ? { next: String(at + 2) } : {}) };
    },
    cases: async ids => now.filter(({ id }) => ids.includes(id)),
    work: async ({ id }, change, { who, at, note }) => {
      worked.push({ id, change, who, at, note });
      return 'set';
    },
  };
  return { cases, worked, asked };
};

/** How each finding of one part is resolved by what another shows: its disposition by its code. */
const resolvedBy = async (before: Part, after: Part, where = region) => {
  const standing = await foundIn(before);
  const { cases, worked } = casesOf(standing);
  await resolveMended(standing, new Set(), after, { ...found, region: where }, cases);
  return worked.map(({ id, change }) => [
    standing.find(one => one.id === id)?.detection.slice('posture/'.length),
    'disposition' in change ? change.disposition : change.act,
  ]);
};

const anyone = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
const selected = tags({ 'karpenter.sh/discovery': 'prod' });
const subnet = (SubnetId: string, MapPublicIpOnLaunch: boolean) => ({ SubnetId, MapPublicIpOnLaunch, Tags: selected });
const group = (GroupId: string, IpPermissions: typeof anyone) => ({ GroupId, IpPermissions, Tags: selected });
const templates = (...versions: readonly TemplateVersion[]): Part => ({ kind: 'templates', versions });
const template = (over: TemplateVersion, HttpTokens?: string): TemplateVersion => ({
  ...over,
  LaunchTemplateData: {
    ...(HttpTokens === undefined ? {} : { MetadataOptions: { HttpTokens } }),
    TagSpecifications: [{ Tags: tags({ 'eks:cluster-name': 'prod' }) }],
  },
});
const tagging = { Effect: 'Allow', Action: 'ec2:CreateTags', Resource: '*' };
const many = Array.from({ length: 101 }, (_, at) => holder(`app-${100 + at}`, tagging));
const trusting = { trust: document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }) };
const other = node('i-2', { Tags: tags({ 'karpenter.sh/nodepool': 'other', 'kubernetes.io/cluster/prod': 'owned' }) });
const unowned = node('i-1', {
  Tags: tags({ Name: 'web' }),
  IamInstanceProfile: { Arn: 'arn:x:instance-profile/default' },
});

/** A part that shows a fault, one in which the thing is there and well, and where it can go, one without it. */
type Row = [code: string, fault: Part, mended: Part, gone?: Part];
const rows: readonly Row[] = [
  [
    'public-address',
    part.instances(node('i-1', { PublicIpAddress: '203.0.113.77' })),
    part.instances(other, node('i-3')),
    part.instances(other, unowned),
  ],
  [
    'template-imds-tokens-unset',
    templates(template({ LaunchTemplateName: 'web' })),
    templates(template({ LaunchTemplateName: 'other' }), template({ LaunchTemplateName: 'web' }, 'required')),
    templates(template({ LaunchTemplateName: 'other' })),
  ],
  [
    'template-imds-tokens-unset',
    templates(template({ LaunchTemplateId: 'lt-0aaa' })),
    templates(template({ LaunchTemplateId: 'lt-0bbb' }), template({ LaunchTemplateId: 'lt-0aaa' }, 'required')),
    templates(template({ LaunchTemplateId: 'lt-0bbb' })),
  ],
  [
    'subnet-public',
    part.network({ subnets: [subnet('subnet-0aaa', true)] }),
    part.network({ subnets: [subnet('subnet-0bbb', false), subnet('subnet-0aaa', false)] }),
    part.network({ subnets: [subnet('subnet-0bbb', false)] }),
  ],
  [
    'security-group-open',
    part.network({ groups: [group('sg-0aaa', anyone)] }),
    part.network({ groups: [group('sg-0bbb', []), group('sg-0aaa', [])] }),
    part.network({ groups: [group('sg-0bbb', [])] }),
  ],
  ['ebs-encryption-off', part.network({ encryptsByDefault: false }), part.network({})],
  [
    'trust-too-wide',
    part.roles(role('prod-karpenter', trusting)),
    part.roles(role('KarpenterNodeRole-prod'), role('prod-karpenter')),
    part.roles(role('KarpenterNodeRole-prod')),
  ],
  [
    'steering-tags-writable',
    part.taggers(holder('app', tagging)),
    part.taggers(holder('web'), holder('app')),
    part.taggers(holder('web')),
  ],
  [
    'public-endpoint',
    part.clusters(cluster('prod', { publicEndpoint: true })),
    part.clusters(cluster('other'), cluster('prod')),
    part.clusters(cluster('other')),
  ],
  ['trail-missing', part.trails(), part.trails(trail('main'))],
];

test.each<Row>(rows)('%s is mended where the thing is still there, else gone', async (code, fault, mended, gone) => {
  expect(await resolvedBy(fault, mended)).toEqual([[code, 'mended']]);
  if (gone !== undefined) expect(await resolvedBy(fault, gone)).toEqual([[code, 'gone']]);
});

test.each<Row>(rows)('%s is left alone by every other part', async (_, fault, mended) => {
  for (const [, , other] of rows.filter(([, , one]) => one.kind !== mended.kind))
    expect([other.kind, await resolvedBy(fault, other)]).toEqual([other.kind, []]);
});

test.each(
  rows,
)('%s of one region is left alone by another one’s inventory, what is of no region is not', async (code, fault, mended) => {
  const isRegional = ['instances', 'templates', 'network', 'clusters'].includes(fault.kind);
  expect(await resolvedBy(fault, mended, 'us-east-1')).toEqual(isRegional ? [] : [[code, 'mended']]);
});

test('those beyond the bound of writers are mended, never gone', async () => {
  const all = await resolvedBy(part.taggers(...many), part.taggers());
  expect(all.filter(([, disposition]) => disposition === 'mended')).toHaveLength(1);
  expect(all.filter(([, disposition]) => disposition === 'gone')).toHaveLength(100);
});

test('what is shown still stands', async () => {
  const fault = part.network({ encryptsByDefault: false, subnets: [subnet('subnet-0aaa', true)] });
  const standing = await foundIn(fault);
  const shown = standing.find(({ detection }) => detection === 'posture/subnet-public')?.id ?? '';
  const { cases, worked } = casesOf(standing);
  expect(await resolveMended(standing, new Set([shown]), part.network({}), found, cases)).toBe(1);
  expect(worked.map(({ id }) => id)).toEqual(standing.map(({ id }) => id).filter(id => id !== shown));
});

test('it is resolved in the inventory’s name, as of when it was looked at, with a note of which it was', async () => {
  const standing = await foundIn(part.clusters(cluster('prod', { publicEndpoint: true })));
  for (const [after, disposition, says] of [
    [part.clusters(cluster('prod')), 'mended', /looked at it again and no longer found this/],
    [part.clusters(), 'gone', /no longer among what the inventory looks at/],
  ] as const) {
    const { cases, worked } = casesOf(standing);
    await resolveMended(standing, new Set(), after, found, cases);
    expect(worked).toEqual([
      {
        ...{ id: standing[0]?.id, change: { act: 'resolve', disposition }, who: 'inventory', at: found.time },
        note: expect.stringMatching(says),
      },
    ]);
  }
});

test('what changed since it was listed is left to the next one', async () => {
  const standing = await foundIn(part.clusters(cluster('prod', { publicEndpoint: true })));
  const mended = part.clusters(cluster('prod'));
  const by = async (now: readonly Finding[], answer: 'set' | 'changed' = 'set') => {
    const { cases } = casesOf(standing, now);
    return resolveMended(standing, new Set(), mended, found, { ...cases, work: async () => answer });
  };
  expect(await by(standing)).toBe(1);
  expect(await by([])).toBe(0);
  expect(await by(standing.map(one => ({ ...one, status: 'resolved' as const })))).toBe(0);
  expect(await by(standing.map(one => ({ ...one, status: 'suppressed' as const })))).toBe(1);
  expect(await by(standing, 'changed')).toBe(0);
});

test('a step that could not be read is mended once it is, in its region', async () => {
  const findings = memoryFindings();
  await inventory([{ region, step: 'clusters' }], {
    ...{ account, settings: exampleSettings, findings, store: memoryStore() },
    now: () => noon,
    hasTime: () => true,
    take: () => Promise.reject(new Error('no')),
  });
  const standing = findings.list().map(({ finding }) => finding);
  const by = async (part: Part, where: string) => {
    const { cases, worked } = casesOf(standing);
    await resolveMended(standing, new Set(), part, { ...found, region: where }, cases);
    return worked.map(({ change }) => ('disposition' in change ? change.disposition : ''));
  };
  expect(await by(part.clusters(), region)).toEqual(['mended']);
  expect(await by(part.clusters(), 'us-east-1')).toEqual([]);
  expect(await by(part.network({}), region)).toEqual([]);
});

test('all unresolved findings of an account are looked through, and those that an inventory made are kept', async () => {
  const [one] = await foundIn(part.network({ encryptsByDefault: false }));
  if (one === undefined) throw new Error('no finding');
  const posture = (id: string): Finding => ({ ...one, id });
  const others = [
    { ...one, id: 'of-an-event', detection: 'cloudtrail/eks-access-granted', version: 'inventory' },
    { ...one, id: 'of-a-manifest', version: '1' },
  ];
  const { cases, asked } = casesOf([posture('a'), ...others, posture('b'), posture('c')]);
  expect((await standingPosture(account, cases)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual(
    Array.from({ length: 3 }, () => ({ account, statuses: ['open', 'acknowledged', 'suppressed'], limit: 500 })),
  );
});

test('it looks through 20,000 findings at most', async () => {
  const [one] = await foundIn(part.network({ encryptsByDefault: false }));
  const page = Array.from({ length: 500 }, (_, at) => ({ ...one, id: String(at) }) as Finding); // found above
  let pages = 0;
  const { cases } = casesOf([]);
  const list: Cases['list'] = async () => {
    pages += 1;
    return { items: page, next: String(pages) };
  };
  expect(await standingPosture(account, { ...cases, list })).toHaveLength(20_000);
});

test.each([
  ...['imds-hop-limit', 'public-address', 'unapproved-image', 'template-imds-tokens-unset', 'security-group-open'],
  ...['subnet-public', 'ebs-encryption-off', 'trust-too-wide', 'node-role-policy', 'controller-tags-anything'],
  ...['steering-tags-writable', 'audit-logging-off', 'public-endpoint', 'authentication-config-map'],
  ...['admin-access-entry', 'pod-has-node-role', 'trail-missing', 'inventory-incomplete'],
])('posture/%s is the inventory’s; what reads like it is not', code => {
  expect(isPosture(`posture/${code}`)).toBe(true);
  for (const name of [code, `cloudtrail/${code}`, `my-posture/${code}`, `posture/x-${code}`])
    expect([name, isPosture(name)]).toEqual([name, false]);
  if (!/^(imds|template|trail)-/.test(code)) expect(isPosture(`posture/${code}-x`)).toBe(false);
});

test('an inventory resolves what its parts no longer show, told apart by what they do', async () => {
  const findings = memoryFindings();
  const fault = part.network({ encryptsByDefault: false, subnets: [subnet('subnet-0aaa', true)] });
  const after = part.network({ encryptsByDefault: true, subnets: [subnet('subnet-0aaa', true)] });
  const run = (now: number, taken: readonly Part[], cases: Cases) =>
    inventory(
      taken.map(({ kind }) => ({ region, step: kind })),
      {
        ...{ account, settings: exampleSettings, findings, cases, store: memoryStore() },
        now: () => now,
        hasTime: () => true,
        take: async ({ step }) => taken.find(({ kind }) => kind === step) ?? after,
      },
    );
  await run(noon, [fault], casesOf([]).cases);
  const standing = findings.list().map(({ finding }) => finding);
  const { cases, worked, asked } = casesOf(standing);
  const { resolved } = await run(noon + day, [part.clusters(), part.trails(trail('main')), after], cases);
  expect([resolved, worked.map(({ id }) => standing.find(one => one.id === id)?.detection)]).toEqual([
    1,
    ['posture/ebs-encryption-off'],
  ]);
  // They are looked up once.
  expect(asked).toHaveLength(1);
});
