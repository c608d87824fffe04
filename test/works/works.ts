import { castAi } from './castai.ts';
import { destroy } from './destroy.ts';
import { gettingStarted } from './getting-started.ts';
import { ocean } from './ocean.ts';
import { terraformDay } from './terraform.ts';
import { upgrade } from './upgrade.ts';
import type { Work } from './work.ts';

/** Every work. */
export const works: readonly Work[] = [terraformDay, gettingStarted, upgrade, castAi, ocean, destroy];
