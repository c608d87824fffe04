import { setTimeout as wait } from 'node:timers/promises';
import type { Filter } from '../../adapters/findings/queries.ts';
import type { FindingsTable } from '../../adapters/findings/table.ts';
import type { Finding } from '../../core/finding.ts';
import type { Io } from '../io.ts';
import { findAll } from './filter.ts';
import { findingsTable } from './table.ts';

/** What makes a finding worth showing again: its content, its status, what people did. */
const stateOf = (finding: Finding): string => `${finding.revision} ${finding.status} ${finding.acts ?? 0}`;

/**
 * Shows what a filter finds, then each finding again when it changes, until the signal.
 * @param write how to show one change's findings
 */
export const watch = async (
  table: FindingsTable,
  filter: Filter,
  { limit, every, signal }: { readonly limit: number; readonly every: number; readonly signal: AbortSignal },
  write: (findings: readonly Finding[], io: Io) => void | Promise<void>,
  io: Io,
): Promise<void> => {
  const seen = new Map<string, string>();
  let isCut = false;
  while (!signal.aborted) {
    const { found, more } = await findAll(table, filter, limit);
    if (more && !isCut) io.stderr.write(`tripline findings: there are more than these ${limit}: raise --limit\n`);
    isCut = more;
    const news = found.filter(one => seen.get(one.id) !== stateOf(one));
    seen.clear();
    for (const one of found) seen.set(one.id, stateOf(one));
    if (news.length > 0) await write(news, io);
    await wait(every, undefined, { signal }).catch(() => undefined);
  }
};

/** A table of what changed. */
export const writeTable = (findings: readonly Finding[], io: Io): void =>
  void io.stdout.write(`${findingsTable(findings, io.stdout)}\n`);
