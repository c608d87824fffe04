import type { Gate } from '../../core/gate.ts';

/**
 * What `stacks/prepare.ts` worked out of the catalogue and the settings when the functions were bundled: `stacks/bundle.mjs` puts
 * it here. Undefined where nothing was bundled: then every event is judged.
 */
export const gate: Gate | undefined = undefined;
