import type { Facts } from '../../fact.ts';

export const tagFacts: Facts<'cloudtrail'> = {};
