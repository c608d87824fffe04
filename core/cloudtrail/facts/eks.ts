import type { Facts } from '../../fact.ts';

export const eksFacts: Facts<'cloudtrail'> = {};
