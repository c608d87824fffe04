import type { Resource } from '../mocks.ts';
import { type Check, grants, inner, type Json, list, of, statements } from './resource.ts';

const policied = [
  'aws:sqs/queuePolicy:QueuePolicy',
  'aws:sns/topicPolicy:TopicPolicy',
  'aws:s3/bucketPolicy:BucketPolicy',
  'aws:kms/key:Key',
  'aws:cloudwatch/eventBusPolicy:EventBusPolicy',
] as const;

/** Whose policies cannot ask EventBridge whose rule it is. */
const bare: readonly string[] = ['aws:kms/key:Key', 'aws:sns/topicPolicy:TopicPolicy'];

const isEverybody = (principal: unknown): boolean =>
  principal === '*' || list(inner(principal, 'AWS')).includes('*') || list(inner(principal, 'Service')).includes('*');

/** Slack has no AWS credentials: triage checks its signature itself, and can't be called without bound. */
const checksItself = (resources: readonly Resource[], name: unknown): boolean => {
  const fn = of(resources, 'aws:lambda/function:Function').find(one => one.inputs['name'] === name || one.arn === name);
  return /-triage-\d+$/.test(String(fn?.inputs['name'])) && Number(fn?.inputs['reservedConcurrentExecutions']) > 0;
};

/** Nobody outside of the account comes in, and no service on anybody’s behalf. */
export const nothingPublic: Check = resources => {
  const blocked = of(resources, 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').filter(({ inputs }) =>
    ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].every(
      name => inputs[name] === true,
    ),
  );
  return [
    ...(blocked.length < of(resources, 'aws:s3/bucket:Bucket').length ? ['a bucket does not block public access'] : []),
    ...policied.flatMap(type =>
      of(resources, type).flatMap(({ name, inputs }) =>
        statements(inputs['policy'])
          .filter(
            ({ effect, principal, condition }) =>
              effect === 'Allow' &&
              (isEverybody(principal) ||
                (inner(principal, 'Service') !== undefined &&
                  condition === undefined &&
                  // `keysDeliver` and `topicsHear` say why.
                  !(bare.includes(type) && inner(principal, 'Service') === 'events.amazonaws.com'))),
          )
          .map(() => `${name} lets in everybody, or a service on anybody's behalf`),
      ),
    ),
    ...of(resources, 'aws:lambda/functionUrl:FunctionUrl')
      .filter(({ inputs }) => !checksItself(resources, inputs['functionName']))
      .map(({ name }) => `${name} is a public address`),
    ...of(resources, 'aws:lambda/permission:Permission')
      .filter(({ inputs }) => inputs['sourceArn'] === undefined && !checksItself(resources, inputs['function']))
      .map(({ name }) => `${name} lets a service in for anybody`),
  ];
};

/** Who calls the function of audit logs decides what is believed to be in them: the groups that it subscribes to, and no other. */
export const auditHearsItsGroups: Check = resources => {
  const permissions = of(resources, 'aws:lambda/permission:Permission').filter(
    ({ inputs }) => inputs['principal'] === 'logs.amazonaws.com',
  );
  return of(resources, 'aws:iam/role:Role')
    .filter(({ inputs }) => /-subscribe(-(?!timer)[a-z]+-[a-z-]+-\d)?$/.test(String(inputs['name'])))
    .flatMap(({ name, inputs, region }) => {
      const subscribed = list(inputs['inlinePolicies'])
        .flatMap(one => statements(inner(one, 'policy')))
        .filter(({ actions }) => actions.includes('logs:PutSubscriptionFilter'))
        .flatMap(one => one.resources)
        .filter(arn => arn.endsWith(':*'));
      const heard = permissions
        .filter(one => one.region === region)
        .map(({ inputs: { sourceArn } }) => String(sourceArn));
      return subscribed.length > 0 && [...subscribed].sort().join() === [...heard].sort().join()
        ? []
        : [`${name} subscribes ${subscribed.join(', ')}, and the function is called by ${heard.join(', ')}`];
    });
};

/** Whoever sends over plain HTTP is refused. */
export const tlsOnly: Check = resources =>
  (['aws:sqs/queuePolicy:QueuePolicy', 'aws:sns/topicPolicy:TopicPolicy', 'aws:s3/bucketPolicy:BucketPolicy'] as const)
    .flatMap(type => of(resources, type))
    .filter(
      ({ inputs }) =>
        !statements(inputs['policy']).some(
          ({ effect, condition }) => effect === 'Deny' && inner(condition, 'Bool', 'aws:SecureTransport') === 'false',
        ),
    )
    .map(({ name }) => `${name} takes plain HTTP`);

/** Who hands things to what a key encrypts, by how AWS's guides tell the key's policy to let them in. */
export const keysDeliver: Check = resources => {
  const rules = new Set(of(resources, 'aws:cloudwatch/eventRule:EventRule').map(({ arn }) => arn));
  const senders = (policy: string): readonly string[] =>
    statements(policy)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ principal }) => list(inner(principal, 'Service')).map(String));
  const uses = [
    ...of(resources, 'aws:sns/topicPolicy:TopicPolicy').map(({ inputs }) => ({
      to: of(resources, 'aws:sns/topic:Topic').find(({ arn }) => arn === inputs['arn']),
      services: senders(String(inputs['policy'])),
    })),
    ...of(resources, 'aws:sqs/queuePolicy:QueuePolicy').map(({ inputs, region }) => ({
      to: of(resources, 'aws:sqs/queue:Queue').find(
        one => one.region === region && String(inputs['queueUrl']).endsWith(`/${one.inputs['name']}`),
      ),
      services: senders(String(inputs['policy'])),
    })),
    ...of(resources, 'aws:cloudwatch/logGroup:LogGroup').map(to => ({
      to,
      services: [`logs.${to.region}.amazonaws.com`],
    })),
  ];
  return [
    ...(rules.size > 0 ? [] : ['there is no rule']),
    ...uses.flatMap(({ to, services }) => {
      const name = to?.inputs['kmsMasterKeyId'] ?? to?.inputs['kmsKeyId'];
      if (to === undefined || name === undefined) return []; // SQS's own key lets everybody in who may send
      const key = of(resources, 'aws:kms/key:Key').find(({ arn }) => arn === name);
      if (key === undefined || key.region !== to.region) return [`${to.name} has the key of another region`];
      const allowed = (service: string) =>
        statements(key.inputs['policy']).filter(
          ({ effect, principal, actions }) =>
            effect === 'Allow' &&
            list(inner(principal, 'Service')).includes(service) &&
            ['kms:Decrypt', 'kms:GenerateDataKey'].every(action => actions.includes(action)),
        );
      return services.flatMap(service => [
        ...(allowed(service).length > 0 ? [] : [`${service} cannot use the key of ${to.name} (${to.region})`]),
        // SNS Developer Guide: `aws:SourceAccount` and `aws:SourceArn` are not supported for EventBridge to encrypted topics.
        ...(service === 'events.amazonaws.com' && !allowed(service).some(({ condition }) => condition === undefined)
          ? [`EventBridge tells KMS no source, and the key of ${to.name} (${to.region}) asks for it`]
          : []),
      ]);
    }),
  ];
};

/**
 * EventBridge publishes to the topics that rules have for a target, and there without a condition (EventBridge User Guide, "Using
 * resource-based policies", Amazon SNS permissions), but never for another account where it says whose rule it is; no service publishes
 * to another topic, or for more than this stage's alarms.
 */
export const topicsHear: Check = resources => {
  const targets = new Set(of(resources, 'aws:cloudwatch/eventTarget:EventTarget').map(({ inputs }) => inputs['arn']));
  return of(resources, 'aws:sns/topicPolicy:TopicPolicy').flatMap(({ name, inputs }) => {
    const by = (effect: string, service: string) =>
      statements(inputs['policy']).filter(
        one => one.effect === effect && list(inner(one.principal, 'Service')).includes(service),
      );
    const events = by('Allow', 'events.amazonaws.com');
    if (!targets.has(inputs['arn']))
      return events.length + by('Allow', 'cloudwatch.amazonaws.com').length === 0
        ? []
        : [`${name} lets in a service that has nothing to say there`];
    const refusesOthers = by('Deny', 'events.amazonaws.com').some(
      ({ condition }) =>
        typeof inner(condition, 'StringNotEquals', 'aws:SourceAccount') === 'string' &&
        inner(condition, 'Null', 'aws:SourceAccount') === 'false',
    );
    return [
      ...(events.some(({ condition }) => condition === undefined)
        ? []
        : [`EventBridge tells topics no source, and ${name} asks for it`]),
      ...(refusesOthers ? [] : [`${name} lets in rules of other accounts`]),
      ...by('Allow', 'cloudwatch.amazonaws.com')
        .filter(({ condition }) => !/:alarm:tripline-.+-\*$/.test(String(inner(condition, 'ArnLike', 'aws:SourceArn'))))
        .map(() => `${name} lets in anybody's alarms`),
    ];
  });
};

/** Announcements are believed by their ids: nobody of the account says one but this stage's own roles, which have no path. */
export const topicsBelieve: Check = resources =>
  of(resources, 'aws:sns/topicPolicy:TopicPolicy')
    .filter(({ inputs }) => {
      const denials = statements(inputs['policy']).filter(
        ({ effect, principal, actions }) => effect === 'Deny' && principal === '*' && actions.includes('sns:Publish'),
      );
      const others = denials.some(
        ({ condition }) =>
          /:role\/tripline-.+-\*$/.test(String(inner(condition, 'ArnNotLike', 'aws:PrincipalArn'))) &&
          inner(condition, 'Bool', 'aws:PrincipalIsAWSService') === 'false',
      );
      const paths = denials.some(({ condition }) =>
        /:role\/tripline-.+-\*\/\*$/.test(String(inner(condition, 'ArnLike', 'aws:PrincipalArn'))),
      );
      return !others || !paths;
    })
    .map(({ name, region }) => `${name} (${region}) takes announcements of anybody in the account`);

/** A rule puts events on another bus in the name of a role, and without its permission they end as dead letters. */
export const carriers: Check = resources =>
  of(resources, 'aws:cloudwatch/eventTarget:EventTarget')
    .filter(({ inputs }) => /:event-bus\//.test(String(inputs['arn'])))
    .filter(({ inputs }) => {
      const role = of(resources, 'aws:iam/role:Role').filter(({ arn }) => arn === inputs['roleArn']);
      return !grants(role).some(
        ({ actions, resources: buses }) =>
          actions.includes('events:PutEvents') && buses.includes(String(inputs['arn'])),
      );
    })
    .map(({ name, region }) => `${name} (${region}) may not put events on its bus`);

/** Heartbeats at a hub are of a stage's own function: anybody's of the account would go on where the stage is gone. */
export const heartbeats: Check = resources =>
  of(resources, 'aws:cloudwatch/eventBusPolicy:EventBusPolicy').flatMap(({ name, inputs }) =>
    statements(inputs['policy'])
      .filter(({ condition }) => {
        const types = list(inner(condition, 'StringEquals', 'events:detail-type'));
        if (types.length > 0 && !types.includes('Heartbeat')) return false;
        return !/:role\/tripline-\*-heartbeat$/.test(String(inner(condition, 'ArnLike', 'aws:PrincipalArn')));
      })
      .map(() => `${name} takes heartbeats of anybody in an account`),
  );

/** Everything at rest is under the stage's key, or SQS's own. */
export const encryption: Check = resources => {
  const missing = (type: string, encrypted: (inputs: Json) => unknown): readonly string[] =>
    of(resources, type)
      .filter(({ inputs }) => !encrypted(inputs))
      .map(({ name }) => `${name} is not encrypted as it should be`);
  const bucketsWithKeys = of(
    resources,
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  ).filter(({ inputs }) =>
    list(inputs['rules']).every(
      rule => inner(rule, 'applyServerSideEncryptionByDefault', 'sseAlgorithm') === 'aws:kms',
    ),
  );
  return [
    ...missing('aws:dynamodb/table:Table', inputs => inner(inputs, 'serverSideEncryption', 'kmsKeyArn')),
    ...missing('aws:sqs/queue:Queue', inputs => inputs['kmsMasterKeyId'] ?? inputs['sqsManagedSseEnabled'] === true),
    ...missing('aws:sns/topic:Topic', inputs => inputs['kmsMasterKeyId']),
    ...missing('aws:cloudwatch/logGroup:LogGroup', inputs => inputs['kmsKeyId']),
    ...missing('aws:lambda/function:Function', inputs => inputs['kmsKeyArn']),
    ...missing('aws:kms/key:Key', inputs => inputs['enableKeyRotation'] === true),
    ...(bucketsWithKeys.length < of(resources, 'aws:s3/bucket:Bucket').length ? ['a bucket has no key'] : []),
  ];
};
