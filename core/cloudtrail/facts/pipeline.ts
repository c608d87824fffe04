import type { Facts } from '../../fact.ts';

export const pipelineFacts: Facts<'cloudtrail'> = {};
