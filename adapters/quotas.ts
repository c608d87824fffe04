import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Concurrency, RuleCount } from '../core/doctor/quotas.ts';

/** Regions that are enabled for the account. */
export const enabledRegions = async (region: string): Promise<readonly string[]> => {
  const { Regions = [] } = await new EC2Client({ region }).send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
};

/** Rules of a region's default bus, everybody's, and how many of them use wildcards. */
export const countRules = async (region: string): Promise<RuleCount> => {
  const client = new EventBridgeClient({ region });
  let [rules, wildcards]: [number, number] = [0, 0];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListRulesCommand({ Limit: 100, ...(NextToken ? { NextToken } : {}) }));
    for (const { EventPattern = '' } of page.Rules ?? []) {
      rules++;
      if (EventPattern.includes('"wildcard"')) wildcards++;
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return { rules, wildcards };
};

/** How many invocations at once the account may have, and how many of them no function has reserved. */
export const concurrencyOf = async (region: string): Promise<Concurrency> => {
  const { AccountLimit } = await new LambdaClient({ region }).send(new GetAccountSettingsCommand({}));
  return { all: AccountLimit?.ConcurrentExecutions, unreserved: AccountLimit?.UnreservedConcurrentExecutions };
};
