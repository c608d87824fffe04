import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { lasting } from '../adapters/lasting.ts';
import { logsSubscriptions } from '../adapters/logs.ts';
import { deps } from './deps/deps.ts';
import { ofRegion } from './deps/region.ts';
import { accountOf } from './invocation/account.ts';
import { lambda, log } from './invocation/lambda.ts';
import { closeGaps, matchesOf, subscribeAll } from './sources/subscribing.ts';

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment variable ${name} is not set: the stack sets it`);
  return value;
};

/** Keeps the audit log subscriptions of its region true, whatever event or schedule woke it; clusters that can't be heard become findings. */
export const handler = lambda(
  'subscribe',
  async (_: unknown, __, context): Promise<{ readonly put: readonly string[]; readonly gaps: number }> => {
    const { settings, findings, now } = deps();
    const wanted = {
      name: variable('FILTER_NAME'),
      pattern: variable('FILTER_PATTERN'),
      destination: variable('AUDIT_FUNCTION'),
    };
    const account = accountOf(context);
    const local = ofRegion(settings, process.env, account);
    const here = { settings: local, account };
    const { put, gaps, whole, failed } = await subscribeAll(
      logsSubscriptions(new CloudWatchLogsClient(lasting)),
      wanted,
      local,
    );
    for (const gap of gaps) log('warn', { function: 'subscribe', ...gap });
    const matches = gaps.flatMap(gap => matchesOf(gap, here, now()));
    if (matches.length > 0) await findings().fold(matches, now());
    await closeGaps(whole, here, now());
    // Whoever invoked it tries again, and keeps what fails for good.
    if (failed.length > 0) throw new AggregateError(failed, `${failed.length} log groups could not be subscribed`);
    return { put, gaps: gaps.length };
  },
);
