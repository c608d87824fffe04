import type { Heard } from '../core/read/contract.ts';
import type { Io } from './io.ts';
import { counted } from './progress.ts';
import { shown } from './shown.ts';

/** Counts audit events that do not say where they are from, so that nothing joins them with the CloudTrail events beside them. */
export interface Unplaced {
  add(heard: Heard, count?: number): void;
  /** Says what to do about it, where CloudTrail events were read as well. */
  tell(command: string, io: Io): void;
}

/** Accounts that are named at most. */
const most = 5;

/** Counts from nothing on. */
export const unplaced = (): Unplaced => {
  const accounts = new Set<string>();
  const without = { account: 0, cluster: 0 };
  return {
    add: ({ source, account, cluster }, count = 1) => {
      if (source === 'cloudtrail') {
        if (account !== '' && accounts.size <= most) accounts.add(account);
      } else {
        if (account === '') without.account += count;
        if (cluster === '') without.cluster += count;
      }
    },
    tell: (command, io) => {
      if (accounts.size === 0) return;
      const ids = [...accounts].sort();
      const id =
        ids.length === 1 ? ids[0] : `ID, one of ${ids.slice(0, most).join(', ')}${ids.length > most ? ', …' : ''}`;
      const flags = { account: `--account ${id}`, cluster: '--cluster NAME' };
      for (const missing of ['account', 'cluster'] as const) {
        if (without[missing] === 0) continue;
        io.stderr.write(
          `tripline ${command}: ${counted(without[missing], 'audit event')} without ${missing === 'account' ? 'an account' : 'a cluster'}: lineage detections cannot join them with CloudTrail. If you know it, run again with ${shown(flags[missing])}\n`,
        );
      }
    },
  };
};
