import type { Facts } from '../../fact.ts';

export const iamFacts: Facts<'cloudtrail'> = {};
