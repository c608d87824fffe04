import type { Matcher } from '../../core/compile.ts';
import { detections } from '../../detections/index.ts';
import { ruleSet } from '../end-to-end.ts';
import type { Log } from '../logs.ts';
import { compete } from '../measure.ts';
import {
  judgeMessages,
  judgePayloads,
  messagesOf,
  parseMessages,
  parsePayloads,
  payloadsOf,
  unpackedOf,
} from '../payload.ts';
import { scaled, type Table, titleOf } from './table.ts';

/** What functions are handed, until findings: by the catalogue and by 400 rules, against the JSON in it alone. */
const handedTable = async (
  what: string,
  records: number,
  parse: { readonly name: string; readonly run: () => unknown },
  judge: (match: Matcher) => Promise<void>,
  rounds: number,
  say: (line: string) => void,
): Promise<{ readonly table: Table; readonly seconds: number }> => {
  const results = await compete(
    [
      parse,
      ...[detections.length, 400].map(count => {
        const { match } = ruleSet(count);
        return { name: titleOf(count), run: () => judge(match) };
      }),
    ],
    rounds,
    line => say(`payloads: ${line}`),
  );
  return {
    table: {
      title: what,
      rows: results.map(({ name, seconds, ratio }) => ({
        what: name,
        figures: { 'µs a record': scaled(seconds, 1e6 / records), 'times JSON.parse': ratio },
      })),
    },
    seconds: (results[1]?.seconds.median ?? Number.NaN) / records,
  };
};

/** Kubernetes audit events as a Logs subscription hands them. @returns seconds an event, by the catalogue */
export const payloadTable = (
  logs: readonly Log[],
  rounds: number,
  say: (line: string) => void,
): ReturnType<typeof handedTable> => {
  const payloads = payloadsOf(logs);
  const unpacked = unpackedOf(payloads);
  const records = parsePayloads(unpacked);
  return handedTable(
    `Logs subscription payloads, base64 to findings (${records.toLocaleString('en-US')} records in ${payloads.length} payloads)`,
    records,
    { name: 'JSON.parse of payloads and records', run: () => parsePayloads(unpacked) },
    match => judgePayloads(payloads, match),
    rounds,
    say,
  );
};

/** CloudTrail's calls as a queue hands them. @returns seconds an event, by the catalogue */
export const messageTable = (
  logs: readonly Log[],
  rounds: number,
  say: (line: string) => void,
): ReturnType<typeof handedTable> => {
  const batches = messagesOf(logs);
  const records = parseMessages(batches);
  return handedTable(
    `CloudTrail's calls from the queue, messages to findings (${records.toLocaleString('en-US')} messages in ${batches.length} batches)`,
    records,
    { name: 'JSON.parse of messages', run: () => parseMessages(batches) },
    match => judgeMessages(batches, match),
    rounds,
    say,
  );
};
