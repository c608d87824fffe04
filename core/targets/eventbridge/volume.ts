import type { Test } from '../../pattern/node.ts';
import { type Clause, pathKey, pathOf } from '../clause.ts';

/**
 * Calls that make up most of an account with busy clusters, per thousand management events. Only their order matters: they say
 * which conditions a filter should give up last. Measured shares are in `tripline filters PATH…`.
 */
const busy: ReadonlyMap<string, number> = new Map([
  ['AssumeRole', 150],
  ['Decrypt', 120],
  ['GenerateDataKey', 60],
  ['GetCallerIdentity', 60],
  ['AssumeRoleWithWebIdentity', 50],
  ['AssumeRoleForPodIdentity', 30],
  ['DescribeInstances', 60],
  ['DescribeNetworkInterfaces', 40],
  ['DescribeVolumes', 20],
  ['GetAuthorizationToken', 20],
  ['BatchGetImage', 20],
  ['GetDownloadUrlForLayer', 20],
  ['DescribeInstanceTypes', 10],
  ['DescribeLaunchTemplates', 10],
  ['DescribeLaunchTemplateVersions', 4],
  ['DescribeImages', 8],
  ['DescribeCluster', 20],
  ['UpdateInstanceInformation', 30],
  ['GetSecretValue', 20],
  ['GetParameter', 15],
  ['GetParameters', 10],
  ['CreateLogStream', 20],
  ['CreateTags', 5],
  ['RunInstances', 2],
  ['CreateFleet', 2],
]);

const readNames = /^(Get|List|Describe|Head|Batch(Get|Check)|Search|Lookup|Select|Query|View|Check|Assume)/;
const otherReads: ReadonlySet<string> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DecodeAuthorizationMessage',
]);

/**
 * Whether CloudTrail marks calls of this name `readOnly: true`, so that a rule in state ENABLED never sees them
 * (Amazon EventBridge User Guide, "Receiving read-only management events from AWS services").
 */
export const isReadOnly = (eventName: string): boolean => readNames.test(eventName) || otherReads.has(eventName);

const nameVolume = (name: string): number => (busy.get(name) ?? (isReadOnly(name) ? 2 : 0.3)) / 1_000;

const shares: readonly (readonly [path: readonly string[], share: number])[] = [
  [['eventType'], 0.98],
  [['requestParameters', 'omitted'], 0.0005],
  [['responseElements', 'omitted'], 0.0005],
  [['additionalEventData', 'omitted'], 0.0005],
  [['serviceEventDetails', 'omitted'], 0.0005],
  [['userIdentity', 'sessionContext', 'ec2RoleDelivery'], 0.15],
  [['userIdentity', 'inScopeOf'], 0.15],
  [['sessionCredentialFromConsole'], 0.01],
  [['errorCode'], 0.03],
  [['userIdentity', 'type'], 0.7],
  [['userIdentity', 'invokedBy'], 0.1],
  [['userIdentity'], 0.1],
  [['requestParameters'], 0.2],
];

const share = (path: readonly string[], tests: readonly Test[]): number => {
  if (tests.some(test => test.is === 'absent' || test.is === 'not')) return 0.95;
  return shares.find(([start]) => start.every((step, index) => path[index] === step))?.[1] ?? 0.5;
};

const namePath = pathKey(['eventName']);
const sourcePath = pathKey(['eventSource']);

/** Estimates the share of an account's management events that satisfy a clause. */
export const volume = (clause: Clause): number => {
  const names = clause.get(namePath);
  const sources = clause.get(sourcePath);
  let estimate = 1;
  if (names?.every(test => test.is === 'equal'))
    estimate = names.reduce((sum, test) => sum + (test.is === 'equal' ? nameVolume(String(test.value)) : 0), 0);
  else if (names !== undefined) estimate = 0.05;
  else if (sources !== undefined) estimate = Math.min(1, sources.length * 0.08);
  for (const [path, tests] of clause)
    if (path !== namePath && path !== sourcePath) estimate *= share(pathOf(path), tests);
  return estimate;
};
