import { readFiles } from '../adapters/files.ts';
import type { AnyEvent } from '../core/event.ts';
import { type Cost, costOf } from '../core/targets/cost.ts';
import { eventBridgeFilter } from '../core/targets/eventbridge/filter.ts';
import { quota } from '../core/targets/eventbridge/pack.ts';
import { logsFilter } from '../core/targets/logs/filter.ts';
import { limits } from '../core/targets/logs/grammar.ts';
import { detections, knowledge } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { placeOf, skips, unreadable } from './inputs.ts';
import { type Command, flags, type Io } from './io.ts';
import { jsonLine } from './shown.ts';
import { table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline filters [--json] [PATH…]

Shows the EventBridge patterns and the CloudWatch Logs pattern derived from the detections that are enabled under tripline.config.ts: which
detections need read-only events, and which conditions were dropped to fit the quotas. With PATHs of recorded events, in any form that
'tripline scan' reads, also the share of them that is admitted, and what each detection adds.
  --json   one JSON object`;

/**
 * Gives 0.
 * @throws UnreadableInput where a path can't be read; Error where no event is in any, or a value of the settings fits no filter
 */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, { json: { type: 'boolean' } });
  const trail = eventBridgeFilter(detections, knowledge, settings);
  const logs = logsFilter(detections, knowledge, settings);
  const cost = positionals.length === 0 ? undefined : costOf(trail, logs, await eventsIn(positionals, io));
  if (values.json) {
    io.stdout.write(jsonLine({ eventBridge: trail, logs, ...(cost === undefined ? {} : { cost }) }));
    return 0;
  }
  for (const [index, { pattern, readOnly }] of trail.patterns.entries()) {
    const state = readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED';
    io.stdout.write(
      `EventBridge pattern ${index + 1} of ${trail.patterns.length}: ${pattern.length} of ${quota.characters} characters, ${state}\n${pattern}\n\n`,
    );
  }
  const wildcards = trail.patterns.filter(pattern => pattern.wildcards).length;
  io.stdout.write(`Rules with wildcards: ${wildcards} of ${quota.wildcardRules} a bus\n\n`);
  io.stdout.write(
    `CloudWatch Logs pattern: ${logs.pattern.length} of ${limits.characters} characters${logs.pattern === '' ? ' (admits everything)' : ''}\n${logs.pattern}\n\n`,
  );
  const rules = [
    ...trail.rules.map(rule => ({ ...rule, reads: rule.readOnly.join(' '), all: rule.pattern?.length === 0 })),
    ...logs.rules.map(rule => ({ ...rule, reads: '', all: rule.pattern === '' && !rule.off })),
  ];
  const costs = new Map(cost?.rules.map(rule => [rule.id, rule]));
  const rows = rules.toSorted((a, b) => (costs.get(b.id)?.alone ?? 0) - (costs.get(a.id)?.alone ?? 0));
  const of = (id: string): number =>
    id in own(trail) ? (cost?.cloudtrail.events ?? 0) : (cost?.kubernetes.events ?? 0);
  const percent = (id: string, count: number | undefined): string => share(count ?? 0, of(id));
  const measured = [
    {
      head: 'ADMITS',
      cell: (row: (typeof rows)[number]) => percent(row.id, costs.get(row.id)?.admitted),
      align: 'right',
    },
    { head: 'ALONE', cell: (row: (typeof rows)[number]) => percent(row.id, costs.get(row.id)?.alone), align: 'right' },
  ] as const;
  const text = table(
    rows,
    [
      { head: 'RULE', cell: row => row.id },
      ...(cost === undefined ? [] : measured),
      { head: 'READ-ONLY CALLS', cell: row => row.reads || '-' },
      { head: 'GIVEN UP', cell: row => (row.all ? 'asks for every event' : row.widened.join(' ') || '-') },
    ],
    io.stdout.isTTY ? io.stdout.columns : undefined,
  );
  io.stdout.write(`${text}\n`);
  if (cost !== undefined) io.stdout.write(`\n${summary(cost)}\n`);
  return 0;
};

const own = (trail: ReturnType<typeof eventBridgeFilter>): { readonly [id: string]: true } =>
  Object.fromEntries(trail.rules.map(rule => [rule.id, true as const]));

const share = (part: number, whole: number): string => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);

const summary = ({ cloudtrail, kubernetes, rules }: Cost): string => {
  const [costliest] = rules;
  const line = (name: string, { events, admitted }: Cost['cloudtrail']): string =>
    `${name}: ${admitted} of ${events} events admitted (${share(admitted, events)})`;
  return [
    line('CloudTrail', cloudtrail),
    line('Kubernetes audit', kubernetes),
    ...(costliest === undefined || costliest.alone === 0
      ? []
      : [`${costliest.id} costs most: ${costliest.alone} events are admitted for it alone`]),
  ].join('\n');
};

/** The events of files; what of them could not be read is said. @throws UnreadableInput, or where there is no event */
const eventsIn = async (paths: readonly string[], io: Io): Promise<readonly AnyEvent[]> => {
  const events: AnyEvent[] = [];
  const rejected = unreadable();
  const skipped = skips();
  const options = {
    place: placeOf({}, settings),
    clusters: settings.clusters,
    stdin: io.stdin as AsyncIterable<Uint8Array>, // a byte stream: nobody sets its encoding
  };
  for await (const reads of readFiles(paths, options))
    for (const read of reads) {
      if (read.kind === 'event') events.push(read.event);
      if (read.kind === 'rejected') rejected.add(read.rejected);
      if (read.kind === 'skipped') skipped.add(read);
    }
  skipped.tell(io);
  rejected.tell(io);
  if (events.length === 0) throw new Error(`no event is in ${paths.join(', ')}`);
  return events;
};
