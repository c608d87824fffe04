/** A partition of AWS: regions that share accounts, ARNs and IAM, and nothing with those of another. */
interface Partition {
  /** What its ARNs begin with, `arn:aws-cn:…`. */
  readonly id: string;
  /** What names of its regions begin with. */
  readonly begins: string;
  /** Where its global services, IAM above all, are and record their calls (CloudTrail User Guide, "Global service events"). */
  readonly global: string;
  /** The console's domain, behind the region. */
  readonly console: string;
}

/**
 * AWS's partitions as its SDKs list them (`partitions.json`; where IAM signs: `endpoints.json`), the isolated ones left out.
 * Consoles: AWS General Reference, "AWS service endpoints", and that of each partition.
 */
const commercial: Partition = { id: 'aws', begins: '', global: 'us-east-1', console: 'console.aws.amazon.com' };
const partitions: readonly Partition[] = [
  { id: 'aws-cn', begins: 'cn-', global: 'cn-north-1', console: 'console.amazonaws.cn' },
  { id: 'aws-us-gov', begins: 'us-gov-', global: 'us-gov-west-1', console: 'console.amazonaws-us-gov.com' },
  { id: 'aws-eusc', begins: 'eusc-', global: 'eusc-de-east-1', console: 'console.amazonaws-eusc.eu' },
];

/** The partition that a region is in, by its name. */
export const partitionOf = (region: string): Partition =>
  partitions.find(({ begins }) => region.startsWith(begins)) ?? commercial;

/**
 * The regions in which a stage stands, home first: every one that is enabled, because an attacker launches where nobody looks, and
 * always the one where the partition's global services are recorded.
 */
export const regionsOfStage = (home: string, enabled: readonly string[]): readonly [string, ...string[]] => [
  home,
  ...[...new Set([partitionOf(home).global, ...enabled])].filter(region => region !== home).toSorted(),
];

/** The second region, from which changes to the watch at home are told, too: the one of IAM, or the first other one. */
export const witnessOf = (home: string, enabled: readonly string[]): string | undefined => {
  const [, ...others] = regionsOfStage(home, enabled);
  return others.find(region => region === partitionOf(home).global) ?? others[0];
};
