import type { Settings } from '../core/settings.ts';
import type { Store } from '../core/state/observation.ts';
import { askRoles, askUsage, rolesIn, usesIn } from '../core/usage/kept.ts';
import type { Use } from '../core/usage/usage.ts';
import { openDatabase } from './database.ts';

/** What a deployed stage kept of roles' calls. */
export interface Kept {
  readonly uses: readonly Use[];
  /** Roles of which a day is not whole: it held as many distinct calls as a day holds. */
  readonly full: readonly string[];
  /** Accounts that have more roles than are kept. */
  readonly crowded: readonly string[];
}

/**
 * Reads what a stage keeps in its state table: node and controller roles alone, at most 90 days back.
 * @param wanted which roles, by ARN
 * @throws where there is no such database, or no account is known
 */
export const keptUsage = async (
  where: Parameters<typeof openDatabase>[0],
  accounts: Settings['accounts'],
  wanted: (arn: string) => boolean,
  from: number,
  to: number,
): Promise<Kept> => {
  const { store, close } = await openDatabase(where);
  try {
    const answers = await store.observe(accounts.map(askRoles));
    const named = answers.map(({ item }) => rolesIn(item));
    const roles = [...new Set(named.flatMap(one => one.roles))].filter(wanted).sort();
    const found = [];
    for (const role of roles) found.push({ role, ...(await ofRole(store, role, from, to)) });
    return {
      uses: found.flatMap(({ uses }) => uses),
      full: found.filter(({ full }) => full).map(({ role }) => role),
      crowded: accounts.filter((_, at) => named[at]?.full === true),
    };
  } finally {
    await close();
  }
};

const ofRole = async (store: Store, role: string, from: number, to: number) => {
  const asked = askUsage(role, from, to);
  const answers = await store.observe(asked);
  return usesIn(
    role,
    asked.map(({ scope }, at) => ({ date: scope.slice(-10), item: answers[at]?.item ?? {} })),
  );
};
