import type { Settings } from '../settings.ts';
import type { Task } from './inventory.ts';

/** What is looked up in every region, and what is one for the account. */
const regional = ['instances', 'templates', 'network', 'clusters'];
const global = ['roles', 'taggers', 'trails'];

/** Regions that the settings speak of: home, approved ones, and those of clusters. */
export const regionsOf = (settings: Settings): readonly string[] => [
  ...new Set([settings.home, ...settings.approvedRegions, ...settings.clusters.flatMap(({ region }) => region ?? [])]),
];

/** The tasks of one inventory. IAM and trails first: what they teach is recalled in every region. */
export const tasksOf = (home: string, regions: readonly string[]): readonly Task[] => [
  ...global.map(step => ({ region: home, step })),
  ...regions.flatMap(region => regional.map(step => ({ region, step }))),
];
