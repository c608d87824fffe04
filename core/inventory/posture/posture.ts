import type { Settings } from '../../settings.ts';
import type { Found, Part } from '../aws.ts';
import { steering, taggersOf } from '../taggers.ts';
import type { Violation } from '../violation.ts';
import { clusterPosture } from './clusters.ts';
import { networkPosture } from './network.ts';
import { instancePosture, templatePosture } from './nodes.ts';
import { rolePosture } from './roles.ts';
import { trailPosture } from './trails.ts';

/** What a part shows that a row of the catalogue would alert on if it were done now. */
export const postureOf = (part: Part, found: Found, settings: Settings): readonly Violation[] => {
  switch (part.kind) {
    case 'instances':
      return instancePosture(part.instances, part.images, found, settings);
    case 'templates':
      return part.versions.flatMap(one => templatePosture(one, found));
    case 'network':
      return networkPosture(part.network, found, settings);
    case 'roles':
      return part.roles.flatMap(one => rolePosture(one, found, settings));
    case 'clusters':
      return part.clusters.flatMap(one => clusterPosture(one, found, settings));
    case 'taggers':
      return steering(taggersOf(part.holders, settings));
    case 'trails':
      return trailPosture(part.trails);
  }
};
