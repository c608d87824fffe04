import type { Prepared } from '../../core/compile.ts';

/**
 * What each rule requires of an event, as `stacks/prepare.ts` worked it out when the functions were bundled: `stacks/bundle.mjs`
 * puts it here. Undefined where nothing was bundled: then all rules are checked and compiled when the first event is judged.
 */
export const requirements: Prepared | undefined = undefined;
