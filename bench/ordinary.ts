import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../core/json.ts';
import { loadPattern } from '../core/pattern/load.ts';
import { match } from '../core/pattern/match.ts';
import { envelope, eventBridgeFilter } from '../core/targets/eventbridge/filter.ts';
import { logsFilter } from '../core/targets/logs/filter.ts';
import { admitsLog, parseLogsPattern } from '../core/targets/logs/grammar.ts';
import { detections, knowledge } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { auditRows, trailRows } from './ordinary-account.ts';

/**
 * What share of an ordinary account's events (`ordinary-account.ts`) the derived filters admit: `node bench/ordinary.ts`. The seeded
 * day is made of what the rules are about.
 */
const { patterns } = eventBridgeFilter(detections, knowledge, settings);
const loaded = patterns.map(({ pattern }) => loadPattern(JSON.parse(pattern)));
const { pattern } = logsFilter(detections, knowledge, settings);
const parsed = parseLogsPattern(pattern);

const measures = [
  {
    name: 'CloudTrail',
    rows: trailRows,
    admits: (record: JsonObject) => loaded.some(one => match(one, envelope(record))),
  },
  { name: 'Kubernetes audit', rows: auditRows, admits: (record: JsonObject) => admitsLog(parsed, record) },
] as const;

/** Of each source: events a day, and those that the derived filters admit. */
export const ordinary = measures.map(({ name, rows, admits }) => {
  const events = rows.reduce((sum, one) => sum + one.count, 0);
  const admitted = rows.filter(one => admits(one.record)).reduce((sum, one) => sum + one.count, 0);
  return { name, events, admitted, rows: rows.map(one => ({ ...one, admitted: admits(one.record) })) };
});

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  for (const { name, events, admitted, rows } of ordinary) {
    console.log(
      `${name}: ${events.toFixed(0)} events a day, ${admitted.toFixed(0)} admitted (${((100 * admitted) / events).toFixed(1)} %)`,
    );
    for (const one of rows.toSorted((a, b) => b.count - a.count))
      console.log(
        `${((100 * one.count) / events).toFixed(1).padStart(6)} %  ${one.admitted ? 'admitted' : '        '}  ${one.what} (${one.from})`,
      );
  }
