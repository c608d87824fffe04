import type { Store } from '../core/state/observation.ts';

/**
 * In place of `functions/dynamodb.ts`: tables of which nothing has to be asked, as in every invocation of a process but the first
 * that hears a stream. No client is loaded.
 */
export const store = (_table: string): Store => ({
  observe: async observations => observations.map(() => ({ item: {}, also: [], full: false })),
  postpone: async () => undefined,
  due: async () => [],
  done: async () => undefined,
});

const never = (): never => {
  throw new Error('this start was to write nothing');
};
export const findings = never;
export const suppressions = never;
export const ledger = never;
export const threads = never;
export const versions = never;
