import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { findingsTable } from '../adapters/findings/table.ts';
import { clientsOf, take } from '../adapters/inventory.ts';
import { dynamoStore } from '../adapters/state-table.ts';
import { roleByArn } from '../core/cloudtrail/roles.ts';
import { severities } from '../core/detection.ts';
import { rank } from '../core/findings/best.ts';
import { memoryFindings } from '../core/findings/memory.ts';
import type { Found, Part } from '../core/inventory/aws.ts';
import { complianceOf } from '../core/inventory/compliance.ts';
import { inventory } from '../core/inventory/inventory.ts';
import { inventoryActions } from '../core/inventory/permissions.ts';
import { suggest } from '../core/inventory/suggest.ts';
import { type Tagger, taggersOf } from '../core/inventory/taggers.ts';
import { regionsOf, tasksOf } from '../core/inventory/tasks.ts';
import { settingsIn } from '../core/own-clusters.ts';
import { memoryStore } from '../core/state/memory.ts';
import { type Command, flags, oneOf, UsageError } from './io.ts';
import { progressOn } from './progress.ts';
import { loadSettings } from './settings.ts';
import { jsonLine, jsonPage, shown } from './shown.ts';
import { table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline inventory [--region NAME]… [--suggest | --json] [--fail-on SEVERITY]
       tripline inventory --policy

Reads what exists in the account, with Describe, List and Get calls only: instances, launch templates, networks, roles, clusters, trails.
Reports what a detection would alert on if it were done now. Region and credentials are those of the AWS SDK; AWS_ENDPOINT_URL points it at
an emulator.
  --region NAME    these regions (default: those of the settings: home, approved, clusters')
  --state TABLE --findings TABLE   store the results in these DynamoDB tables, as the deployed function does
  --suggest        print suggested settings: clusters, egress, ranges, endpoints (review them before you copy them)
  --json           one violation per line
  --fail-on low|medium|high|critical   exit 1 if a violation has at least this severity
  --policy         print the IAM policy that it needs, and nothing else
  --settings FILE  the settings (default tripline.config.ts)`;

/**
 * Gives 1 where something is at least `--fail-on`, 2 where not one step could be read.
 * @throws Error where nobody is logged in, or a table fails
 */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    region: { type: 'string', multiple: true },
    state: { type: 'string' },
    findings: { type: 'string' },
    suggest: { type: 'boolean' },
    json: { type: 'boolean' },
    policy: { type: 'boolean' },
    'fail-on': { type: 'string' },
    settings: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`it takes no arguments, not '${positionals[0]}'`);
  if (values.policy) {
    const Statement = [{ Effect: 'Allow', Action: inventoryActions, Resource: '*' }];
    io.stdout.write(jsonPage({ Version: '2012-10-17', Statement }));
    return 0;
  }
  if ((values.state === undefined) !== (values.findings === undefined))
    throw new UsageError('--state and --findings go together');
  const failOn = oneOf('fail-on', values['fail-on'], severities);
  const settings = await loadSettings(values.settings);
  const { Account: account = '' } = await new STSClient({ region: values.region?.[0] ?? settings.home }).send(
    new GetCallerIdentityCommand({}),
  );
  const regions = values.region ?? regionsOf(settingsIn(settings, account));
  const [home = settings.home] = regions;
  const client = values.state === undefined ? undefined : new DynamoDBClient({ region: settings.home });
  const kept = client === undefined ? undefined : findingsTable(client, values.findings ?? '');
  const parts: { readonly part: Part; readonly found: Found }[] = [];
  const progress = progressOn(io);
  const now = Date.now();
  const result = await inventory(tasksOf(home, regions), {
    account,
    settings,
    store: client === undefined ? memoryStore() : dynamoStore(client, values.state ?? ''),
    findings: kept ?? memoryFindings(),
    ...(kept === undefined ? {} : { cases: kept }),
    now: () => now,
    hasTime: () => true,
    take: ({ region, step }) => {
      progress.say(`${step} of ${region}`);
      return take(step, clientsOf(region), arn => roleByArn(arn, settings).kind !== 'other');
    },
    report: ({ region }, part) => {
      if (part !== undefined) parts.push({ part, found: { account, region, time: now } });
    },
  });
  progress.end();
  const violations = result.violations.toSorted((a, b) => rank(b.severity) - rank(a.severity));
  if (values.suggest) io.stdout.write(jsonPage(suggest(parts)));
  else if (values.json) for (const one of violations) io.stdout.write(jsonLine(one));
  else if (violations.length > 0)
    io.stdout.write(
      `${table(
        violations,
        [
          { head: 'SEVERITY', cell: one => one.severity },
          { head: 'POSTURE', cell: one => one.code },
          { head: 'SAYS', cell: one => one.title },
        ],
        io.stdout.isTTY ? io.stdout.columns : undefined,
      )}\n\n`,
    );
  for (const { task, why } of result.failed)
    io.stderr.write(`${task.step} of ${task.region} could not be read: ${shown(why)}\n`);
  const roles = complianceOf(
    parts.map(({ part }) => part),
    violations,
    settings,
  );
  const kpi =
    roles.nodeRoles === 0
      ? ''
      : `${roles.compliant} of ${roles.nodeRoles} node roles fully compliant, ${roles.riskyPolicies} policies on them beyond what nodes need (${roles.riskyPermissions} permissions)\n`;
  const taggers = parts.flatMap(({ part }) => (part.kind === 'taggers' ? taggersOf(part.holders, settings) : []));
  const tags = taggers.length === 0 ? '' : `${taggersText(taggers)}\n`;
  const summary = `${counted(parts)} in ${account} (${regions.join(', ')}), ${violations.length} violations${result.known.length === 0 ? '' : `, ${result.known.length} tasks were done today already`}\n`;
  (values.json || values.suggest ? io.stderr : io.stdout).write(`${summary}${kpi}${tags}`);
  if (result.failed.length > 0 && result.done.length === 0) return 2;
  return failOn !== undefined && violations.some(({ severity }) => rank(severity) >= rank(failOn)) ? 1 : 0;
};

/** By whom steering tags can be written, in one sentence; what policies alone cannot tell is said as that. */
const taggersText = (all: readonly Tagger[]): string => {
  const count = (grip: Tagger['grip'], ...who: readonly Tagger['who'][]): number =>
    all.filter(one => one.grip === grip && (who.length === 0 || who.includes(one.who))).length;
  return `tags that steer Karpenter may be written by ${count('yes', 'node', 'other')} principals beyond ${count('yes', 'expected')} controllers and platform and ${count('yes', 'administrator')} administrators; under conditions, or by policies that were not readable, by ${count('maybe')} more (service control policies are not read)`;
};

const counted = (parts: readonly { readonly part: Part }[]): string => {
  const sum = (count: (part: Part) => number): number => parts.reduce((all, { part }) => all + count(part), 0);
  return [
    `${sum(part => (part.kind === 'instances' ? part.instances.length : 0))} instances`,
    `${sum(part => (part.kind === 'templates' ? part.versions.length : 0))} launch templates`,
    `${sum(part => (part.kind === 'roles' ? part.roles.length : 0))} node and controller roles`,
    `${sum(part => (part.kind === 'clusters' ? part.clusters.length : 0))} clusters`,
    `${sum(part => (part.kind === 'trails' ? part.trails.length : 0))} trails`,
  ].join(', ');
};
