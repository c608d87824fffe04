import type { Facts } from '../../fact.ts';

export const evidenceFacts: Facts<'cloudtrail'> = {};
