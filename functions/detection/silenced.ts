import type { Match } from '../../core/match.ts';
import { type Loaded, loadSuppression, suppressed } from '../../core/suppress.ts';
import { type Deps, deps } from '../deps/deps.ts';
import { warn } from '../invocation/lambda.ts';

/** Milliseconds that suppressions made by command are remembered: one query a minute and process. */
const remembered = 60_000;

/** By the deps they came from, so that nothing outlives the tables it was read from. Who asks while they are read waits for them. */
const known = new WeakMap<object, { readonly at: number; readonly loaded: Promise<readonly Loaded[]> }>();

/** Those of the settings and those made by command. What can't be read hides nothing: too much is said rather than too little. */
const current = (): Promise<readonly Loaded[]> => {
  const now = deps();
  const before = known.get(now);
  if (before !== undefined && now.now() - before.at < remembered) return before.loaded;
  const loaded = load(now).catch(error => {
    known.delete(now);
    throw error;
  });
  known.set(now, { at: now.now(), loaded });
  return loaded;
};

const load = async (now: Deps): Promise<readonly Loaded[]> => {
  const stored = await now
    .suppressions()
    .list()
    .catch(error => {
      warn('suppressions', 'list', error);
      return [];
    });
  const active = [...now.settings.suppressions, ...stored.filter(({ revoked }) => revoked === undefined)];
  return active.flatMap(one => {
    try {
      return [loadSuppression(one)];
    } catch (error) {
      warn('suppressions', one.id, error);
      return [];
    }
  });
};

/** Matches as they are to be folded. */
export const silenced = async (matches: readonly Match[]): Promise<readonly Match[]> => {
  if (!matches.some(({ status }) => status === 'alerting')) return matches;
  const loaded = await current();
  return matches.map(match => suppressed(match, loaded));
};
