import { role } from '../kinds.ts';
import { allowed, changed, type Fault, plus, without } from './planting.ts';

/** What a role may do that its function does not, or may not that it does. */
export const permissions: readonly Fault[] = [
  [
    'every action of every role is exact',
    'dynamodb:*',
    () =>
      allowed({
        Action: 'dynamodb:*',
        Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/x',
      }),
  ],
  [
    'every resource of every role is exact, but where AWS forces a wildcard',
    'any topic',
    () => allowed({ Action: ['sns:Publish'], Resource: '*' }),
  ],
  [
    'every resource of every role is exact, but where AWS forces a wildcard',
    'any table',
    () =>
      allowed({
        Action: ['dynamodb:GetItem'],
        Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/*',
      }),
  ],
  [
    'functions may do what their code does, and nothing else',
    'a command without its grant',
    () => changed(role, without('inlinePolicies'), 'HubFunction'),
  ],
  [
    'functions may do what their code does, and nothing else',
    'a grant without its command',
    () =>
      changed(
        role,
        ({ inlinePolicies, ...inputs }) => ({
          ...inputs,
          inlinePolicies: [
            ...(inlinePolicies as readonly object[]), // SST makes a list of them
            {
              name: 'planted',
              policy: JSON.stringify({
                Statement: [{ Effect: 'Allow', Action: ['dynamodb:DeleteItem'], Resource: ['arn:aws:dynamodb:::t'] }],
              }),
            },
          ],
        }),
        'HubFunction',
      ),
  ],
  [
    'functions that say something may touch no state, and none may silence',
    'a channel that may change what was learned',
    () =>
      allowed(
        { Action: ['dynamodb:UpdateItem'], Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/tripline-x-state' },
        'Triage3',
      ),
  ],
  [
    'functions that say something may touch no state, and none may silence',
    'a channel that may change what was learned beside what was said',
    () =>
      allowed(
        {
          Action: ['dynamodb:UpdateItem'],
          Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/tripline-x-state',
          Condition: [
            { test: 'ForAllValues:StringLike', variable: 'dynamodb:LeadingKeys', values: ['said#*', 'learned#*'] },
          ],
        },
        'Triage3',
      ),
  ],
  [
    'functions that say something may touch no state, and none may silence',
    'a reader of records that may suppress findings',
    () =>
      allowed(
        {
          Action: ['dynamodb:UpdateItem'],
          Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/tripline-x-findings',
        },
        'AuditFunction',
      ),
  ],
  [
    'no managed policy is attached',
    'basic execution',
    () =>
      changed(role, plus({ managedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] })),
  ],
  [
    'policies fit their quota',
    'a hundred log groups',
    () =>
      allowed({
        Action: ['logs:PutSubscriptionFilter'],
        Resource: Array.from(
          { length: 200 },
          (_, at) => `arn:aws:logs:eu-west-1:111122223333:log-group:/a/name/of/${at}/audit`,
        ),
      }),
  ],
  [
    'policies fit their quota',
    'a queue that a hundred rules may write to',
    () =>
      changed(
        'aws:sqs/queuePolicy:QueuePolicy',
        plus({
          policy: JSON.stringify({
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: 'arn:aws:sqs:eu-west-1:111122223333:tripline-production-events',
            Condition: {
              ArnEquals: {
                'aws:SourceArn': Array.from(
                  { length: 100 },
                  (_, at) => `arn:aws:events:eu-west-1:111122223333:rule/tripline-production-archive-of-unit-${at}`,
                ),
              },
            },
          }),
        }),
        'EventsQueue',
      ),
  ],
  [
    'services take our roles on for this account only',
    'a schedule of anybody',
    () =>
      changed(
        role,
        plus({
          assumeRolePolicy: JSON.stringify({
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          }),
        }),
        'SweepScheduler',
      ),
  ],
  [
    'the canary may steer nothing, and its call is denied',
    'a permission to look',
    () => allowed({ Action: ['ec2:DescribeExportTasks'], Resource: '*' }, 'CanaryFunction'),
  ],
  [
    'the canary may steer nothing, and its call is denied',
    'another name',
    () => changed(role, plus({ name: 'tripline-production-other' }), 'CanaryFunction'),
  ],
];
