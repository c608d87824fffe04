import type { Json } from '../json.ts';
import type { Problem } from './problem.ts';

/** Instance metadata options, whatever the encoding they came in; undefined = not said. */
export interface Metadata {
  readonly tokens?: Json | undefined;
  readonly hops?: Json | undefined;
  readonly ipv6?: Json | undefined;
  readonly endpoint?: Json | undefined;
}

/**
 * Judges instance metadata options that are said; absence is for the caller, who knows the kind's default.
 * A hop limit of 1 keeps the answer from a pod's network namespace (EC2 User Guide, "Configure the instance metadata options").
 * @param path where they stand, for the problems
 */
export const judgeMetadata = ({ tokens, hops, ipv6, endpoint }: Metadata, path: string): readonly Problem[] => {
  if (endpoint === 'disabled') return [];
  const problems: Problem[] = [];
  if (typeof tokens === 'string' && tokens !== 'required')
    problems.push({
      code: 'imds-tokens-optional',
      path: `${path}.httpTokens`,
      severity: 'high',
      message:
        'Instance metadata answers without a session token (IMDSv1), so a forged request from a pod gets credentials.',
    });
  const limit = typeof hops === 'string' ? Number(hops) : hops;
  if (typeof limit === 'number' && limit > 1)
    problems.push({
      code: 'imds-hop-limit',
      path: `${path}.httpPutResponseHopLimit`,
      severity: 'high',
      message: `A hop limit of ${limit} lets pods reach the node's credentials.`,
    });
  if (ipv6 === 'enabled')
    problems.push({
      code: 'imds-ipv6',
      path: `${path}.httpProtocolIPv6`,
      severity: 'high',
      message: 'Instance metadata also answers over IPv6, which network policies for 169.254.169.254 do not cover.',
    });
  return problems;
};

/**
 * Judges the encryption of one volume. Unset is weaker than no: the account may encrypt by default.
 * @param encrypted the member as written; undefined = not said
 */
export const judgeEncryption = (encrypted: Json | undefined, path: string): readonly Problem[] => {
  if (encrypted === true || encrypted === 'true') return [];
  if (encrypted === false || encrypted === 'false')
    return [{ code: 'volume-unencrypted', path, severity: 'high', message: 'The volume is explicitly not encrypted.' }];
  return [
    {
      code: 'volume-encryption-unset',
      path,
      severity: 'medium',
      message: 'The volume is encrypted only if the account encrypts by default.',
    },
  ];
};
