import { policyRoom, roomOf } from '../core/policy-room.ts';

/**
 * Resources one by one, where a policy has room for them; else the pattern that takes in each, so that the hundredth cluster does
 * not end a deployment half-way.
 */
export const fitting = (resources: readonly string[], pattern: string): readonly string[] =>
  roomOf(resources) > policyRoom ? [pattern] : resources;
