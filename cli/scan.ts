import { setFlagsFromString } from 'node:v8';
import { readFiles } from '../adapters/files.ts';
import { UnreadableInput } from '../adapters/inputs.ts';
import { scratchFile } from '../adapters/scratch.ts';
import { compile } from '../core/compile.ts';
import { type Severity, severities } from '../core/detection.ts';
import { rank } from '../core/findings/best.ts';
import { memoryFindings } from '../core/findings/memory.ts';
import { batches, detect } from '../core/pipeline.ts';
import { quietOf } from '../core/quiet.ts';
import type { Quarantine } from '../core/read/contract.ts';
import { rejudge } from '../core/rejudge.ts';
import { memoryStore } from '../core/state/memory.ts';
import { detections, knowledge } from '../detections/index.ts';
import { findingsTable } from './findings/table.ts';
import { inputOptions, inputUsage, placeOf, skips, unreadable } from './inputs.ts';
import { type Command, flags, type Io, interrupted, oneOf, UsageError } from './io.ts';
import { startWarm } from './lean.ts';
import { counted, grouped, progressOn, sized } from './progress.ts';
import { loadSettings } from './settings.ts';
import { jsonLine, shown } from './shown.ts';
import { trimmer } from './trim.ts';
import { tellUnmet } from './unmet.ts';
import { unplaced } from './unplaced.ts';

export const usage: Command['usage'] = `usage: tripline scan PATH… [--fail-on SEVERITY] [--json]

Evaluates logs and stores nothing. PATH is a file, a directory, a glob or - (standard input), plain or gzip: CloudTrail files, JSON
lines of CloudTrail or Kubernetes audit events, exports of CloudWatch Logs, output of the AWS CLI, payloads of Lambda functions
(docs/inputs.md).

Memory stays bounded: findings are in an unnamed temporary file, and so is what is known about instances, keys and streams once memory
has no room for it. Above about thirty thousand such items, those not used for longest are forgotten, and a finding says so
(pipeline/limit-reached).
Scan large logs oldest first: items that have expired by the time of the newest event are then removed first, without a finding. If
you interrupt it, it prints what it found so far (exit code 130).
  --fail-on low|medium|high|critical   exit 1 if a finding has at least this severity; else 2 if a record was unreadable
  --json           one finding per line (with its windows), nothing else
${inputUsage}`;

/** Reads judged together: of an ordinary log those of four pieces of 64 KiB, of which most records are quiet. */
const together = 64;

/**
 * Memory for what is known of instances, keys and streams, half as much again for the names of what lies in scratch, and for what
 * waits: see docs/benchmarks.md for what that makes in all.
 */
const stateBytes = 8 * 1024 * 1024;

/**
 * Resident memory from which it is trimmed: 78 MB over an empty Node. Up to 5 MB more are there when it is asked, and trimming itself
 * takes up to 8 MB before it gives any back: below 96 in all.
 */
const residentBytes = 120 * 1024 * 1024;

/**
 * Gives 1 where a finding is at least `--fail-on`; 2 where a path can't be read, all that is in them was unreadable or, with `--fail-on`,
 * a record was; 130 where it was interrupted.
 * @param signal ends it with what was found so far; absent: the first interrupt does
 */
export const run = async (argv: readonly string[], io: Io, signal: AbortSignal = interrupted()): Promise<number> => {
  const { values, positionals } = flags(argv, {
    ...inputOptions,
    json: { type: 'boolean' },
    'fail-on': { type: 'string' },
  });
  if (positionals.length === 0) throw new UsageError('say which logs: a file, a directory, a glob or -');
  const failOn: Severity | undefined = oneOf('fail-on', values['fail-on'], severities);
  // Garbage goes before it piles up: memory follows what is kept, not what the machine has. See docs/benchmarks.md for what it costs.
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
  // Else V8 leaves the young generation alone, and lets it grow, for as long as it marks the old one in threads of its own.
  setFlagsFromString('--no-separate-gc-phases');
  const settings = await loadSettings(values.settings);
  const match = compile(detections, knowledge, settings);
  startWarm(performance.timeOrigin);
  const trim = trimmer(residentBytes);
  const trimmed = (): boolean => {
    trim();
    return true;
  };
  const scratch = scratchFile();
  const findings = memoryFindings(scratch);
  const store = memoryStore({ bytes: stateBytes, now: () => newest, scratch });
  const unread = unreadable();
  const quarantine: Quarantine = { keep: async some => some.forEach(unread.add) };
  const progress = progressOn(io);
  const started = performance.now();
  let newest = 0;
  let events = 0;
  const skipped = skips();
  const places = unplaced();
  let size = 0;
  try {
    const options = {
      place: placeOf(values, settings),
      clusters: settings.clusters,
      quiet: quietOf(detections, knowledge, settings),
      stdin: io.stdin as AsyncIterable<Uint8Array>, // a byte stream: nobody sets its encoding
      onProgress: ({ bytes, total }: { bytes: number; total: number | undefined }) => {
        size = bytes;
        progress.say(`${grouped(events)} events, ${sized(bytes)}${total === undefined ? '' : ` of ${sized(total)}`}`);
      },
    };
    for await (const reads of batches(readFiles(positionals, options), together)) {
      for (const read of reads) {
        if (read.kind === 'event') {
          events++;
          newest = Math.max(newest, read.event.time);
          places.add(read.event);
        } else if (read.kind === 'quiet') {
          events += read.count;
          newest = Math.max(newest, read.heard.time);
          places.add(read.heard, read.count);
        } else if (read.kind === 'skipped') skipped.add(read);
      }
      await detect(reads, { match, store, findings, quarantine, now: newest });
      if (store.isPressing()) await rejudge({ match, store, findings }, newest, trimmed);
      trim();
      if (signal.aborted) break;
    }
    // Files come in any order: what must not stay away is judged when all of them were read.
    // The input is over: what waits for later records is judged without them.
    if (!signal.aborted) await rejudge({ match, store, findings }, newest + 25 * 60 * 60 * 1000, trimmed);
  } catch (error) {
    progress.end();
    if (!(error instanceof UnreadableInput)) throw error;
    io.stderr.write(`tripline scan: ${shown(error.message)}\n`);
    return 2;
  }
  progress.end();
  const found = findings.briefs().toSorted((a, b) => rank(b.severity) - rank(a.severity) || b.last - a.last);
  const rejected = unread.count();
  const seconds = (performance.now() - started) / 1000;
  if (values.json) for (const { id } of found) io.stdout.write(jsonLine(findings.get(id)));
  else if (found.length > 0)
    io.stdout.write(
      `${findingsTable(
        found.map(({ id }) => findings.get(id).finding),
        io.stdout,
      )}\n\n`,
    );
  scratch.close();
  const summary = `${counted(events, 'event')} (${sized(size)}) in ${seconds.toFixed(1)} s, ${counted(found.length, 'finding')}, ${counted(skipped.count(), 'record')} skipped, ${grouped(rejected)} unreadable\n`;
  (values.json ? io.stderr : io.stdout).write(summary);
  tellUnmet('scan', settings, io);
  skipped.tell(io);
  unread.tell(io);
  places.tell('scan', io);
  if (signal.aborted) {
    io.stderr.write(
      'tripline scan: interrupted: what was found so far is above, the rest of the logs was not judged\n',
    );
    return 130; // as shells say it
  }
  if (failOn !== undefined && found.some(one => rank(one.severity) >= rank(failOn))) return 1;
  // A gate must not pass on half a log.
  return rejected > 0 && (events === 0 || failOn !== undefined) ? 2 : 0;
};
