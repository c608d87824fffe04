import type { Lambda } from './function.ts';
import { logical, named } from './names.ts';
import { home, inside, type Place, roleName, within } from './place.ts';
import type { Queue } from './queue.ts';

/** Invokes a function on a schedule (Amazon EventBridge Scheduler). What could not be invoked, or failed thrice, is kept. */
export const schedules = (
  part: string,
  { fn }: Lambda,
  expression: string,
  dead: Queue,
  place: Place = home,
): aws.scheduler.Schedule => {
  const name = named(part);
  const role = new aws.iam.Role(logical(within(place, `${name} scheduler`)), {
    name: roleName(place, `${part}-timer`),
    assumeRolePolicy: $jsonStringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Action: 'sts:AssumeRole',
          // For no schedule of another account (EventBridge Scheduler User Guide, "Confused deputy prevention").
          Condition: { StringEquals: { 'aws:SourceAccount': fn.arn.apply(arn => arn.split(':')[4] ?? '') } },
        },
      ],
    }),
    inlinePolicies: [
      {
        name: 'invoke',
        policy: $jsonStringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource: [fn.arn] },
            { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [dead.arn] },
            // Scheduler sends what it gave up with this role, and the queue is encrypted.
            { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [dead.kmsMasterKeyId] },
          ],
        }),
      },
    ],
  });
  new aws.lambda.FunctionEventInvokeConfig(
    logical(within(place, `${name} invocations`)),
    {
      functionName: fn.name,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: dead.arn } },
    },
    inside(place),
  );
  return new aws.scheduler.Schedule(
    logical(within(place, `${name} schedule`)),
    {
      name,
      scheduleExpression: expression,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: fn.arn,
        roleArn: role.arn,
        input: '{}',
        retryPolicy: { maximumRetryAttempts: 3, maximumEventAgeInSeconds: 3600 },
        deadLetterConfig: { arn: dead.arn },
      },
    },
    inside(place),
  );
};
