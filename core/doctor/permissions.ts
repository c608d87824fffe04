/**
 * Everything the doctor may do, and all it does: reading. A test compares it with every command that is sent. Describe and List calls
 * over a whole account take no resource that could be named beforehand (Service Authorization Reference).
 */
export const doctorActions: readonly string[] = [
  'cloudtrail:DescribeTrails',
  'cloudtrail:GetEventSelectors',
  'cloudtrail:GetTrailStatus',
  'ec2:DescribeRegions',
  'eks:DescribeAccessEntry',
  'eks:DescribeCluster',
  'eks:DescribeNodegroup',
  'eks:DescribePodIdentityAssociation',
  'eks:ListAccessEntries',
  'eks:ListAssociatedAccessPolicies',
  'eks:ListClusters',
  'eks:ListNodegroups',
  'eks:ListPodIdentityAssociations',
  'events:ListRules',
  'lambda:GetAccountSettings',
  'lambda:ListEventSourceMappings',
  'lambda:ListFunctions',
  's3:ListAllMyBuckets',
  'sns:ListTopics',
  'sqs:ListQueues',
];

/** What it may do with the stage's own resources alone, by the kind of resource; `{}` stands for the stage's prefix. */
const ownActions: readonly (readonly [resources: readonly string[], actions: readonly string[]])[] = [
  [
    ['arn:*:events:*:*:rule/{}*', 'arn:*:events:*:*:rule/{}regions/{}*'],
    ['events:DescribeRule', 'events:ListTargetsByRule'],
  ],
  [['arn:*:logs:*:*:log-group:*'], ['logs:DescribeSubscriptionFilters']],
  [['arn:*:lambda:*:*:function:{}*'], ['lambda:GetFunctionConcurrency']],
  [['arn:*:sns:*:*:{}*'], ['sns:ListSubscriptionsByTopic']],
  [['arn:*:sqs:*:*:{}*'], ['sqs:GetQueueAttributes']],
  [['arn:*:dynamodb:*:*:table/{}findings', 'arn:*:dynamodb:*:*:table/{}findings/index/*'], ['dynamodb:Query']],
  [['arn:*:dynamodb:*:*:table/{}state'], ['dynamodb:BatchGetItem']],
  [['arn:*:s3:::{}quarantine-*'], ['s3:ListBucket']],
];

/** Actions on resources of the stage. */
export const ownDoctorActions: readonly string[] = ownActions.flatMap(([, actions]) => actions).sort();

/**
 * The IAM policy that `tripline doctor` needs.
 * @param stage its name, or `*` for every stage
 */
export const doctorPolicy = (stage: string): object => {
  const prefix = `tripline-${stage}-`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Account', Effect: 'Allow', Action: doctorActions, Resource: '*' },
      ...ownActions.map(([resources, actions], index) => ({
        Sid: `Stage${index + 1}`,
        Effect: 'Allow',
        Action: actions,
        Resource: resources.map(one => one.replaceAll('{}', prefix)),
      })),
      {
        // The tables are encrypted with the stage's key: DynamoDB asks for it in the reader's name.
        Sid: 'Key',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: '*',
        Condition: {
          StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' },
          'ForAnyValue:StringLike': { 'kms:ResourceAliases': `alias/${prefix}key` },
        },
      },
    ],
  };
};
