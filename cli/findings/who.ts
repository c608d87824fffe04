import { userInfo } from 'node:os';
import { inventoryName } from '../../core/inventory/resolve.ts';
import { redactLine } from '../../core/redact.ts';
import { UsageError } from '../io.ts';
import { shown } from '../shown.ts';

/** Bytes of a name that a trail keeps whole. */
const longest = 200;

/** Names under which Tripline itself changes findings, and the beginning of theirs who press a button in Slack. */
const isOurs = (name: string): boolean => name === inventoryName || /^tripline(?![^ ])/.test(name);
const inSlack = 'slack:';

/** Line breaks, what terminals act upon, and what turns the direction of text round. */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Why nobody can be called so; undefined: somebody can. */
const wrongWith = (name: string): string | undefined => {
  if (name === '') return 'it is empty';
  if (unseen.test(name)) return 'it has a line break or another invisible character';
  if (isOurs(name.toLowerCase())) return 'so Tripline itself is called where it changes findings';
  if (name.toLowerCase().startsWith(inSlack)) return 'so those are called who press a button in Slack';
  if (Buffer.byteLength(name) > longest) return `it is longer than ${longest} bytes`;
  return redactLine(name, longest) === name ? undefined : 'it looks like a secret, and would be kept without it';
};

/** The name of the account this runs under; '' where it has none, as in a container. */
const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
};

/**
 * Who changes findings: `--by`, or the name of the account this runs under. A trail is read when it matters who did what, so it
 * must not say that somebody did it who cannot have.
 * @throws UsageError where it is no name, or somebody else's: which ones can be
 */
export const whoOf = ({ by }: { readonly by?: string | undefined }, usual = accountName()): string => {
  if (by === undefined && usual === '') throw new UsageError('your user has no name on this machine: say --by NAME');
  const name = (by ?? usual).trim();
  const wrong = wrongWith(name);
  if (wrong === undefined) return name;
  throw new UsageError(
    `--by ${by === undefined ? 'was not said, and this runs under' : 'can not be'} '${shown(redactLine(name, longest))}': ${wrong}. Name a person or a pipeline, in up to ${longest} bytes: --by alice, --by ci/cleanup`,
  );
};
