import { egressDays, egressOf, egressScope } from '../core/cloudtrail/egress.ts';
import { type LearnedName, learnedIndex, learnedNames, revoke, revoked, revokedScope } from '../core/state/learned.ts';
import type { Item, Store } from '../core/state/observation.ts';
import { databaseOptions, databaseUsage, openDatabase } from './database.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { placesOf, someAccount } from './places.ts';
import { jsonLine } from './shown.ts';
import { table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline learned [--json]
       tripline learned revoke SUBJECT [TRAIT]

Shows what detections learned as usual: egress addresses, networks and clients of controller roles, readers of all secrets; who taught it,
since when, and how often it was seen. Nothing is learned from principals that did what nodes do not do. From the moment you revoke it,
it counts as never learned; with TRAIT, only one network or client of a controller is revoked.
Nothing can be taught here: what you know to be yours belongs in the settings, where it is reviewed (network.egress, controllers, an
exemption of the detection). Until that is deployed, 'tripline suppress' mutes a detection about it and tells every channel.
  --settings FILE  the settings whose accounts are searched (default tripline.config.ts)
  --account ID     search this account
  --day DATE       the day whose egress is shown (default: today)
  --json           one JSON object per line
${databaseUsage}`;

/** One thing that was learned, or is being learned. */
export interface LearnedRow {
  readonly kind: LearnedName['kind'];
  readonly subject: string;
  readonly what: string;
  readonly standing: string;
  readonly by: string;
  readonly since: string;
  /** How often it was met: hours for egress, weeks for traits, days for readers. */
  readonly met: number;
}

const day = 86_400_000;
const dayOf = (time: number): string => (Number.isFinite(time) ? new Date(time).toISOString().slice(0, 10) : '');

const read = async (store: Store, scopes: readonly string[]): Promise<readonly Item[]> =>
  (await store.observe(scopes.map(scope => ({ scope, expires: 0 })))).map(({ item }) => item);

const egressRows = async (store: Store, account: string, at: number): Promise<readonly LearnedRow[]> => {
  const [today, before, after, taken] = await read(store, [
    ...egressDays(account, at),
    revokedScope(egressScope(account)),
  ]);
  const gone = revoked(taken);
  return [...egressOf({ items: [today ?? {}, before ?? {}, after ?? {}], taken })].map(
    ([address, { standing, instances, hours }]) => ({
      kind: 'egress',
      subject: address,
      what: 'public address',
      standing: gone.has(address) ? 'revoked' : standing,
      by:
        instances.length === 0
          ? ''
          : `${instances[0]}${instances.length > 1 ? ` and ${instances.length - 1} more` : ''}`,
      since: dayOf(hours[0] ?? Number.NaN),
      met: hours.length,
    }),
  );
};

const week = 7 * day;

/** Traits of a controller by the weeks they were seen in: see `core/state/first-seen.ts`. */
const controllerRows = async (store: Store, { subject, scope }: LearnedName): Promise<readonly LearnedRow[]> => {
  const [item = {}, taken] = await read(store, [scope, revokedScope(scope)]);
  const gone = revoked(taken);
  const seen = (item['seen'] ?? []).map(member => ({
    week: Number(member.slice(0, member.indexOf('#'))),
    trait: member.slice(member.indexOf('#') + 1),
  }));
  const first = Math.min(...seen.map(one => one.week));
  return [...Map.groupBy(seen, ({ trait }) => trait)].map(([trait, weeks]) => {
    const since = Math.min(...weeks.map(one => one.week));
    return {
      kind: 'controller',
      subject,
      what: trait,
      standing: gone.has(trait) ? 'revoked' : since <= first + 1 ? 'learned' : 'fresh',
      by: subject,
      since: dayOf(since * week),
      met: weeks.length,
    };
  });
};

/** Days on which a reader was seen: see `core/kubernetes/reader.ts`. */
const readerRows = async (
  store: Store,
  { subject, scope }: LearnedName,
  at: number,
): Promise<readonly LearnedRow[]> => {
  const period = Math.floor(at / (30 * day));
  const [now = {}, before = {}, taken] = await read(store, [
    `${scope}#${period}`,
    `${scope}#${period - 1}`,
    revokedScope(scope),
  ]);
  const days = [...(before['days'] ?? []), ...(now['days'] ?? [])].sort();
  return [
    {
      kind: 'reader',
      subject,
      what: 'lists or watches all secrets',
      standing: revoked(taken).size > 0 ? 'revoked' : days.length > 1 ? 'learned' : 'fresh',
      by: subject,
      since: days[0] ?? '',
      met: days.length,
    },
  ];
};

const namesIn = async (store: Store, account: string): Promise<readonly LearnedName[]> =>
  learnedNames((await read(store, [learnedIndex(account)]))[0] ?? {});

const rowsOf = async (store: Store, account: string, at: number): Promise<readonly LearnedRow[]> => {
  const rows = [...(await egressRows(store, account, at))];
  for (const name of await namesIn(store, account)) {
    if (name.kind === 'controller') rows.push(...(await controllerRows(store, name)));
    if (name.kind === 'reader') rows.push(...(await readerRows(store, name, at)));
  }
  return rows.sort((a, b) => (`${a.kind} ${a.subject} ${a.what}` < `${b.kind} ${b.subject} ${b.what}` ? -1 : 1));
};

/** Takes back what an account learned of a subject. @returns how many items that was */
const takeBack = async (store: Store, account: string, subject: string, trait: string | undefined): Promise<number> => {
  const names = (await namesIn(store, account)).filter(one => one.subject === subject);
  const now = Date.now();
  const all = [];
  for (const one of names) {
    if (one.kind === 'egress') all.push(revoke(egressScope(account), one.subject, now));
    else if (one.kind === 'reader') all.push(revoke(one.scope, '*', now));
    else
      for (const { what } of await controllerRows(store, one))
        if (trait === undefined || what === trait) all.push(revoke(one.scope, what, now));
  }
  if (all.length > 0) await store.observe(all);
  return all.length;
};

const dateOf = (value: string | undefined): number => {
  if (value === undefined) return Date.now();
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw new UsageError(`--day takes a date such as 2026-09-01, not '${value}'`);
  return time;
};

/** Gives 1 where nothing was learned that could be revoked. @throws UsageError where no account is known */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    settings: { type: 'string' },
    account: { type: 'string' },
    day: { type: 'string' },
    json: { type: 'boolean' },
    ...databaseOptions,
  });
  const [verb, subject, trait] = positionals;
  if (verb !== undefined && (verb !== 'revoke' || subject === undefined))
    throw new UsageError(
      "the only subcommand is 'revoke SUBJECT [TRAIT]'; what is yours belongs in the settings, it is not taught here",
    );
  const at = dateOf(values.day);
  const { store, close } = await openDatabase(values);
  try {
    const accounts = someAccount((await placesOf(values)).accounts);
    if (subject !== undefined) {
      let taken = 0;
      for (const account of accounts) taken += await takeBack(store, account, subject, trait);
      if (taken === 0) {
        io.stderr.write(`tripline learned: nothing was learned about '${subject}'${trait ? ` like '${trait}'` : ''}\n`);
        return 1;
      }
      io.stdout.write(`revoked: ${taken}\n`);
      return 0;
    }
    const rows = (await Promise.all(accounts.map(account => rowsOf(store, account, at)))).flat();
    io.stdout.write(values.json ? rows.map(row => jsonLine(row)).join('') : text(rows, io));
    return 0;
  } finally {
    await close();
  }
};

const text = (rows: readonly LearnedRow[], io: Io): string =>
  rows.length === 0
    ? 'nothing was learned\n'
    : `${table(
        rows,
        [
          { head: 'KIND', cell: row => row.kind },
          { head: 'STANDING', cell: row => row.standing },
          { head: 'SUBJECT', cell: row => row.subject },
          { head: 'WHAT', cell: row => row.what },
          { head: 'SINCE', cell: row => row.since },
          { head: 'MET', cell: row => String(row.met), align: 'right' },
          { head: 'TAUGHT BY', cell: row => row.by },
        ],
        io.stdout.columns,
      )}\n`;
