import { readFiles } from '../adapters/files.ts';
import { UnreadableInput } from '../adapters/inputs.ts';
import { configuredNodes, lastSegment, roleByArn } from '../core/cloudtrail/roles.ts';
import type { Settings } from '../core/settings.ts';
import { keptDays } from '../core/usage/kept.ts';
import { beyondNodes, minimalPolicy, policyGaps, terraform } from '../core/usage/policy.ts';
import { collectUsage, isBeyond, type Use } from '../core/usage/usage.ts';
import { matchesWildcard } from '../core/wildcard.ts';
import { databaseOptions } from './database.ts';
import { durationOf } from './duration.ts';
import { inputOptions, inputUsage, placeOf, skips, unreadable } from './inputs.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { type Places, placesOf, someAccount } from './places.ts';
import { counted, grouped, progressOn, sized } from './progress.ts';
import { loadSettings } from './settings.ts';
import { jsonLine, jsonPage, shown } from './shown.ts';
import { table } from './table.ts';
import { keptUsage } from './usage-kept.ts';

export const usage: Command['usage'] = `usage: tripline usage LOGS… [--role PATTERN]… [--beyond] [--policy | --terraform | --json]
       tripline usage --stage NAME [--for 30d] [--role PATTERN]… [--beyond] [--policy | --terraform | --json]

Shows what roles did: which APIs, how often, when last, denied or not, and which of it nodes do not do. LOGS are CloudTrail logs in any
form that 'tripline scan' reads; a record that was delivered twice is counted twice. A deployed stage records the calls of node and
controller roles for 90 days, by the hour, but only events that its filters let through: a policy made from it may lack what was never seen.
  --role PATTERN   roles by name or ARN, * stands for anything (default: the node roles of the settings, or by their usual names)
  --beyond         only what nodes do not call
  --policy         a least-privilege IAM policy that permits again what was permitted, as JSON; what it cannot know goes to stderr
  --terraform      the same as an aws_iam_policy_document
  --json           one JSON object per line, for each role and API
  --for 30d        how far back in a stage's table (default 30d, at most ${keptDays}d)
  --stage NAME, --table NAME, --database DIR    as for 'tripline findings'
${inputUsage}`;

const asCall: { readonly [N in Use['node']]: string } = {
  baseline: 'yes',
  sensitive: 'no: sensitive',
  other: 'no',
  forwarded: 'by a service',
};

/** Gives 1 where no role that was asked for called anything, 2 where the logs can't be read. @throws Error where the database does not open */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    ...inputOptions,
    ...databaseOptions,
    for: { type: 'string' },
    role: { type: 'string', multiple: true },
    beyond: { type: 'boolean' },
    policy: { type: 'boolean' },
    terraform: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const isKept = [values.stage, values.table, values.database].some(one => one !== undefined);
  if (positionals.length === 0 && !isKept)
    throw new UsageError('say which logs (a file, a directory, a glob or -), or --stage NAME');
  if (positionals.length > 0 && isKept) throw new UsageError('say either logs or a stage, not both');
  if ([values.policy, values.terraform, values.json].filter(Boolean).length > 1)
    throw new UsageError('--policy, --terraform and --json exclude each other');
  const places = isKept ? await placesOf(values) : undefined;
  const settings = places?.settings ?? (await loadSettings(values.settings));
  const patterns = values.role;
  const wanted = (arn: string): boolean =>
    patterns === undefined
      ? roleByArn(arn, settings).kind === 'node'
      : patterns.some(pattern => matchesWildcard(pattern, pattern.startsWith('arn:') ? arn : lastSegment(arn)));
  const all = places
    ? await keptOf(values, places, wanted, io)
    : await loggedIn(positionals, values, settings, wanted, io);
  if (all === undefined) return 2;
  const uses = values.beyond ? all.filter(isBeyond) : all;
  const roles = [...new Set(all.map(({ role }) => role))];
  if (roles.length === 0) {
    const named = patterns ?? configuredNodes(settings);
    const which = named.length > 0 ? `a role named ${named.join(', ')}` : 'a node role (recognised by the usual names)';
    io.stderr.write(
      `no call by ${shown(which)} is in ${isKept ? 'what was kept' : 'these logs'}: --role '*' shows every role\n`,
    );
    return 1;
  }
  if (values.policy || values.terraform) {
    const document = minimalPolicy(uses);
    const [first = 'node'] = roles;
    io.stdout.write(values.policy ? jsonPage(document) : `${terraform(document, lastSegment(first))}\n`);
    const whose = roles.length === 1 ? lastSegment(first) : `${roles.length} roles together`;
    const ofNodes = uses.filter(({ role }) => roleByArn(role, settings).kind === 'node');
    const said = [`For ${whose}.`, ...beyondNodes(ofNodes), ...policyGaps(uses), ...(isKept ? [keptGap] : [])];
    io.stderr.write(`${shown(said.join(' '))}\n`);
    return 0;
  }
  if (values.json) {
    for (const { first, last, ...use } of uses)
      io.stdout.write(
        jsonLine({
          ...use,
          unit: isKept ? 'hours' : 'calls',
          first: new Date(first).toISOString(),
          last: new Date(last).toISOString(),
        }),
      );
    return 0;
  }
  io.stdout.write(`${text(uses, roles, isKept ? 'hours' : 'calls', io)}\n`);
  return 0;
};

const keptGap =
  'Only events that the stage admits were kept: calls that no rule looks at are not in it, so check it against the logs before you use it.';

type Values = Parameters<typeof placeOf>[0] & Parameters<typeof keptUsage>[0] & { readonly for?: string | undefined };

const keptOf = async (
  values: Values,
  { accounts }: Places,
  wanted: (arn: string) => boolean,
  io: Io,
): Promise<readonly Use[]> => {
  const now = Date.now();
  const span = durationOf('for', values.for ?? '30d');
  if (span > keptDays * 86_400_000) throw new UsageError(`--for is at most ${keptDays}d: no more is kept`);
  const { uses, full, crowded } = await keptUsage(values, someAccount(accounts), wanted, now - span, now);
  if (full.length > 0)
    io.stderr.write(
      `a day of ${full.map(shown).join(', ')} held more distinct calls than are kept: the list is not complete\n`,
    );
  for (const one of crowded)
    io.stderr.write(
      `account ${shown(one)} has more node and controller roles than are kept: the list is not complete\n`,
    );
  return uses;
};

/** What is in logs; undefined where they could not be read, which is said. */
const loggedIn = async (
  paths: readonly string[],
  values: Values,
  settings: Settings,
  wanted: (arn: string) => boolean,
  io: Io,
): Promise<readonly Use[] | undefined> => {
  const found = collectUsage(wanted);
  const progress = progressOn(io);
  const rejected = unreadable();
  const skipped = skips();
  try {
    const options = {
      place: placeOf(values, settings),
      clusters: settings.clusters,
      stdin: io.stdin as AsyncIterable<Uint8Array>, // a byte stream: nobody sets its encoding
      onProgress: ({ bytes }: { bytes: number }) => progress.say(`reading ${sized(bytes)}`),
    };
    for await (const reads of readFiles(paths, options))
      for (const read of reads) {
        if (read.kind === 'event') found.add(read.event);
        else if (read.kind === 'rejected') rejected.add(read.rejected);
        else if (read.kind === 'skipped') skipped.add(read);
      }
  } catch (error) {
    progress.end();
    if (!(error instanceof UnreadableInput)) throw error;
    io.stderr.write(`tripline usage: ${shown(error.message)}\n`);
    return undefined;
  }
  progress.end();
  skipped.tell(io);
  rejected.tell(io);
  if (found.full) io.stderr.write('too many distinct APIs: the list is not complete, narrow --role\n');
  return found.list();
};

const text = (uses: readonly Use[], roles: readonly string[], unit: 'hours' | 'calls', io: Io): string => {
  const blocks = roles.map(role => {
    const own = uses.filter(use => use.role === role);
    const rows = table(
      own.toSorted((a, b) => Number(isBeyond(b)) - Number(isBeyond(a))),
      [
        { head: 'SERVICE', cell: use => use.service },
        { head: 'API', cell: use => use.api },
        { head: unit.toUpperCase(), cell: use => grouped(use.calls), align: 'right' },
        { head: 'DENIED', cell: use => (use.denied === 0 ? '-' : grouped(use.denied)), align: 'right' },
        { head: 'LAST (UTC)', cell: use => new Date(use.last).toISOString().slice(0, 16) },
        { head: 'NODE DUTY', cell: use => asCall[use.node] },
        { head: 'IAM ACTIONS', cell: use => use.actions.join(', ') || 'none needed' },
      ],
      io.stdout.isTTY ? io.stdout.columns : undefined,
    );
    const beyond = own.filter(isBeyond);
    const calls = own.reduce((sum, use) => sum + use.calls, 0);
    return [
      shown(role),
      rows,
      unit === 'hours'
        ? `${counted(own.length, 'API')}, ${grouped(beyond.length)} of them beyond being a node; hours in which each was called`
        : `${counted(calls, 'call')} of ${counted(own.length, 'API')}, ${grouped(beyond.length)} of them beyond being a node`,
    ].join('\n');
  });
  return blocks.join('\n\n');
};
