import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { logsSubscriptions } from '../adapters/logs.ts';
import { deps } from './deps.ts';
import { lambda } from './lambda.ts';
import { matchOf, subscribeAll } from './subscribing.ts';

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment variable ${name} is not set: the stack sets it`);
  return value;
};

/** Keeps the audit log subscriptions true, whatever event or schedule woke it; clusters that can't be heard become findings. */
export const handler = lambda(
  'subscribe',
  async (): Promise<{ readonly put: readonly string[]; readonly gaps: number }> => {
    const { settings, findings, now, print } = deps();
    const wanted = {
      name: variable('FILTER_NAME'),
      pattern: variable('FILTER_PATTERN'),
      destination: variable('AUDIT_FUNCTION'),
    };
    const { put, gaps } = await subscribeAll(logsSubscriptions(new CloudWatchLogsClient({})), wanted, settings);
    for (const gap of gaps) print(JSON.stringify({ level: 'warn', function: 'subscribe', ...gap }));
    const isOff = settings.detections['pipeline/source-silent']?.status === 'off';
    if (gaps.length > 0 && !isOff)
      await findings().fold(
        gaps.map(gap => matchOf(gap, settings, now())),
        now(),
      );
    return { put, gaps: gaps.length };
  },
);
