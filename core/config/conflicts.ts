import { BlockList, isIP } from 'node:net';
import * as v from 'valibot';
import { canaryDetections } from '../canary.ts';
import { partitionOf } from '../partition.ts';
import type { Settings } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';
import { archiveProblems } from './archives.ts';
import { bucketName } from './values.ts';

/** What one schema can't say: things that stand in two places at once. */
export const conflicts = (settings: Settings): readonly string[] => {
  const problems: string[] = [];
  const names = settings.clusters.map(one => one.name);
  for (const name of twice(names)) problems.push(`clusters: "${name}" stands twice: name each cluster once`);
  for (const [index, one] of settings.controllers.entries())
    if (one.cluster !== undefined && !names.includes(one.cluster))
      problems.push(`controllers.${index}.cluster: no cluster is named "${one.cluster}": add it to \`clusters\``);
  for (const [index, one] of settings.deployment.canary.clusters.entries())
    if (!settings.clusters.some(({ name, kind }) => kind === 'eks' && matchesAny([one], name)))
      problems.push(`deployment.canary.clusters.${index}: no EKS cluster of \`clusters\` is named "${one}"`);
  problems.push(
    ...auditProblems(settings),
    ...archiveProblems(settings),
    ...channelProblems(settings),
    ...deploymentProblems(settings),
    ...partitionProblems(settings),
  );
  for (const [index, { account }] of settings.clusters.entries())
    if (account !== undefined && settings.accounts.length > 0 && !settings.accounts.includes(account))
      problems.push(`clusters.${index}.account: ${account} is not one of \`accounts\`: add it there`);
  for (const id of twice(settings.suppressions.map(one => one.id)))
    problems.push(`suppressions: "${id}" stands twice: call each by a name of its own`);
  if (settings.businessHours !== undefined && settings.businessHours.from === settings.businessHours.to)
    problems.push('businessHours.to: as `from`: that is no hour at all');
  const { canary } = settings.deployment;
  for (const id of canary.regions || canary.clusters.length > 0 ? canaryDetections : [])
    if ((settings.detections[id]?.status ?? 'alerting') !== 'alerting')
      problems.push(`detections.${id}.status: its canary would never be back: switch it off in \`deployment.canary\``);
  for (const [index, one] of settings.clusters.entries())
    if (one.reader === true && one.kind !== 'eks')
      problems.push(
        `clusters.${index}.reader: only EKS keeps bodies from its audit log: give "${one.name}" an audit policy that logs them`,
      );
  const { egress, ranges: own } = settings.network;
  const ours = new BlockList();
  for (const text of own) addRange(ours, text);
  for (const [index, text] of egress.entries()) {
    const [address = ''] = text.split('/');
    if (ours.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
      problems.push(`network.egress.${index}: ${text} lies inside network.ranges: egress is what the internet sees`);
  }
  return problems;
};

const twice = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.filter((one, index) => names.indexOf(one) !== index));

/** Amazon CloudWatch Logs API Reference, CreateLogGroup: characters of a name. A star would widen what functions may read. */
const logGroupName = /^[\w./#-]{1,512}$/;

/** Where audit logs are: an event belongs to one cluster only. */
const auditProblems = ({ clusters }: Settings): readonly string[] => {
  const problems: string[] = [];
  const places = clusters.map(({ audit }) => {
    if (audit === undefined) return undefined;
    return 'logGroup' in audit
      ? `${audit.logGroup} ${audit.streamPrefix ?? ''}`
      : `s3://${audit.bucket}/${audit.prefix}`;
  });
  for (const [index, { name, audit }] of clusters.entries()) {
    if (audit === undefined) continue;
    const where = `clusters.${index}.audit`;
    if ('logGroup' in audit && !logGroupName.test(audit.logGroup))
      problems.push(`${where}.logGroup: a log group’s name, not its ARN, like "/aws/eks/prod/cluster"`);
    if ('bucket' in audit && !v.is(bucketName, audit.bucket))
      problems.push(`${where}.bucket: a bucket’s name, not its ARN or address`);
    const other = clusters[places.indexOf(places[index])];
    if (other !== undefined && other.name !== name)
      problems.push(
        `${where}: "${other.name}" has the same: events would be taken for that cluster’s; tell them apart by \`streamPrefix\` or \`prefix\``,
      );
  }
  return problems;
};

/** What a deployment would refuse half-way, or make for nothing. */
const deploymentProblems = ({ deployment, channels, clusters }: Settings): readonly string[] => {
  const { gathers, network, heartbeat } = deployment;
  const channelSecrets = channels.flatMap(one => [
    ...('secret' in one ? [one.secret] : []),
    ...('token' in one ? [one.token, one.triage?.signing] : []),
  ]);
  return [
    ...[...twice(gathers)].map(one => `deployment.gathers: ${one} stands twice: name it once`),
    ...(network !== undefined && deployment.evidence === undefined && !clusters.some(({ reader }) => reader === true)
      ? [
          'deployment.network: no function runs there: give a cluster a `reader`, set `deployment.evidence`, or leave it out',
        ]
      : []),
    ...(heartbeat !== undefined && channelSecrets.includes(heartbeat)
      ? [
          'deployment.heartbeat: a channel has this secret: its address would get both; give the heartbeat one of its own',
        ]
      : []),
  ];
};

/** SNS keeps one subscription for an address: a second with other filters is refused in the middle of a deployment. */
const channelProblems = ({ channels }: Settings): readonly string[] =>
  [...twice(channels.flatMap(one => (one.kind === 'email' ? [one.address] : [])))].map(
    address => `channels: ${address} stands twice: SNS tells an address once, so join what it is to hear`,
  );

/** An ARN of another partition than home's names nobody: its roles and buses are of other accounts altogether. */
const partitionProblems = (settings: Settings): readonly string[] => {
  const { id } = partitionOf(settings.home);
  const { controllers, platform, gitops, secretReaders, nodeRoles, nodePolicies, clusters, deployment } = settings;
  const said: readonly (readonly [where: string, arns: readonly string[] | undefined])[] = [
    ...controllers.map(({ roles }, index) => [`controllers.${index}.roles`, roles] as const),
    ['platform.arns', platform.arns],
    ['gitops.arns', gitops.arns],
    ['secretReaders.arns', secretReaders.arns],
    ['nodeRoles', nodeRoles],
    ['nodePolicies', nodePolicies],
    ...clusters.map((one, index) => [`clusters.${index}.nodeRoles`, one.nodeRoles] as const),
    ...deployment.archives.map(
      ({ key }, index) => [`deployment.archives.${index}.key`, key === undefined ? [] : [key]] as const,
    ),
    ['deployment.hub', deployment.hub === undefined ? [] : [deployment.hub]],
  ];
  const regions: readonly (readonly [where: string, region: string])[] = [
    ...settings.approvedRegions.map((one, index) => [`approvedRegions.${index}`, one] as const),
    ...clusters.flatMap(({ region }, index) =>
      region === undefined ? [] : [[`clusters.${index}.region`, region] as const],
    ),
  ];
  const abroad = regions
    .filter(([, region]) => partitionOf(region).id !== id)
    .map(
      ([where, region]) =>
        `${where}: ${region} is of another partition than \`home\` (${settings.home}): no account has both`,
    );
  const foreign = said.flatMap(([where, arns = []]) =>
    arns
      .filter(arn => /^arn:[a-z-]+:/.test(arn) && !arn.startsWith(`arn:${id}:`))
      .map(
        arn =>
          `${where}: ${arn} is of another partition than \`home\` (${settings.home}), whose ARNs begin with "arn:${id}:"`,
      ),
  );
  return [...abroad, ...foreign];
};

/** Puts "10.0.0.0/8", "192.0.2.1" or an IPv6 range into a block list; the text must be valid. */
const addRange = (listed: BlockList, text: string): void => {
  const [address = '', bits] = text.split('/');
  const type = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) listed.addAddress(address, type);
  else listed.addSubnet(address, Number(bits), type);
};
