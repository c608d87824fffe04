import { BlockList, isIP } from 'node:net';
import { canaryDetections } from '../canary.ts';
import type { Settings } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';

/** What one schema can't say: things that stand in two places at once. */
export const conflicts = (settings: Settings): readonly string[] => {
  const problems: string[] = [];
  const names = settings.clusters.map(one => one.name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index)))
    problems.push(`clusters: "${name}" stands twice: name each cluster once`);
  for (const [index, one] of settings.controllers.entries())
    if (one.cluster !== undefined && !names.includes(one.cluster))
      problems.push(`controllers.${index}.cluster: no cluster is named "${one.cluster}": add it to \`clusters\``);
  for (const [index, one] of settings.deployment.canary.clusters.entries())
    if (!settings.clusters.some(({ name, kind }) => kind === 'eks' && matchesAny([one], name)))
      problems.push(`deployment.canary.clusters.${index}: no EKS cluster of \`clusters\` is named "${one}"`);
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

/** Puts "10.0.0.0/8", "192.0.2.1" or an IPv6 range into a block list; the text must be valid. */
const addRange = (listed: BlockList, text: string): void => {
  const [address = '', bits] = text.split('/');
  const type = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) listed.addAddress(address, type);
  else listed.addSubnet(address, Number(bits), type);
};
