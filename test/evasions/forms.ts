import { byRbac, bySigningIn } from './administrator.ts';
import type { Family } from './form.ts';
import { ofController, ofRole } from './identity.ts';
import { byAws, byPod, ofOnesOwn } from './node.ts';
import { ofBoot, ofGuards, ofNodes, ofWatch } from './steering.ts';
import { ofWeakNodes } from './weak.ts';

/** Every way that was tried, the gravest goals first. */
export const families: readonly Family[] = [
  byRbac,
  bySigningIn,
  ofController,
  byPod,
  byAws,
  ofRole,
  ofOnesOwn,
  ofBoot,
  ofNodes,
  ofWeakNodes,
  ofGuards,
  ofWatch,
];
