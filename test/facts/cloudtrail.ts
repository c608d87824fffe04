import { call, developer } from '../../core/cloudtrail/example.ts';
import type { Event } from '../../core/event.ts';
import { eks, hybrid, hybridMore } from './cloudtrail/clusters.ts';
import { instances, interruption, outcomes, sensitive } from './cloudtrail/instances.ts';
import { launches, launchesMore, otherLaunches } from './cloudtrail/launches.ts';
import { exposure, places } from './cloudtrail/network.ts';
import { assumed, iam, principals, users } from './cloudtrail/roles.ts';
import type { Said } from './cloudtrail/saying.ts';
import { bootstrap, parameters } from './cloudtrail/secrets.ts';
import { tags, written } from './cloudtrail/tags.ts';
import { blinded, blinding, evidence } from './cloudtrail/watchers.ts';

export type { Saying } from './cloudtrail/saying.ts';

/** Ordinary calls of which no fact that needs anything says anything, but who made them. */
export const ordinaryCalls: readonly Event<'cloudtrail'>[] = [
  call('rekognition', 'DetectLabels', { requestParameters: { maxLabels: 1 }, userIdentity: developer }),
];

/** Calls to AWS in which facts say something: each call, member and form that a fact takes heed of. */
export const cloudtrailSayings: readonly Said[] = [
  ...assumed,
  ...bootstrap,
  ...eks,
  ...evidence,
  ...exposure,
  ...hybrid,
  ...hybridMore,
  ...iam,
  ...users,
  ...instances,
  ...interruption,
  ...launches,
  ...otherLaunches,
  ...launchesMore,
  ...blinding,
  ...blinded,
  ...principals,
  ...sensitive,
  ...outcomes,
  ...parameters,
  ...places,
  ...tags,
  ...written,
];
