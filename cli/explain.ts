import { readFiles } from '../adapters/files.ts';
import type { AnyEvent } from '../core/event.ts';
import { explain, type Reason, weight } from '../core/explain.ts';
import type { Settings } from '../core/settings.ts';
import { detections } from '../detections/index.ts';
import { clauseLines } from './clause-lines.ts';
import { inputOptions, inputUsage, placeOf } from './inputs.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { loadSettings } from './settings.ts';
import { jsonLine, shown } from './shown.ts';
import { tellUnmet } from './unmet.ts';

export const usage: Command['usage'] = `usage: tripline explain EVENT.json [--detection ID] [--event ID] [--all] [--json]

Explains why detections did or did not match the events of a file (one record, {"Records": […]}, JSON lines, an envelope, the payload of
a Lambda function: docs/inputs.md): which clauses matched, which did not, and on what value. Nothing is stored, so a stateful detection
says what it would look up.
  --detection ID   only this detection, even if its call does not occur; on the events that come nearest to it
  --event ID       only this event
  --all            all detections of the same calls (otherwise the nearest three)
  --json           one JSON object per event
${inputUsage}`;

/** Events explained of one file, so that a day of logs does not scroll by. */
const most = 20;

/** Gives 2 where the file holds no event, or not the one that was named. @throws UnreadableInput where it can't be read */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    detection: { type: 'string' },
    event: { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
    ...inputOptions,
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError('give one file');
  const only = values.detection;
  if (only !== undefined && !detections.some(({ id }) => id === only))
    throw new UsageError(`no detection '${only}': 'tripline detections' lists them`);
  const settings = await loadSettings(values.settings);
  tellUnmet('explain', settings, io);
  const write = ({ event, reasons }: Explained): void => {
    if (values.json) io.stdout.write(jsonLine({ event: event.id, reasons }));
    else io.stdout.write(`${text(event, reasons, values.all === true || only !== undefined)}\n\n`);
  };
  // Of one detection the events that came nearest are wanted, wherever in the file they are.
  const near: Explained[] = [];
  let count = 0;
  for await (const event of eventsIn(file, values, settings, io)) {
    if (values.event !== undefined && event.id !== values.event) continue;
    count += 1;
    if (only === undefined && count > most) break;
    const explained = { event, reasons: explain(event, detections, settings, only) };
    if (only === undefined) write(explained);
    else keepNear(near, explained);
  }
  near.forEach(write);
  if (count > most)
    io.stderr.write(
      only === undefined
        ? `only the first ${most} events are explained: name one with --event ID, or a detection with --detection ID\n`
        : `of ${count} events the ${near.length} that came nearest are explained: name one with --event ID\n`,
    );
  if (count > 0) return 0;
  io.stderr.write(
    `${file}: ${values.event === undefined ? 'no event in it could be read' : `no event ${values.event} in it`}\n`,
  );
  return 2;
};

interface Explained {
  readonly event: AnyEvent;
  readonly reasons: readonly Reason[];
}

/** Keeps the events that came nearest, in the order in which they stand where they came equally near. */
const keepNear = (near: Explained[], explained: Explained): void => {
  const far = ({ reasons: [first] }: Explained): number => (first === undefined ? 2 : weight(first));
  const place = near.findIndex(one => far(one) > far(explained));
  near.splice(place < 0 ? near.length : place, 0, explained);
  near.length = Math.min(near.length, most);
};

async function* eventsIn(
  file: string,
  values: Parameters<typeof placeOf>[0],
  settings: Settings,
  io: Io,
): AsyncGenerator<AnyEvent> {
  const options = {
    place: placeOf(values, settings),
    clusters: settings.clusters,
    stdin: io.stdin as AsyncIterable<Uint8Array>, // a byte stream: nobody sets its encoding
  };
  for await (const reads of readFiles([file], options))
    for (const read of reads) {
      if (read.kind === 'event') yield read.event;
      if (read.kind === 'rejected') io.stderr.write(`${shown(read.rejected.where)}: ${shown(read.rejected.detail)}\n`);
    }
}

/** Detections that did not fire and are shown without being asked for. */
const nearest = 3;

const text = (event: AnyEvent, reasons: readonly Reason[], all: boolean): string => {
  const name = event.source === 'cloudtrail' ? event.record.eventName : event.record.verb;
  const head = `${event.source} ${name} ${event.id} at ${new Date(event.time).toISOString()}`;
  const fired = reasons.filter(({ verdict }) => verdict !== 'not matched');
  const missed = reasons.filter(({ verdict }) => verdict === 'not matched');
  const kept = [...fired, ...(all ? missed : missed.slice(0, nearest))];
  const left = reasons.length - kept.length;
  return [
    shown(head),
    ...(reasons.length === 0
      ? ['  no detection looks at such events']
      : kept.flatMap(reason => ['', ...block(reason)])),
    ...(left > 0 ? ['', `  ${left} more of the same calls did not match: --all shows them`] : []),
  ].join('\n');
};

const verdicts: { readonly [V in Reason['verdict']]: string } = {
  matched: 'MATCHED',
  stateful: 'OBSERVED: it decides with what is stored',
  cleared: 'CLEARED by unless',
  exempted: 'EXEMPTED by the settings',
  'not matched': 'did not match',
  'no key': 'HELD, but it names nothing to report (its `by` gave no key)',
  off: 'OFF in the settings',
  failed: 'FAILED: it threw',
};

/** A title, or the key under which a state waits for others: there is no title before it decides. */
const foundLine = ({ severity, title, key }: Reason['findings'][number]): string =>
  title === '' ? `key ${shown(JSON.stringify(key))}` : `${severity}: ${shown(title)}`;

const block = (reason: Reason): readonly string[] => [
  `  ${reason.detection}: ${verdicts[reason.verdict]}`,
  ...reason.findings.map(finding => `    → ${foundLine(finding)}`),
  ...(reason.note === undefined ? [] : [`    ${shown(reason.note)}`]),
  ...(reason.unset.length === 0
    ? []
    : [`    only watching: the settings say nothing about ${reason.unset.join(', ')}`]),
  ...clauseLines(reason.when, '    '),
  ...reason.unless.flatMap((branch, index) => [
    `    unless ${index + 1}${branch.held ? ', which clears it' : ''}:`,
    ...clauseLines(branch, '      '),
  ]),
];
