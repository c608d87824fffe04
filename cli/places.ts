import { type MadeOf, originOf } from '../adapters/local-folder.ts';
import type { Settings } from '../core/settings.ts';
import { isLocal, localPath } from './database.ts';
import { accountOf, UsageError } from './io.ts';
import { loadSettings, usualSettings } from './settings.ts';

type Values = Parameters<typeof isLocal>[0] & {
  readonly settings?: string | undefined;
  readonly account?: string | undefined;
};

/** Where a database is looked in. */
export interface Places {
  readonly settings: Settings;
  readonly accounts: readonly string[];
  readonly clusters: readonly string[];
}

const originOfLocal = (values: Values): MadeOf | undefined =>
  isLocal(values) ? originOf(values.database ?? localPath) : undefined;

/** The settings of a database: those that are named, else those that a local one was made under, else the usual ones. */
export const settingsOf = (values: Values): Promise<Settings> =>
  loadSettings(values.settings ?? originOfLocal(values)?.settings ?? usualSettings());

/** Where nothing can be looked up without an account. @throws UsageError where none is known */
export const someAccount = (accounts: readonly string[]): readonly string[] => {
  if (accounts.length === 0) throw new UsageError('say --account ID, or set `accounts` in the settings');
  return accounts;
};

/** The accounts and clusters of a database: those that its settings name, and of a local one those whose events it was made of. */
export const placesOf = async (values: Values): Promise<Places> => {
  const origin = originOfLocal(values);
  const settings = await settingsOf(values);
  const account = accountOf(values.account);
  const accounts =
    account === undefined ? [...new Set([...settings.accounts, ...(origin?.accounts ?? [])])] : [account];
  const clusters = new Set([...settings.clusters.map(({ name }) => name), ...(origin?.clusters ?? [])]);
  return { settings, accounts, clusters: [...clusters] };
};
