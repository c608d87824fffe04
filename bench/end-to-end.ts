import { compile, type Matcher } from '../core/compile.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { memoryFindings } from '../core/findings/memory.ts';
import { type Counts, detect } from '../core/pipeline.ts';
import { quietOf } from '../core/quiet.ts';
import type { Read } from '../core/read/contract.ts';
import { localLimits } from '../core/read/limits.ts';
import { readObject } from '../core/read/object.ts';
import type { Quiet } from '../core/read/quiet.ts';
import { memoryStore } from '../core/state/memory.ts';
import { knowledge } from '../detections/index.ts';
import type { Log } from './logs.ts';
import { rules, rulesOfShapes } from './rules.ts';

export const account = { account: '111122223333', region: 'eu-west-1', cluster: '' };
const chunk = 64 * 1024;

/** Bytes as S3 sends them. */
export async function* chunked(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += chunk) yield bytes.subarray(from, from + chunk);
}

export const readLog = ({ key, packed }: Log, quiet?: Quiet): AsyncGenerator<readonly Read[]> =>
  readObject(chunked(packed), key, account, {
    clusters: exampleSettings.clusters,
    limits: localLimits,
    ...(quiet === undefined ? {} : { quiet }),
  });

async function* readAll(logs: readonly Log[], quiet: Quiet): AsyncGenerator<readonly Read[]> {
  for (const log of logs) yield* readLog(log, quiet);
}

/** A set of rules as `scan` has it: what matches, and what tells that no rule can be about a record. */
export interface RuleSet {
  readonly match: Matcher;
  readonly quiet: Quiet;
}

export const ruleSet = (count: number, shapes?: number): RuleSet => {
  const all = shapes === undefined ? rules(count) : rulesOfShapes(count, shapes);
  return { match: compile(all, knowledge, exampleSettings), quiet: quietOf(all, knowledge, exampleSettings) };
};

/** Gzip to findings: inflating, cutting, parsing, checking, matching, deciding, redacting, folding. State and findings in memory. */
export const endToEnd = async (logs: readonly Log[], { match, quiet }: RuleSet): Promise<Counts> =>
  detect(readAll(logs, quiet), {
    match,
    store: memoryStore(),
    findings: memoryFindings(),
    quarantine: { keep: async () => undefined },
  });
