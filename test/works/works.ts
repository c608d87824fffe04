import { autoMode } from './auto-mode.ts';
import { autoscaler } from './autoscaler.ts';
import { castAi } from './castai.ts';
import { cdk } from './cdk.ts';
import { clusterApiDay } from './cluster-api.ts';
import { destroy } from './destroy.ts';
import { drill } from './drill.ts';
import { gettingStarted } from './getting-started.ts';
import { gitops } from './gitops.ts';
import { jobs } from './jobs.ts';
import { landingZone } from './landing-zone.ts';
import { migration } from './migration.ts';
import { ocean } from './ocean.ts';
import { terraformDay } from './terraform.ts';
import { upgrade } from './upgrade.ts';
import type { Work } from './work.ts';

/** Every work. */
export const works: readonly Work[] = [
  terraformDay,
  gettingStarted,
  cdk,
  autoMode,
  clusterApiDay,
  upgrade,
  migration,
  autoscaler,
  castAi,
  ocean,
  jobs,
  gitops,
  landingZone,
  drill,
  destroy,
];
