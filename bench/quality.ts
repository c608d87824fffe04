import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFiles } from '../adapters/files.ts';
import { memoryQuarantine } from '../adapters/quarantine-local.ts';
import { compile } from '../core/compile.ts';
import { defineConfig } from '../core/config.ts';
import { type Severity, severities } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import type { Match } from '../core/match.ts';
import { detect } from '../core/pipeline.ts';
import { rejudge } from '../core/rejudge.ts';
import type { Settings } from '../core/settings.ts';
import { memoryStore } from '../core/state/memory.ts';
import { detections, knowledge } from '../detections/index.ts';
import { type Day, day } from '../examples/day/day.ts';
import { folder } from '../examples/day/write.ts';

/** What the catalogue says of a day: matches by detection, apart for ordinary events and those of incidents. */
export interface Quality {
  readonly ordinary: number;
  readonly incident: number;
  readonly rows: readonly {
    readonly detection: string;
    /** Matches on ordinary events by severity. */
    readonly false: Readonly<Record<Severity, number>>;
    /** Events of incidents that it matched. */
    readonly true: number;
  }[];
  /** Incidents of which an expected detection said nothing. */
  readonly missed: readonly string[];
}

const eventsOf = async (settings: Settings): Promise<AnyEvent[]> => {
  const events: AnyEvent[] = [];
  const place = { account: '111122223333', region: 'eu-west-1', cluster: '' };
  for await (const reads of readFiles([folder], { place, clusters: settings.clusters }))
    for (const read of reads) if (read.kind === 'event') events.push(read.event);
  return events.toSorted((one, other) => one.time - other.time);
};

/** The id by which the example day knows an event. */
const nameOf = (event: AnyEvent): string => (event.source === 'cloudtrail' ? event.id : event.record.auditID);

/** Judges the seeded day as the deployed pipeline would, in order of time, under the example's settings unless told. */
export const qualityOf = async (told: Day, settings: Settings = exampleSettings): Promise<Quality> => {
  const events = await eventsOf(settings);
  const names = new Map(events.map(event => [event.id, nameOf(event)]));
  const found: Match[] = [];
  const deps = {
    match: compile(detections, knowledge, settings),
    store: memoryStore(),
    findings: { fold: async (matches: readonly Match[]) => void found.push(...matches) },
    quarantine: memoryQuarantine(),
  };
  for (let at = 0; at < events.length; at += 500) {
    const some = events.slice(at, at + 500);
    await detect(
      some.map(event => ({ kind: 'event' as const, event })),
      { ...deps, now: some.at(-1)?.time ?? 0 },
    );
    await rejudge(deps, some.at(-1)?.time ?? 0);
  }
  const isIncident = (match: Match): boolean => told.incidentIds.has(names.get(match.eventId) ?? '');
  const rows = detections.map(({ id }) => {
    const mine = found.filter(match => match.detection === id);
    const wrong = mine.filter(match => !isIncident(match));
    const counts = severities.map(
      severity => [severity, wrong.filter(match => match.severity === severity).length] as const,
    );
    return {
      detection: id,
      false: Object.fromEntries(counts) as Record<Severity, number>, // one entry a severity
      true: new Set(mine.filter(isIncident).map(match => match.eventId)).size,
    };
  });
  const said = new Set(found.filter(isIncident).map(match => match.detection));
  const incident = events.filter(event => told.incidentIds.has(nameOf(event))).length;
  return {
    ordinary: events.length - incident,
    incident,
    rows,
    missed: told.incidents.flatMap(one => one.expects.filter(id => !said.has(id)).map(id => `${one.story}: ${id}`)),
  };
};

const loudness = ({ rows }: Quality): string => {
  const count = (pick: (one: Quality['rows'][number]) => number): number =>
    rows.reduce((sum, one) => sum + pick(one), 0);
  const high = count(one => one.false.high + one.false.critical);
  return `${high} matches of severity high or above, ${count(one => one.false.medium)} medium, ${count(one => one.false.low)} low`;
};

/** The page of the figures, in Markdown. @param bare the same day judged with no settings at all */
export const qualityPage = (quality: Quality, bare: Quality): string => {
  const { ordinary, incident, rows, missed } = quality;
  return [
    '# False positives over an ordinary day',
    '',
    'Made by `npm run quality` from the seeded day in `examples/logs` (a synthetic account with two clusters, ours).',
    '',
    `- ${ordinary.toLocaleString('en-US')} ordinary events under the example's settings: ${loudness(quality)}`,
    `- the same without any settings: ${loudness(bare)} (controllers are then recognised only by their usual names: low severity, but never dropped)`,
    `- ${incident} events of ${missed.length === 0 ? 'incidents, every incident found by every detection that it expects' : `incidents; missed: ${missed.join('; ')}`}`,
    '',
    '| detection | incident events | ordinary: low | medium | high | critical |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows.map(
      one =>
        `| ${one.detection} | ${one.true} | ${one.false.low} | ${one.false.medium} | ${one.false.high} | ${one.false.critical} |`,
    ),
    '',
  ].join('\n');
};

if (import.meta.main) {
  const told = day();
  const [quality, bare] = [await qualityOf(told), await qualityOf(told, defineConfig({}))];
  const page = qualityPage(quality, bare);
  writeFileSync(join(dirname(import.meta.dirname), 'docs/quality.md'), page);
  process.stdout.write(page);
  const loud = [...quality.rows, ...bare.rows].filter(one => one.false.high + one.false.critical > 0);
  if (loud.length > 0 || quality.missed.length > 0) process.exitCode = 1;
}
