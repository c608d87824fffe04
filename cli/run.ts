import { dirname, join, relative, resolve } from 'node:path';
import { readFiles } from '../adapters/files.ts';
import { findingsTable as openFindings } from '../adapters/findings/table.ts';
import { checkInputs, UnreadableInput } from '../adapters/inputs.ts';
import { localDynamoDB } from '../adapters/local-dynamodb.ts';
import { clearDatabase, writeOrigin } from '../adapters/local-folder.ts';
import { directoryQuarantine } from '../adapters/quarantine-local.ts';
import type { Channel } from '../core/announce/announce.ts';
import type { Message } from '../core/announce/message.ts';
import { noticeTerminal } from '../core/announce/notice-text.ts';
import { terminal } from '../core/announce/text.ts';
import { severities } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import { rank } from '../core/findings/best.ts';
import { localPath } from './database.ts';
import { findingsTable } from './findings/table.ts';
import { inputOptions, inputUsage, placeOf, skips, unreadable } from './inputs.ts';
import { type Command, flags, oneOf } from './io.ts';
import { localPipeline } from './local.ts';
import { counted, grouped, progressOn, sized } from './progress.ts';
import { loadSettings, usualSettings } from './settings.ts';
import { isColoured, shown } from './shown.ts';
import { tellUnmet } from './unmet.ts';
import { unplaced } from './unplaced.ts';

export const usage: Command['usage'] = `usage: npm start [-- PATH… [FLAGS]]

Runs the deployed handlers over logs, with a local database, and prints alerts to this terminal. Without PATH: over the seeded day of
two clusters in examples/logs, with the settings in examples/tripline.config.ts.
  --minimum low|medium|high|critical   the lowest severity whose alerts are shown (default high for the seeded day, else medium)
  --database DIR   where to store the database (default ${localPath}); each run replaces it
${inputUsage}`;

const root = dirname(import.meta.dirname);

/** Events are sorted by time before they are delivered, as many at once as fit in memory comfortably. */
const sortedAtOnce = 250_000;

const byTime = (one: AnyEvent, other: AnyEvent): number => one.time - other.time;

/** Gives 0 whatever was found, 2 where a path can't be read or all that is in them was unreadable. */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    ...inputOptions,
    database: { type: 'string' },
    minimum: { type: 'string' },
  });
  const isDay = positionals.length === 0;
  const minimum = oneOf('minimum', values.minimum, severities) ?? (isDay ? 'high' : 'medium');
  const paths = isDay ? [join(root, 'examples/logs')] : positionals;
  const settingsFile = values.settings ?? (isDay ? join(root, 'examples/tripline.config.ts') : usualSettings());
  const settings = await loadSettings(settingsFile);
  tellUnmet('run', settings, io);
  const folder = values.database ?? localPath;
  const place = placeOf(values, settings);
  const missing = await checkInputs(paths).catch((error: unknown) => error);
  if (missing instanceof UnreadableInput) {
    io.stderr.write(`tripline run: ${shown(missing.message)}\n`);
    return 2; // before the database of the last run is given up
  }
  if (missing !== undefined) throw missing;
  clearDatabase(folder);
  const database = await localDynamoDB(folder);
  const progress = progressOn(io);
  const colour = isColoured(io.stdout);
  const quarantineFolder = join(dirname(folder), 'quarantine');
  const quarantine = directoryQuarantine(quarantineFolder, () => Date.now());
  let alerts = 0;
  let quiet = 0;
  const channel: Channel = {
    name: 'terminal',
    send: async (message: Message) => {
      if (rank(message.finding.severity) < rank(minimum)) {
        quiet++;
        return;
      }
      alerts++;
      progress.end();
      io.stdout.write(`${terminal(message, colour)}\n\n`);
    },
    notify: async notice => {
      if (rank(notice.severity) < rank(minimum)) return;
      alerts++;
      progress.end();
      io.stdout.write(`${noticeTerminal(notice, colour)}\n\n`);
    },
  };
  const started = performance.now();
  let events = 0;
  const skipped = skips();
  let size = 0;
  const rejected = unreadable();
  const places = unplaced();
  const accounts = new Set<string>();
  const clusters = new Set<string>();
  try {
    const local = localPipeline(database, settings, quarantineFolder, [channel]);
    let waiting: AnyEvent[] = [];
    let whole = 0;
    const flush = async (): Promise<void> => {
      writeOrigin(folder, { settings: resolve(settingsFile), accounts: [...accounts], clusters: [...clusters] });
      const sorted = waiting.toSorted(byTime);
      waiting = [];
      for (let at = 0; at < sorted.length; at += 500) {
        await local.deliver(sorted.slice(at, at + 500));
        events += Math.min(500, sorted.length - at);
        progress.say(`${grouped(events)} of ${grouped(whole)} events judged, ${grouped(alerts)} alerts`);
      }
    };
    const options = {
      place,
      clusters: settings.clusters,
      stdin: io.stdin as AsyncIterable<Uint8Array>, // a byte stream: nobody sets its encoding
      onProgress: ({ bytes, total }: { bytes: number; total: number | undefined }) => {
        size = bytes;
        progress.say(`reading ${sized(bytes)}${total === undefined ? '' : ` of ${sized(total)}`}`);
      },
    };
    for await (const reads of readFiles(paths, options)) {
      for (const read of reads) {
        if (read.kind === 'event') {
          waiting.push(read.event);
          whole++;
          accounts.add(read.event.account);
          clusters.add(read.event.cluster);
          places.add(read.event);
        } else if (read.kind === 'skipped') skipped.add(read);
        else if (read.kind === 'rejected') {
          rejected.add(read.rejected);
          await quarantine.keep([read.rejected]);
        }
      }
      if (waiting.length >= sortedAtOnce) await flush();
    }
    await flush();
    await local.sweep(10 * 60_000);
    await local.end();
    progress.end();
    const seconds = (performance.now() - started) / 1000;
    const findings = openFindings(database.client, database.tables.findings);
    const { items, next } = await findings.list({}, { limit: 200 });
    if (items.length > 0) io.stdout.write(`${findingsTable(items, io.stdout)}\n\n`);
    const there = values.database === undefined ? '' : ` --database ${folder}`;
    const lower = quiet === 0 ? '' : `, ${grouped(quiet)} below ${minimum} not shown`;
    io.stdout.write(
      [
        `${counted(events, 'event')} (${sized(size)}) through ${counted(local.invocations(), 'invocation')} in ${seconds.toFixed(1)} s`,
        `${next === undefined ? counted(items.length, 'finding') : `${items.length}+ findings`}, ${counted(alerts, 'alert')} shown${lower}`,
        `${counted(skipped.count(), 'record')} skipped, ${grouped(rejected.count())} unreadable${rejected.count() === 0 ? '' : ` (kept in ${quarantineFolder})`}`,
        '',
        `The database is in ${relative(process.cwd(), folder) || folder}. What next:`,
        `  npm run tripline -- findings --severity critical${there}`,
        ...(items[0] === undefined ? [] : [`  npm run tripline -- findings show ${items[0].id}${there}`]),
        `  npm run tripline -- detections${there}`,
        isDay
          ? '  npm start -- PATH…        your own CloudTrail files and audit logs'
          : '  npm start                 the seeded day',
        '',
      ].join('\n'),
    );
    skipped.tell(io);
    rejected.tell(io);
    places.tell('run', io);
    return events === 0 && rejected.count() > 0 ? 2 : 0;
  } catch (error) {
    progress.end();
    if (!(error instanceof UnreadableInput)) throw error;
    io.stderr.write(`tripline run: ${shown(error.message)}\n`);
    return 2;
  } finally {
    await database.close();
  }
};
