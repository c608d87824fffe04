import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { denied } from '../../core/cloudtrail/example-iam.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { Event } from '../../core/event.ts';
import { iamActions } from '../../core/usage/action.ts';
import { minimalPolicy, policyGaps, terraform } from '../../core/usage/policy.ts';
import { collectUsage } from '../../core/usage/usage.ts';
import { tripline } from './run.ts';

const role = 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod';
const byNode = (service: string, api: string, over: Partial<CloudTrailRecord> = {}): Event<'cloudtrail'> =>
  call(service, api, { userIdentity: nodeSession(), ...over });
const usesOf = (events: readonly Event<'cloudtrail'>[]) => {
  const usage = collectUsage(arn => arn === role);
  for (const event of events) usage.add(event);
  return usage.list();
};

describe('a recorded call needed', () => {
  test.each([
    ['ec2', 'DescribeInstances', {}, ['ec2:DescribeInstances']],
    ['monitoring', 'PutMetricData', {}, ['cloudwatch:PutMetricData']],
    ['s3', 'ListBuckets', {}, ['s3:ListAllMyBuckets']],
    ['s3', 'HeadObject', {}, ['s3:GetObject']],
    ['s3', 'GetBucketEncryption', {}, ['s3:GetEncryptionConfiguration']],
    ['s3', 'CopyObject', {}, ['s3:GetObject', 's3:PutObject']],
    ['lambda', 'GetFunction20150331v2', {}, ['lambda:GetFunction']],
    ['lambda', 'Invoke', {}, ['lambda:InvokeFunction']],
    ['cloudfront', 'CreateDistribution2020_05_31', {}, ['cloudfront:CreateDistribution']],
    ['sqs', 'SendMessageBatch', {}, ['sqs:SendMessage']],
    ['apigateway', 'GetRestApis', {}, ['apigateway:GET']],
    ['cloudcontrolapi', 'CreateResource', {}, ['cloudformation:CreateResource']],
    ['bedrock', 'ConverseStream', {}, ['bedrock:InvokeModelWithResponseStream']],
    ['sts', 'GetCallerIdentity', {}, []],
    ['signin', 'ConsoleLogin', { eventType: 'AwsConsoleSignIn' }, []],
    [
      'ec2',
      'RunInstances',
      { requestParameters: { tagSpecificationSet: { items: [] } } },
      ['ec2:RunInstances', 'ec2:CreateTags'],
    ],
    [
      'ec2',
      'CreateLaunchTemplate',
      { requestParameters: { CreateLaunchTemplateRequest: { TagSpecification: {} } } },
      ['ec2:CreateLaunchTemplate', 'ec2:CreateTags'],
    ],
    ['ec2', 'RunInstances', { requestParameters: { blockDeviceMapping: {} } }, ['ec2:RunInstances']],
    ['ec2', 'Run"Instances', {}, []],
  ] as const)('%s %s', (service, api, over, actions) => {
    expect(iamActions(call(service, api, over as Partial<CloudTrailRecord>).record)).toEqual(actions);
  });
});

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

  test('leaves out other roles, users and service events', () => {
    expect(
      usesOf([
        call('ec2', 'DescribeInstances'),
        byNode('ec2', 'SharedSnapshotCopyInitiated', { eventType: 'AwsServiceEvent' }),
        byNode('ec2', 'DescribeInstances', { userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'other') }),
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
