import type { FindingsTable } from '../../adapters/findings/table.ts';
import type { Finding, Verdict } from '../../core/finding.ts';
import { isGuarded } from '../../core/findings/guarded.ts';
import type { By, Change } from '../../core/findings/life.ts';
import { durationOf } from '../duration.ts';
import { type Io, oneOf, UsageError } from '../io.ts';
import { counted } from '../progress.ts';
import { shown } from '../shown.ts';
import { findingsTable } from './table.ts';
import { whoOf } from './who.ts';

/** What can be done with findings, as it is called on the command line. */
export const workVerbs = ['ack', 'resolve', 'reopen', 'assign', 'note', 'judge', 'suppress'] as const;
/** One of {@link workVerbs}. */
export type WorkVerb = (typeof workVerbs)[number];

/** Flags that say what to change, and in whose name. */
export const workOptions = {
  by: { type: 'string' },
  to: { type: 'string' },
  as: { type: 'string' },
  note: { type: 'string' },
  for: { type: 'string' },
  yes: { type: 'boolean' },
  force: { type: 'boolean' },
} as const;

/** What the flags of {@link workOptions} were given. */
export interface WorkValues {
  readonly by?: string | undefined;
  readonly to?: string | undefined;
  readonly as?: string | undefined;
  readonly note?: string | undefined;
  readonly for?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** To which verbs a flag means something. */
const belongs: { readonly [F in keyof typeof workOptions]: readonly WorkVerb[] } = {
  by: workVerbs,
  to: ['assign'],
  as: ['resolve', 'judge'],
  note: workVerbs,
  for: ['suppress'],
  yes: workVerbs,
  force: ['suppress'],
};

/** @throws UsageError where a flag means nothing to what was asked: what was meant would be lost silently */
export const checkFlags = (verb: WorkVerb | undefined, values: WorkValues): void => {
  for (const [flag, verbs] of Object.entries(belongs)) {
    if (values[flag as keyof WorkValues] === undefined || verbs.some(one => one === verb)) continue; // its own key
    throw new UsageError(
      verb === undefined
        ? `--${flag} belongs to a change of findings: tripline findings ${verbs.join('|')}`
        : `--${flag} belongs to ${verbs.join(' and ')}, not to ${verb}`,
    );
  }
};

const dispositions = ['true-positive', 'benign', 'false-positive'] as const satisfies readonly Verdict[];

/** The change a verb and its flags name. @throws UsageError where one is missing */
export const changeOf = (verb: WorkVerb, values: WorkValues, now: number): Change => {
  const disposition = oneOf('as', values.as, dispositions);
  switch (verb) {
    case 'ack':
      return { act: 'acknowledge' };
    case 'reopen':
      return { act: 'reopen' };
    case 'resolve':
      if (disposition === undefined)
        throw new UsageError(
          `resolve needs --as ${dispositions.join('|')}: 'tripline report' shows by it which detections are worth their noise`,
        );
      return { act: 'resolve', disposition };
    case 'judge':
      if (disposition === undefined) throw new UsageError(`judge needs --as ${dispositions.join('|')}`);
      return { act: 'judge', disposition };
    case 'assign':
      if (values.to === undefined) throw new UsageError("assign needs --to NAME; --to '' takes it off whoever has it");
      return { act: 'assign', to: values.to };
    case 'note':
      if ((values.note ?? '').trim() === '') throw new UsageError('note needs --note TEXT');
      return { act: 'note' };
    case 'suppress':
      return { act: 'suppress', until: now + durationOf('for', values.for ?? '24h') };
  }
};

const tries = 5;

/** Acts that would open what somebody resolved, perhaps a moment ago, without saying so. */
const onlyOpen: readonly Change['act'][] = ['acknowledge', 'suppress'];

/** Changes one finding; what somebody else changed meanwhile is read again, but nobody resolves what they have not seen. */
const workOne = async (
  table: FindingsTable,
  seen: Finding,
  change: Change,
  by: By,
): Promise<'set' | 'changed' | 'resolved'> => {
  let finding: Finding | undefined = seen;
  for (let attempt = 0; attempt < tries && finding !== undefined; attempt++) {
    if (finding.status === 'resolved' && onlyOpen.includes(change.act)) return 'resolved';
    if ((await table.work(finding, change, by)) === 'set') return 'set';
    if (change.act === 'resolve') return 'changed';
    finding = (await table.cases([seen.id]))[0];
    // Graver than what was looked at: it may not be silenced in passing.
    if (change.act === 'suppress' && finding?.severity !== seen.severity) return 'changed';
  }
  return 'changed';
};

/**
 * Changes findings in somebody's name. Many that a filter found are only shown unless `--yes` was said.
 * @param named whether each was named by its id
 */
export const work = async (
  table: FindingsTable,
  findings: readonly Finding[],
  change: Change,
  values: WorkValues,
  named: boolean,
  io: Io,
): Promise<number> => {
  const guarded = change.act === 'suppress' && values.force !== true ? findings.filter(isGuarded) : [];
  for (const one of guarded)
    io.stderr.write(
      `${one.id} ${one.severity} ${one.detection}: critical and self-protection findings are not suppressed without --force\n`,
    );
  const chosen = findings.filter(one => !guarded.includes(one));
  if (!named && values.yes !== true) {
    if (chosen.length > 0) io.stdout.write(`${findingsTable(chosen, io.stdout)}\n\n`);
    io.stdout.write(`${counted(chosen.length, 'finding')} would be changed; nothing was: say --yes to do it\n`);
    return 0;
  }
  const by: By = { who: whoOf(values), at: Date.now(), ...(values.note === undefined ? {} : { note: values.note }) };
  let failed = guarded.length;
  for (const one of chosen) {
    const done = await workOne(table, one, change, by);
    if (done === 'set') io.stdout.write(`${one.id} ${words[change.act]}  ${shown(one.title)}\n`);
    else {
      failed++;
      io.stderr.write(`${one.id} ${refused[done](one.id)}\n`);
    }
  }
  return failed > 0 ? 1 : 0;
};

const refused = {
  changed: (id: string) => `changed meanwhile: look at it again ('tripline findings show ${id}'), then repeat`,
  resolved: (id: string) =>
    `is resolved: 'tripline findings show ${id}' says by whom, 'tripline findings reopen ${id}' opens it`,
} as const;

const words: { readonly [A in Change['act']]: string } = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  suppress: 'suppressed',
  reopen: 'opened again',
  assign: 'assigned',
  judge: 'judged',
  note: 'noted',
};
