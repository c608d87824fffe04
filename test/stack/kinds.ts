/** Types of resources, as Pulumi calls them. */
export const lambda = 'aws:lambda/function:Function';
export const mapping = 'aws:lambda/eventSourceMapping:EventSourceMapping';
export const queue = 'aws:sqs/queue:Queue';
export const role = 'aws:iam/role:Role';
export const rule = 'aws:cloudwatch/eventRule:EventRule';
export const table = 'aws:dynamodb/table:Table';
export const target = 'aws:cloudwatch/eventTarget:EventTarget';
