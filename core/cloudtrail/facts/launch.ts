import type { Facts } from '../../fact.ts';

export const launchFacts: Facts<'cloudtrail'> = {};
