import { join } from 'node:path';
import { deadLetters, deadLettersAccept, partialFailures, streams, visibility } from './checks/delivery.ts';
import {
  auditHearsItsGroups,
  carriers,
  encryption,
  heartbeats,
  keysDeliver,
  nothingPublic,
  tlsOnly,
  topicsBelieve,
  topicsHear,
} from './checks/doors.ts';
import { bucketsStayWhole, logRetention, names, patterns, runtimes, tableSchemas } from './checks/parts.ts';
import {
  canary,
  exactActions,
  exactResources,
  needed,
  noManagedPolicies,
  policiesFit,
  rolesForUs,
  rowsApart,
} from './checks/permissions.ts';
import type { Check } from './checks/resource.ts';
import {
  alarms,
  alarmsTell,
  auditRegions,
  canaryAlarm,
  everyRegion,
  guard,
  rulesCounted,
  stages,
} from './checks/watch.ts';

/**
 * Every check by what it asserts.
 * @param regions the enabled ones but the home region
 * @param heard those with clusters whose audit logs are in CloudWatch Logs
 */
export const checks = (regions: readonly string[], heard: readonly string[]): Readonly<Record<string, Check>> => ({
  'every action of every role is exact': exactActions,
  'every resource of every role is exact, but where AWS forces a wildcard': exactResources,
  'functions may do what their code does, and nothing else': needed(join(import.meta.dirname, '../..')),
  'functions that say something may touch no state, and none may silence': rowsApart,
  'no managed policy is attached': noManagedPolicies,
  'everything at rest is encrypted': encryption,
  'every hop has a dead-letter queue': deadLetters,
  'every dead-letter queue accepts whoever is told to use it': deadLettersAccept,
  'nothing is public': nothingPublic,
  'policies fit their quota': policiesFit,
  'services take our roles on for this account only': rolesForUs,
  'audit logs come from the groups that are subscribed': auditHearsItsGroups,
  'nothing takes plain HTTP': tlsOnly,
  'every log group forgets': logRetention,
  'a bucket that outlives its stage stays private, and forgets': bucketsStayWhole,
  "every queue hides a message for six times its function's time-out": visibility,
  'every mapping reports partial failures': partialFailures,
  'streams start at the beginning, bisect, and give up': streams,
  'every pattern fits its quota and is one that AWS takes': patterns,
  'every enabled region forwards': everyRegion(regions),
  'the tables are those of core/tables.ts': tableSchemas,
  "everything carries the stage's name": names,
  'somebody hears of every dead letter, error and throttle': alarms,
  'metrics of one stage are not those of another': stages,
  'functions run on nodejs24.x, arm64': runtimes,
  'keys let in whoever delivers to what they encrypt': keysDeliver,
  'announcements are taken from the roles of the stage': topicsBelieve,
  'heartbeats at a hub are of the function that makes them': heartbeats,
  'topics let in whoever publishes to them, and nobody else': topicsHear,
  'audit logs are heard in every region that has clusters': auditRegions(heard),
  'every alarm tells somebody': alarmsTell,
  'alarms of rules watch what EventBridge counts': rulesCounted,
  'whoever carries events to another bus may put them there': carriers,
  'changes to the watcher are told without it, from two regions': guard,
  'the canary may steer nothing, and its call is denied': canary,
  'a canary that does not come back, or is not sent, is an alarm': canaryAlarm,
});
