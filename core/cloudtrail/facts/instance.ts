import type { Facts } from '../../fact.ts';

export const instanceFacts: Facts<'cloudtrail'> = {};
