import type { CloudWatchLogsEvent } from 'aws-lambda';
import { readLogs } from '../core/read/logs.ts';
import { deps } from './deps/deps.ts';
import { ofRegion } from './deps/region.ts';
import { detectCounted } from './detection/detecting.ts';
import { accountOf } from './invocation/account.ts';
import { lambda } from './invocation/lambda.ts';

/** Audit events (or CloudTrail's) from a CloudWatch Logs subscription. What fails is tried again by Lambda, then dead-lettered. */
export const handler = lambda('audit', async (event: CloudWatchLogsEvent, meter, context): Promise<void> => {
  await detectCounted(readLogs(event, ofRegion(deps().settings, process.env, accountOf(context))), meter);
});
