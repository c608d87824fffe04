import type { Settings } from '../settings.ts';
import { bad, type Check, good, unknown } from './check.ts';

/** Whose credentials these are: what else is looked at is looked for in that account. @param account undefined: AWS did not say */
export const accountCheck = (account: string | undefined, { accounts }: Pick<Settings, 'accounts'>): Check => {
  if (account === undefined) return unknown('account', 'AWS did not say whose credentials these are.', 'Try again.');
  return accounts.length === 0 || accounts.includes(account)
    ? good('account', `These credentials are of account ${account}.`)
    : bad(
        'account',
        `These credentials are of account ${account}, in which these settings deploy nothing.`,
        'Use those of the stage’s account, or add it to `accounts`.',
      );
};
