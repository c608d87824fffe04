/** One thing that was looked at. */
export interface Check {
  /** What was looked at: `rules eu-west-1`, `trail`. */
  readonly name: string;
  /** `bad`: it does not work as it should. `weak`: it works with less force. `unknown`: it could not be looked at. */
  readonly state: 'good' | 'weak' | 'bad' | 'unknown';
  /** What is so, in one sentence. */
  readonly says: string;
  /** What to do, for everything but `good`. */
  readonly todo?: string;
}

/** What is well. */
export const good = (name: string, says: string): Check => ({ name, state: 'good', says });
/** What works, and should be better. @param todo how */
export const weak = (name: string, says: string, todo: string): Check => ({ name, state: 'weak', says, todo });
/** What is broken. @param todo how it is mended */
export const bad = (name: string, says: string, todo: string): Check => ({ name, state: 'bad', says, todo });
/** What could not be looked at. @param todo what it lacks */
export const unknown = (name: string, says: string, todo: string): Check => ({ name, state: 'unknown', says, todo });
