import type { Facts } from '../../fact.ts';

export const principalFacts: Facts<'cloudtrail'> = {};
