import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { denied } from '../../core/cloudtrail/example-iam.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { Event } from '../../core/event.ts';
import { beyondNodes, minimalPolicy, policyGaps, terraform } from '../../core/usage/policy.ts';
import { collectUsage } from '../../core/usage/usage.ts';
import { piped, tripline } from './run.ts';

const role = 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod';
const byNode = (service: string, api: string, over: Partial<CloudTrailRecord> = {}): Event<'cloudtrail'> =>
  call(service, api, { userIdentity: nodeSession(), ...over });
const usesOf = (events: readonly Event<'cloudtrail'>[]) => {
  const usage = collectUsage(arn => arn === role);
  for (const event of events) usage.add(event);
  return usage.list();
};

describe('usage of a role', () => {
  test('counts calls, refusals, other failures, first and last, whatever the order', () => {
    const events = [
      byNode('ecr', 'BatchGetImage', { eventTime: '2026-09-01T12:00:00Z' }),
      byNode('ecr', 'BatchGetImage', { eventTime: '2026-09-01T10:00:00Z', ...denied('no') }),
      byNode('ecr', 'BatchGetImage', { eventTime: '2026-09-01T11:00:00Z', errorCode: 'ImageNotFoundException' }),
    ];
    for (const order of [events, events.toReversed()])
      expect(usesOf(order)).toMatchObject([
        {
          service: 'ecr',
          api: 'BatchGetImage',
          calls: 3,
          denied: 1,
          failed: 1,
          first: Date.parse('2026-09-01T10:00:00Z'),
          last: Date.parse('2026-09-01T12:00:00Z'),
          node: 'baseline',
        },
      ]);
  });

  test('says what is beyond being a node, and that what services forward is not', () => {
    const forwarded = { userIdentity: { ...nodeSession(), invokedBy: 'secretsmanager.amazonaws.com' } };
    const uses = usesOf([
      byNode('sqs', 'ListQueues'),
      byNode('secretsmanager', 'GetSecretValue'),
      byNode('kms', 'Decrypt', forwarded),
    ]);
    expect(uses.map(({ service, node }) => [service, node])).toEqual([
      ['kms', 'forwarded'],
      ['secretsmanager', 'sensitive'],
      ['sqs', 'other'],
    ]);
  });

  test('is listed by role, service and API, and its last call of a kind is the most telling', () => {
    const other = 'arn:aws:iam::111122223333:role/A';
    const session = nodeSession('i-0aaaabbbbccccdddd', 'A');
    const usage = collectUsage(() => true);
    for (const [service, api] of [
      ['sqs', 'SendMessage'],
      ['sqs', 'ListQueues'],
      ['ec2', 'DescribeInstances'],
    ] as const)
      for (const userIdentity of [nodeSession(), session]) usage.add(byNode(service, api, { userIdentity }));
    expect(usage.list().map(one => `${one.role} ${one.service} ${one.api}`)).toEqual(
      [other, role].flatMap(one => [`${one} ec2 DescribeInstances`, `${one} sqs ListQueues`, `${one} sqs SendMessage`]),
    );
    expect(usage.full).toBe(false);
    const forwarded = { userIdentity: { ...nodeSession(), invokedBy: 'secretsmanager.amazonaws.com' } };
    const kinds = (...events: readonly Event<'cloudtrail'>[]) => usesOf(events).map(({ node }) => node);
    expect(kinds(byNode('kms', 'Decrypt'), byNode('kms', 'Decrypt', forwarded))).toEqual(['sensitive']);
    expect(kinds(byNode('kms', 'Decrypt', forwarded), byNode('kms', 'Decrypt'))).toEqual(['sensitive']);
  });

  test('is bounded, and says that something is missing', () => {
    const usage = collectUsage(() => true);
    const event = byNode('made', 'Up');
    const made = (n: number) => ({ ...event, record: { ...event.record, eventName: `Up${n}` } });
    for (let n = 0; n < 50_000; n++) usage.add(made(n));
    expect(usage.full).toBe(false);
    for (const n of [50_000, 0]) usage.add(made(n));
    expect(usage.full).toBe(true);
    expect(usage.list()).toHaveLength(50_000);
    expect(usage.list()[0]?.calls).toBe(2);
  });

  test('leaves out other roles, users and service events', () => {
    expect(
      usesOf([
        call('ec2', 'DescribeInstances'),
        byNode('ec2', 'SharedSnapshotCopyInitiated', { eventType: 'AwsServiceEvent' }),
        byNode('ec2', 'DescribeInstances', { userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'other') }),
        { ...byNode('ec2', 'DescribeInstances'), source: 'kubernetes' } as never, // whatever else an event may be
      ]),
    ).toEqual([]);
  });
});

describe('the least policy', () => {
  const bucket = 'arn:aws:s3:::logs';
  const uses = usesOf([
    byNode('s3', 'GetObject', { resources: [{ ARN: `${bucket}/a/b` }, { ARN: bucket }] }),
    byNode('s3', 'GetObject', { resources: [{ ARN: `${bucket}/c` }, { ARN: bucket }] }),
    byNode('sqs', 'ListQueues', denied('no')),
    byNode('ec2', 'DescribeInstances'),
    byNode('ec2', 'DescribeInstances', denied('no')),
    byNode('lambda', 'CreateFunction20150331', {
      requestParameters: { role: 'arn:aws:iam::111122223333:role/service/worker' },
    }),
    byNode('ec2', 'AssociateIamInstanceProfile', { requestParameters: { iamInstanceProfile: { name: 'admin' } } }),
  ]);

  test('has what was permitted, resources where every call names some, roles that were passed', () => {
    expect(minimalPolicy(uses)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Used1',
          Effect: 'Allow',
          Action: ['ec2:AssociateIamInstanceProfile', 'ec2:DescribeInstances', 'lambda:CreateFunction'],
          Resource: ['*'],
        },
        {
          Sid: 'Used2',
          Effect: 'Allow',
          Action: ['iam:PassRole'],
          Resource: ['arn:aws:iam::111122223333:role/service/worker'],
        },
        { Sid: 'Used3', Effect: 'Allow', Action: ['s3:GetObject'], Resource: [bucket, `${bucket}/*`] },
      ],
    });
  });

  test('falls back to every resource where one permitted call names none, or too many are named', () => {
    const many = Array.from({ length: 21 }, (_, index) => ({ ARN: `arn:aws:kms:eu-west-1:111122223333:key/${index}` }));
    for (const events of [
      [byNode('s3', 'GetObject', { resources: [{ ARN: bucket }] }), byNode('s3', 'GetObject')],
      [byNode('kms', 'Decrypt', { resources: many })],
    ])
      expect(minimalPolicy(usesOf(events)).Statement[0]?.Resource).toEqual(['*']);
  });

  test('takes no resource from a record that is no plain ARN: it would widen or break the policy', () => {
    for (const ARN of [
      'arn:aws:kms:eu-west-1:111122223333:key/*',
      'arn:aws:sqs:eu-west-1:1:$\u007baws:username}',
      'key',
      '*',
    ])
      expect(usesOf([byNode('kms', 'Decrypt', { resources: [{ ARN }] })])[0]?.resources).toEqual([]);
  });

  test('says what it cannot know', () => {
    const gaps = policyGaps(uses).join(' ');
    expect(gaps).toContain('Left out, since every call was denied: sqs:ListQueues.');
    expect(gaps).toContain('ec2:AssociateIamInstanceProfile passed a role through an instance profile');
    const refused = { requestParameters: { iamInstanceProfile: { name: 'admin' } }, ...denied('no') };
    const others = usesOf([byNode('ec2', 'RunInstances', refused), byNode('ec2', 'DescribeHosts')]);
    expect(policyGaps(others)).toEqual([
      expect.stringContaining('Data events'),
      'Left out, since every call was denied: ec2:RunInstances.',
    ]);
    expect(policyGaps(others.slice(0, 1))).toHaveLength(1);
  });

  test('says what it permits that nodes do not call', () => {
    expect(beyondNodes(uses)).toEqual([
      expect.stringContaining(': ec2:AssociateIamInstanceProfile, lambda:CreateFunction, s3:GetObject. Take out'),
    ]);
    expect(
      beyondNodes(usesOf([byNode('ec2', 'DescribeInstances'), byNode('sqs', 'ListQueues', denied('no'))])),
    ).toEqual([]);
  });

  test('asks for no tagging of a resource that is only made', () => {
    const requestParameters = { tagSpecificationSet: {} };
    const made = byNode('ec2', 'CreateVolume', {
      requestParameters,
      resources: [{ ARN: 'arn:aws:ec2:eu-west-1:111122223333:volume/v' }],
    });
    expect(minimalPolicy(usesOf([made])).Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [['ec2:CreateTags'], ['*']],
      [['ec2:CreateVolume'], ['arn:aws:ec2:eu-west-1:111122223333:volume/v']],
    ]);
  });

  test('hands on no role of a call that was refused', () => {
    const requestParameters = { role: 'arn:aws:iam::111122223333:role/admin' };
    const create = (over: object) => byNode('lambda', 'CreateFunction20150331', { requestParameters, ...over });
    const refused = usesOf([create(denied('no')), byNode('lambda', 'CreateFunction20150331')]);
    expect(JSON.stringify(minimalPolicy(refused))).not.toContain('PassRole');
    // What failed for another reason was permitted.
    expect(JSON.stringify(minimalPolicy(usesOf([create({ errorCode: 'ResourceConflictException' })])))).toContain(
      'PassRole',
    );
  });

  test('names twenty resources of an API, and every resource where there are more', () => {
    const keys = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ ARN: `arn:aws:kms:eu-west-1:111122223333:key/${at}` }));
    const resources = (count: number) =>
      minimalPolicy(usesOf([byNode('kms', 'Decrypt', { resources: keys(count) })])).Statement[0]?.Resource.length;
    expect([resources(20), resources(21)]).toEqual([20, 1]);
  });

  test('is Terraform, with template sequences escaped', () => {
    expect(
      terraform(
        {
          Version: '2012-10-17',
          Statement: [
            { Sid: 'Used1', Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::a/$\u007bx}'] },
          ],
        },
        '1 node.role',
      ),
    ).toBe(
      [
        'data "aws_iam_policy_document" "_1_node_role" {',
        '  statement {',
        '    sid       = "Used1"',
        '    effect    = "Allow"',
        '    actions   = [',
        '      "s3:GetObject",',
        '    ]',
        '    resources = [',
        '      "arn:aws:s3:::a/$$\u007bx}",',
        '    ]',
        '  }',
        '}',
      ].join('\n'),
    );
  });
});

describe('tripline usage', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'tripline-')), 'log.json');
  writeFileSync(
    path,
    JSON.stringify({
      Records: [byNode('ecr', 'BatchGetImage'), byNode('secretsmanager', 'GetSecretValue')].map(one => one.record),
    }),
  );

  test('says beside a policy what nodes do not call, of node roles alone', async () => {
    expect((await tripline('usage', path, '--policy')).stderr).toContain(': secretsmanager:GetSecretValue. Take out');
    const record = call('secretsmanager', 'GetSecretValue', { userIdentity: roleSession('prod-app', 'one') }).record;
    const { stderr } = await piped(JSON.stringify(record), 'usage', '-', '--role', 'prod-app', '--policy');
    expect(stderr).toContain('For prod-app. Data events');
  });

  test('finds node roles by their usual names, and shows what is beyond first', async () => {
    const { code, stdout } = await tripline('usage', path);
    expect(code).toBe(0);
    expect(
      stdout
        .split('\n')
        .slice(0, 4)
        .map(line => line.split(/ {2,}/).slice(0, 2).join(' ')),
    ).toEqual([role, 'SERVICE API', 'secretsmanager GetSecretValue', 'ecr BatchGetImage']);
    expect(stdout).toContain('2 calls of 2 APIs, 1 of them beyond being a node');
  });

  test('--policy prints nothing but a policy; --beyond narrows it', async () => {
    const { stdout } = await tripline('usage', path, '--role', 'Karpenter*', '--policy', '--beyond');
    expect(JSON.parse(stdout)).toMatchObject({ Statement: [{ Action: ['secretsmanager:GetSecretValue'] }] });
  });

  test('--json prints one object a line', async () => {
    const { stdout } = await tripline('usage', path, '--json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { api: string; node: string })
        .map(({ api, node }) => [api, node]),
    ).toEqual([
      ['BatchGetImage', 'baseline'],
      ['GetSecretValue', 'sensitive'],
    ]);
  });

  test('exits 1 where the role made no call, 2 without logs', async () => {
    expect((await tripline('usage', path, '--role', 'nobody')).code).toBe(1);
    expect((await tripline('usage')).code).toBe(2);
    expect((await tripline('usage', '/nowhere')).code).toBe(2);
  });
});
