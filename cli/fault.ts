import { debuglog } from 'node:util';

/** What is said of an error that ends a command: where, what, and what to do next. */

const debug = debuglog('tripline');

const loggedOut = /^(?:CredentialsProviderError|TokenProviderError)$/;

/** Whether an error of the AWS SDK says that there are no credentials at all. */
export const isLoggedOut = (error: unknown): boolean => error instanceof Error && loggedOut.test(error.name);

/** Errors of the AWS SDK that say what is missing and not what to do about it, by their name or message. */
const advice: readonly (readonly [is: RegExp, says: string])[] = [
  [/: Region is missing$/, 'no AWS region is set: set AWS_REGION, or choose an AWS_PROFILE that has one'],
  [
    /: (?:Database|Iterator) is not open\b/,
    "the local database can't be opened: its files are damaged or not all there. 'npm start' makes a new one, --database DIR names another",
  ],
  [/^(?:ExpiredToken|ExpiredTokenException|RequestExpired)\b/, 'the AWS credentials have expired: log in again'],
];

/** What DynamoDB, or KMS behind it, answers whoever may not do what a command does with a stage's tables. */
const isWithoutRight = /^AccessDenied(?:Exception)?: .*(?:\bdynamodb:|\bkms:)/;

/** Errors that code makes of itself, whose messages say nothing of where. */
const isOfCode = (error: Error): boolean =>
  error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;

/** An error's message, with advice where it lacks it. Where `NODE_DEBUG` names `tripline`, its stack goes to standard error. */
export const faultText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  debug('%s', error.stack);
  if (isLoggedOut(error))
    return "no AWS credentials were found: log in first ('aws sts get-caller-identity' says who you are), or set AWS_PROFILE";
  const named = `${error.name}: ${error.message}`;
  const said = advice.find(([is]) => is.test(named))?.[1] ?? `${placeOf(error)}${error.message}`;
  if (isWithoutRight.test(named)) return `${said} (docs/responding.md has a policy, "Who may do what")`;
  return isOfCode(error) ? `${said} (with NODE_DEBUG=tripline in the environment, where that was is said too)` : said;
};

/** Of code that cannot be parsed, which is not in the message: the first line of the stack, `file:///…/tripline.config.ts:2`. */
const placeOf = (error: Error): string => {
  const [, file, line] = /^(?:file:\/\/)?(\/.+\.[cm]?[jt]s):(\d+)\n/.exec(error.stack ?? '') ?? [];
  return file === undefined ? '' : `${file}, line ${line}: `;
};
