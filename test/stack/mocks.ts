/** A resource as the program asked for it. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly region: string;
  readonly inputs: { readonly [member: string]: unknown };
  /** What AWS would call it. */
  readonly arn: string;
}

export const homeRegion = 'eu-west-1';
const accountId = '111122223333';
export const regions = ['eu-west-1', 'us-east-1', 'us-west-2'];

interface ResourceArgs {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider?: string;
}

interface CallArgs {
  readonly token: string;
  readonly inputs: Record<string, unknown>;
  readonly provider?: string;
}

/** How AWS forms ARNs of what the stack makes. */
const arnOf: Readonly<Record<string, (name: string, region: string) => string>> = {
  'aws:sqs/queue:Queue': (name, region) => `arn:aws:sqs:${region}:${accountId}:${name}`,
  'aws:sns/topic:Topic': (name, region) => `arn:aws:sns:${region}:${accountId}:${name}`,
  'aws:dynamodb/table:Table': (name, region) => `arn:aws:dynamodb:${region}:${accountId}:table/${name}`,
  'aws:kms/key:Key': (name, region) => `arn:aws:kms:${region}:${accountId}:key/${name}`,
  'aws:s3/bucket:Bucket': name => `arn:aws:s3:::${name}`,
  'aws:lambda/function:Function': (name, region) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  'aws:cloudwatch/logGroup:LogGroup': (name, region) => `arn:aws:logs:${region}:${accountId}:log-group:${name}`,
  'aws:cloudwatch/eventBus:EventBus': (name, region) => `arn:aws:events:${region}:${accountId}:event-bus/${name}`,
  'aws:cloudwatch/eventRule:EventRule': (name, region) => `arn:aws:events:${region}:${accountId}:rule/${name}`,
  'aws:iam/role:Role': name => `arn:aws:iam::${accountId}:role/${name}`,
};

const nameOf = ({ name, inputs }: ResourceArgs): string => {
  const given = inputs['name'] ?? inputs['bucket'] ?? inputs['bucketPrefix'];
  return typeof given === 'string' ? given : name;
};

/** A provider of another region is named `In<region without dashes>`. */
const regionOf = (provider: string | undefined): string =>
  regions.find(region => provider?.includes(`::In${region.replaceAll('-', '')}::`)) ?? homeRegion;

const document = (inputs: Record<string, unknown>): string => {
  const statements = (inputs['statements'] ?? []) as readonly Record<string, unknown>[]; // SST's own call
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(one => ({
      Effect: one['effect'] ?? 'Allow',
      Action: one['actions'],
      Resource: one['resources'],
      Condition: one['conditions'],
    })),
  });
};

const answers: Readonly<Record<string, (inputs: Record<string, unknown>, region: string) => Record<string, unknown>>> =
  {
    'aws:index/getCallerIdentity:getCallerIdentity': () => ({ accountId, id: accountId }),
    'aws:index/getPartition:getPartition': () => ({ partition: 'aws', dnsSuffix: 'amazonaws.com' }),
    'aws:index/getRegion:getRegion': (_, region) => ({ region, name: region }),
    'aws:index/getRegions:getRegions': () => ({ names: regions }),
    'aws:cloudwatch/getEventBus:getEventBus': ({ name }) => ({ name }),
    'aws:iam/getPolicyDocument:getPolicyDocument': inputs => ({ ...inputs, json: document(inputs) }),
  };

/** Stand-ins for Pulumi's engine: every resource is recorded with what was asked, and gets the ARN that AWS would give it. */
export const recording = (resources: Resource[]) => ({
  newResource: (args: ResourceArgs): { id: string; state: Record<string, unknown> } => {
    const region = regionOf(args.provider);
    const name = nameOf(args);
    const arn = arnOf[args.type]?.(name, region) ?? `arn:aws:unknown:${region}:${accountId}:${args.name}`;
    resources.push({ type: args.type, name: args.name, region, inputs: args.inputs, arn });
    return {
      id: args.type === 'aws:iam/role:Role' ? name : `${args.name}-id`,
      state: {
        ...args.inputs,
        name,
        arn,
        keyId: name,
        functionUrl: `https://${args.name.toLowerCase()}.lambda-url.${region}.on.aws/`,
        bucket: name,
        url: `https://sqs.${region}.amazonaws.com/${accountId}/${name}`,
        streamArn: `${arn}/stream/2026-09-01T00:00:00.000`,
      },
    };
  },
  call: ({ token, inputs, provider }: CallArgs): Record<string, unknown> => {
    const answer = answers[token];
    if (answer === undefined)
      throw new Error(`the stack asked AWS for ${token}: give it an answer in test/stack/mocks.ts`);
    resources.push({ type: 'tripline:asked', name: token, region: regionOf(provider), inputs, arn: '' });
    return answer(inputs, regionOf(provider));
  },
});
