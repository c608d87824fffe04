import type { Resource } from '../mocks.ts';
import { type Check, inner, list, of, statements } from './resource.ts';

/** The dead-letter queues that resources of a type name. */
export const targetArns = (resources: readonly Resource[], type: string): ReadonlySet<unknown> =>
  new Set(
    of(resources, type).flatMap(({ inputs }) => [
      inner(inputs, 'deadLetterConfig', 'arn'),
      inner(inputs, 'destinationConfig', 'onFailure', 'destination'),
      inner(inputs, 'destinationConfig', 'onFailure', 'destinationArn'),
      inner(inputs, 'target', 'deadLetterConfig', 'arn'),
      ...list(inputs['redrivePolicy']).map(policy => inner(JSON.parse(String(policy)), 'deadLetterTargetArn')),
    ]),
  );

/** What hands things from one service to another. */
export const hops = [
  'aws:cloudwatch/eventTarget:EventTarget',
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
  'aws:lambda/eventSourceMapping:EventSourceMapping',
  'aws:scheduler/schedule:Schedule',
  'aws:sns/topicSubscription:TopicSubscription',
  'aws:sqs/queue:Queue',
] as const;

/** Every way from one service to another ends in a dead-letter queue that is there. */
export const deadLetters: Check = resources => {
  const queues = new Set<unknown>(of(resources, 'aws:sqs/queue:Queue').map(({ arn }) => arn));
  const ends = new Set(hops.flatMap(type => [...targetArns(resources, type)]));
  const isEnd = ({ arn }: Resource): boolean => ends.has(arn);
  const reads = (mapping: Resource): boolean => queues.has(mapping.inputs['eventSourceArn']);
  const problems = hops.flatMap(type =>
    of(resources, type)
      // A dead-letter queue ends there, and a mapping that reads a queue leaves what fails in it.
      .filter(one => !(type === 'aws:sqs/queue:Queue' && isEnd(one)))
      .filter(one => !(type === 'aws:lambda/eventSourceMapping:EventSourceMapping' && reads(one)))
      .filter(one => ![...targetArns([one], type)].some(arn => queues.has(arn)))
      .map(one => `${one.name} has no dead-letter queue`),
  );
  const asynchronous = of(resources, 'aws:lambda/permission:Permission')
    .filter(({ inputs }) => inputs['functionUrlAuthType'] === undefined && inputs['invokedViaFunctionUrl'] !== true) // who calls waits
    .map(({ inputs }) => inputs['function']);
  const handled = new Set(
    of(resources, 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig').map(
      ({ inputs }) => inputs['functionName'],
    ),
  );
  return [
    ...problems,
    ...asynchronous
      .filter(name => !handled.has(name))
      .map(name => `${name} is invoked without waiting and has no destination`),
  ];
};

/** Who may write into a dead-letter queue must include who is told to. */
export const deadLettersAccept: Check = resources => {
  const policies = new Map(
    of(resources, 'aws:sqs/queuePolicy:QueuePolicy').map(({ inputs }) => [
      inputs['queueUrl'],
      statements(inputs['policy']),
    ]),
  );
  const url = (queue: Resource): string =>
    `https://sqs.${queue.region}.amazonaws.com/${queue.arn.split(':')[4]}/${queue.inputs['name']}`;
  const accepts = (arn: unknown, service: string): boolean => {
    const queue = of(resources, 'aws:sqs/queue:Queue').find(one => one.arn === arn);
    const said = queue === undefined ? [] : (policies.get(url(queue)) ?? []);
    return said.some(({ effect, principal }) => effect === 'Allow' && inner(principal, 'Service') === service);
  };
  const told = [
    ['aws:cloudwatch/eventTarget:EventTarget', 'events.amazonaws.com'],
    ['aws:sns/topicSubscription:TopicSubscription', 'sns.amazonaws.com'],
  ] as const;
  return told.flatMap(([type, service]) =>
    [...targetArns(resources, type)]
      .filter(arn => arn !== undefined && !accepts(arn, service))
      .map(arn => `${arn} does not accept messages of ${service}`),
  );
};

/** Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping". */
export const visibility: Check = resources =>
  of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping').flatMap(({ name, inputs }) => {
    const queue = of(resources, 'aws:sqs/queue:Queue').find(({ arn }) => arn === inputs['eventSourceArn']);
    if (queue === undefined) return [];
    const fn = of(resources, 'aws:lambda/function:Function').find(({ arn }) => arn === inputs['functionName']);
    if (fn === undefined) return [`${name} calls a function that is not there`];
    const [seen, needed] = [Number(queue.inputs['visibilityTimeoutSeconds']), 6 * Number(fn.inputs['timeout'])];
    return seen >= needed ? [] : [`${queue.name} shows messages again after ${seen} s: ${fn.name} needs ${needed}`];
  });

/** One message that fails takes no other back. */
export const partialFailures: Check = resources =>
  of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping')
    .filter(({ inputs }) => !list(inputs['functionResponseTypes']).includes('ReportBatchItemFailures'))
    .map(({ name }) => `${name} takes back whole batches`);

/** What SST's own subscriber leaves out. */
export const streams: Check = resources =>
  of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping')
    .filter(({ inputs }) => String(inputs['eventSourceArn']).includes('/stream/'))
    .flatMap(({ name, inputs }) => [
      ...(inputs['startingPosition'] === 'TRIM_HORIZON' ? [] : [`${name} does not start at the beginning`]),
      ...(inputs['bisectBatchOnFunctionError'] === true ? [] : [`${name} does not bisect`]),
      ...(Number(inputs['maximumRetryAttempts']) > 0 ? [] : [`${name} retries without end`]),
    ]);
