import { byRbac, bySigningIn } from './administrator.ts';
import { ofBoot } from './boot.ts';
import { byEks } from './control-plane.ts';
import { ofControllers } from './controllers.ts';
import { ofDisks } from './disks.ts';
import { ofExempt } from './exempt.ts';
import { ofClusterApi } from './fleet.ts';
import type { Family } from './form.ts';
import { ofGuards } from './guards.ts';
import { ofController, ofRole } from './identity.ts';
import { byOtherCalls } from './launching.ts';
import { byAws, byPod, ofOnesOwn } from './node.ts';
import { fromPod } from './pod.ts';
import { ofNodes } from './steering.ts';
import { ofWatch } from './watch.ts';
import { ofWeakNodes } from './weak.ts';

/** Every way that was tried, the gravest goals first. */
export const families: readonly Family[] = [
  byRbac,
  bySigningIn,
  ofExempt,
  ofController,
  byPod,
  fromPod,
  byAws,
  ofDisks,
  ofRole,
  ofOnesOwn,
  byOtherCalls,
  ofBoot,
  ofNodes,
  ofClusterApi,
  byEks,
  ofControllers,
  ofWeakNodes,
  ofGuards,
  ofWatch,
];
