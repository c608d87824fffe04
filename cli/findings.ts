import { messageOf } from '../core/announce/message.ts';
import type { Finding } from '../core/finding.ts';
import { entityKinds } from '../core/findings/entity.ts';
import { nearTo } from '../core/near.ts';
import { ocsf } from '../core/ocsf.ts';
import { detections } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { type Database, databaseOptions, databaseUsage, openDatabase } from './database.ts';
import { countOf, filterOf, filterOptions, filterUsage, findAll, isFiltered, limitOf } from './findings/filter.ts';
import { idOf, unknownFinding } from './findings/id.ts';
import { about, show } from './findings/show.ts';
import { findingsTable } from './findings/table.ts';
import { watch, writeTable } from './findings/watch.ts';
import { whoOf } from './findings/who.ts';
import { changeOf, checkFlags, type WorkVerb, work, workOptions, workVerbs } from './findings/work.ts';
import { type Command, flags, type Io, interrupted, UsageError } from './io.ts';
import { settingsOf } from './places.ts';
import { counted } from './progress.ts';
import { jsonLine, shown } from './shown.ts';

export const usage: Command['usage'] = `usage: tripline findings [FILTERS] [--json | --ocsf] [--watch]
       tripline findings show ID [--json]
       tripline findings about principal|resource|address NAME [--json]
       tripline findings ack|resolve|reopen|assign|note|judge|suppress ID… | FILTERS --yes

Lists stored findings, the most severe first. Without --status: those that are open or acknowledged.
${filterUsage}
  --watch          show what is there, then each change, until interrupted (looks every --every 5 seconds)
  --json, --ocsf   JSON lines, nothing else: findings as stored, or OCSF Detection Findings

Works on findings: one by its ID, or all that FILTERS select. Those are only shown, unless you add --yes.
  --as true-positive|benign|false-positive         the verdict; required by resolve and judge
  --to NAME        assign to this person ('' to nobody)
  --note TEXT      why; stored in the finding's trail with who and when
  --for 24h        how long to suppress; critical and self-protection findings need --force
  --by NAME        the name to record (default: your user name on this machine): a person or a pipeline, neither Tripline itself nor a
                   Slack user

${databaseUsage}`;

const options = {
  ...filterOptions,
  ...workOptions,
  ...databaseOptions,
  json: { type: 'boolean' },
  ocsf: { type: 'boolean' },
  watch: { type: 'boolean' },
  every: { type: 'string' },
} as const;

type Values = ReturnType<typeof flags<typeof options>>['values'];

/** Seconds between two looks of a watch. */
const everyOf = ({ every }: Values): number => countOf('every', every, 5);

/** Findings as OCSF events, one a line, each with the evidence of its newest window. */
const writeOcsf = (database: Database) => async (findings: readonly Finding[], io: Io) => {
  for (const { id } of findings) {
    const stored = await database.findings.read(id, 1);
    if (stored === undefined) continue;
    const news = { id: 'first', kind: 'first', transitions: [], covers: [] } as const;
    const detection = detections.find(one => one.id === stored.finding.detection);
    const message = messageOf(stored.finding, stored.windows, news, detection, settings);
    io.stdout.write(jsonLine(ocsf(message)));
  }
};

const writeJson = (findings: readonly Finding[], io: Io): void => {
  for (const one of findings) io.stdout.write(jsonLine(one));
};

/** Where nothing was found by a name: names are whole. */
const wholeNames = (values: Values, io: Io): void => {
  for (const flag of ['principal', 'resource'] as const)
    if (values[flag] !== undefined)
      io.stderr.write(`tripline findings: --${flag} takes a complete name, as 'tripline findings show ID' prints it\n`);
};

/** Where nothing was found: whether the detection that was asked for is one. Findings of former ones may still be stored. */
const nearNames = (asked: string | undefined, io: Io): void => {
  if (asked === undefined || detections.some(({ id }) => id === asked)) return;
  const word = asked.slice(asked.indexOf('/') + 1);
  const ids = detections.map(({ id }) => id);
  const near = [...new Set([...nearTo(asked, ids), ...ids.filter(id => id.includes(word))])].slice(0, 5);
  const hint = near.length > 0 ? `near it: ${near.join(', ')}` : "'tripline detections' lists them";
  io.stderr.write(`tripline findings: '${shown(asked)}' is not a detection of the catalogue; ${hint}\n`);
};

const list = async (database: Database, values: Values, io: Io, signal?: AbortSignal): Promise<number> => {
  const limit = limitOf(values.limit);
  const filter = filterOf(values);
  const isPlain = values.json !== true && values.ocsf !== true;
  const write = values.ocsf === true ? writeOcsf(database) : values.json === true ? writeJson : writeTable;
  if (values.watch === true) {
    const every = everyOf(values);
    await watch(database.findings, filter, { limit, every: every * 1000, signal: signal ?? interrupted() }, write, io);
    return 0;
  }
  const { found, more } = await findAll(database.findings, filter, limit);
  if (found.length === 0) {
    nearNames(filter.detection, io);
    wholeNames(values, io);
  }
  if (!isPlain) {
    await write(found, io);
    if (more) io.stderr.write(`tripline findings: there are more than these ${found.length}: raise --limit\n`);
  } else if (found.length === 0) io.stdout.write('no findings\n');
  else
    io.stdout.write(
      `${findingsTable(found, io.stdout)}\n\n${counted(found.length, 'finding')}${more ? ', and more: raise --limit' : ''}\n`,
    );
  return 0;
};

const worked = async (database: Database, verb: WorkVerb, ids: readonly string[], values: Values, io: Io) => {
  const change = changeOf(verb, values, Date.now());
  if (ids.length > 0) {
    if (isFiltered(values)) throw new UsageError(`say which findings to ${verb}: IDs or filters, not both`);
    const found = await database.findings.cases(ids);
    const missing = ids.filter(id => !found.some(one => one.id === id));
    if (missing.length > 0) throw new UsageError(`${missing.map(unknownFinding).join('; ')}: nothing was changed`);
    return work(database.findings, found, change, values, true, io);
  }
  if (!isFiltered(values)) throw new UsageError(`say which findings to ${verb}: IDs, or filters`);
  const { found, more } = await findAll(database.findings, filterOf(values), limitOf(values.limit));
  if (more) throw new UsageError('there are more than --limit findings: raise it, or narrow the filters');
  return work(database.findings, found, change, values, false, io);
};

/**
 * Gives 1 where a finding was not changed as asked, for somebody else changed it or it is not suppressed without `--force`; 2 where
 * `show` finds none.
 * @param signal ends a watch; absent: the first interrupt does
 * @throws UsageError where an ID to work is no finding's: nothing is changed then
 */
export const run = async (argv: readonly string[], io: Io, signal?: AbortSignal): Promise<number> => {
  const { values, positionals } = flags(argv, options, ['to']);
  const [verb, first, second, ...more] = positionals;
  filterOf(values);
  everyOf(values);
  if (values.json && values.ocsf) throw new UsageError('--json and --ocsf exclude each other');
  const limit = limitOf(values.limit);
  const json = values.json === true;
  if (verb === 'show' && (first === undefined || second !== undefined)) throw new UsageError('show takes one ID');
  const task = workVerbs.find(one => one === verb);
  if (verb !== undefined && verb !== 'show' && verb !== 'about' && task === undefined)
    throw new UsageError(`no subcommand '${verb}'; there are show ID, about KIND NAME, ${workVerbs.join(', ')}`);
  const kind = entityKinds.find(one => one === first);
  if (verb === 'about' && (kind === undefined || second === undefined || more.length > 0))
    throw new UsageError(`about takes one of ${entityKinds.join(', ')} and a name`);
  checkFlags(task, values);
  if (task !== undefined) whoOf(values);
  const database = await openDatabase(values);
  try {
    if (task !== undefined) return await worked(database, task, positionals.slice(1).map(idOf), values, io);
    if (verb === 'show' && first !== undefined)
      return await show(database, idOf(first), { json, settings: await settingsOf(values), stage: values.stage }, io);
    if (verb === 'about' && kind !== undefined && second !== undefined)
      return await about(database, kind, second, { limit, json }, io);
    return await list(database, values, io, signal);
  } finally {
    await database.close();
  }
};
