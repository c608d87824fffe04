import { plain } from '../escape.ts';
import type { Finding, Window } from '../finding.ts';
import { text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { askedOf, fillsOf } from './placeholders.ts';

/** Kubernetes names a thing in the plural where the record does, in the singular where people do. */
const kindOf = (window: Window | undefined): string => text(window?.evidence ?? null, 'objectRef', 'resource') ?? '';

/** Redacted or cut values name nothing that could be looked up. */
const isWhole = (value: string): boolean =>
  !['', 'unknown', 'none', '(all)'].includes(value) && !/\[redacted|\[cut|…/i.test(value) && value.length <= 512;

/** Characters that no shell, POSIX or PowerShell, reads as anything but themselves, wherever they stand. */
const bare = /^[A-Za-z0-9/][A-Za-z0-9_.:/@+-]*$/;

/** Control characters and the like could hide what is pasted: a value with any stays a placeholder. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * What may end a quoted word: PowerShell takes typographic quotes for `'`, fish a backslash for an escape, and each reads the POSIX
 * form of a quote inside quotes as its end, so that what follows would run (PowerShell, "about_Quoting_Rules"; fish, "Quotes").
 */
const ending = /['\\\u2018-\u201b]/;

/**
 * A value as one word of a shell, whichever it is pasted into; undefined where it can't be one that a person sees as it is. A value
 * that begins with a dash would be read as an option, whatever its quotes.
 */
export const shellWord = (value: string): string | undefined => {
  if (!isWhole(value) || unseen.test(value) || value.startsWith('-')) return undefined;
  if (bare.test(value)) return value;
  return ending.test(value) ? undefined : `'${value}'`;
};

/** Places where a placeholder means something else than its name says elsewhere: a role to be made, an SSM session, an organization's policy. */
const other = /(--role-arn|--session-id|--policy-id) $/;

/** A policy has an ARN, or a name where it is written into a role; a template has a name and an id: a flag takes one of them. */
const isOther = (before: string, word: string): boolean =>
  other.test(before) ||
  // Behind `Key=` the AWS CLI reads commas, quotes and brackets itself (AWS CLI User Guide, "Shorthand syntax").
  (before.endsWith('=') && !bare.test(word)) ||
  (before.endsWith('-arn ') && !word.startsWith('arn:')) ||
  (before.endsWith('--launch-template-name ') && word.startsWith('lt-')) ||
  (before.endsWith('--policy-name ') && word.startsWith('arn:'));

/**
 * A runbook with its placeholders (words in capitals: `REGION`, `INSTANCE`) replaced by what the finding knows, each as one
 * shell word. Inside quotes of the step's own only values that need none are put; what is not known stays as it is.
 * @param stage in which the finding is stored, and Tripline's own commands are to look; undefined: a local database
 */
export const fillRunbook = (
  runbook: readonly string[],
  finding: Finding,
  window: Window | undefined,
  settings: Pick<Settings, 'clusters'>,
  stage?: string,
): readonly string[] => {
  const fills = fillsOf(finding, window, settings, stage);
  const asked = askedOf(finding, window, fills);
  const kind = kindOf(window);
  const isPut = (word: string | undefined): word is string => word !== undefined && isInert(word);
  const filled = runbook.map(step =>
    step.replace(
      /(?<=[\s=,'"`(]|system:\w+:|bootstrap-token-)[A-Z][A-Z_]{2,}(?=$|[\s,;.)'"`])/g,
      (placeholder, offset: number) => {
        const before = step.slice(0, offset);
        const known = before.endsWith('tripline entity ') ? asked[placeholder] : [fills[placeholder] ?? null];
        const word = (known ?? []).map(value => (typeof value === 'string' ? shellWord(value) : undefined)).find(isPut);
        if (word === undefined || isOther(before, word) || (isInQuotes(before) && word.startsWith("'")))
          return placeholder;
        return placeholder === 'NAME' && !namesKind(before, kind) ? placeholder : word;
      },
    ),
  );
  return stage === undefined
    ? filled
    : filled.map(step => step.replace(asking, at => `${at}${whereOf(at, finding, stage)}`));
};

/** Tripline's commands that look into a stage's tables. */
const asking = /npx tripline (?:entity|findings(?: show)?)(?= )/g;

/** Where such a command looks; whoever pastes it may have no settings, which say whose account an entity is of. */
const whereOf = (command: string, { account }: Finding, stage: string): string =>
  ` --stage ${stage}${command.endsWith('entity') && /^\d{12}$/.test(account) ? ` --account ${account}` : ''}`;

/**
 * Steps are shown as our own prose: what a channel would link, format or mention in them stays out. An `@` mentions somebody only where
 * a name begins with it; the sessions of people who sign in through IAM Identity Center are named by an address of e-mail.
 */
const isInert = (word: string): boolean => plain(word) === word && !/[<>&*~|`]|(?<![\w.+-])@/.test(word);

/**
 * `delete secret NAME` is about the record's object only where that is a secret; a query's `objectRef.name` always is, and so is
 * what stands behind a placeholder for its kind.
 */
const namesKind = (before: string, kind: string): boolean => {
  if (kind === '') return false;
  if (before.endsWith("objectRef.name = '")) return true;
  const [, words = ''] = /([A-Za-z0-9,]+)(?: -n NAMESPACE)? $/.exec(before) ?? [];
  return words
    .split(',')
    .some(
      word => word === 'KIND' || word === 'RESOURCE' || kind === word || kind === (shortKinds[word] ?? plural(word)),
    );
};

/** As Kubernetes forms the plural of a kind. */
const plural = (kind: string): string => (/s$/.test(kind) ? `${kind}es` : `${kind.replace(/y$/, 'ie')}s`);
const shortKinds: Readonly<Record<string, string>> = {
  csr: 'certificatesigningrequests',
  deny: 'certificatesigningrequests',
  logs: 'pods',
};

/** Whether a place lies inside quotes that the step opened before it; a lone apostrophe of prose counts as one, to be safe. */
const isInQuotes = (before: string): boolean => [`'`, '"'].some(mark => (before.split(mark).length - 1) % 2 === 1);
