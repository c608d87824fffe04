import { at, isObject, list, text } from '../json.ts';
import { matchesWildcard } from '../wildcard.ts';
import { judgeEncryption, judgeMetadata } from './metadata.ts';
import { type Expectation, hasMembers, judgeImageId, type Look, look, type Problem, type Subject } from './problem.ts';

/**
 * Judges an EC2NodeClass (`karpenter.k8s.aws/v1`). Absent metadata options are hardened by the CRD's defaults; where no block device
 * mapping is given, Karpenter's own are encrypted (karpenter-provider-aws, `pkg/providers/amifamily`).
 */
export const judgeEC2NodeClass = (subject: Subject, expectation: Expectation): readonly Problem[] => {
  const node = look(subject);
  return [
    ...judgeMetadata(
      {
        tokens: node.at('spec.metadataOptions.httpTokens'),
        hops: node.at('spec.metadataOptions.httpPutResponseHopLimit'),
        ipv6: node.at('spec.metadataOptions.httpProtocolIPv6'),
        endpoint: node.at('spec.metadataOptions.httpEndpoint'),
      },
      'spec.metadataOptions',
    ),
    ...node
      .list('spec.blockDeviceMappings')
      .flatMap((one, index) =>
        isObject(at(one, 'ebs')) && text(one, 'ebs', 'snapshotID') === undefined
          ? judgeEncryption(at(one, 'ebs', 'encrypted'), `spec.blockDeviceMappings[${index}].ebs.encrypted`)
          : [],
      ),
    ...judgeAddress(node),
    ...judgeImages(node),
    ...judgeOwners(node, expectation),
    ...judgeRole(node, expectation),
  ];
};

const judgeAddress = (node: Look): readonly Problem[] => {
  if (node.at('spec.associatePublicIPAddress') !== true) return [];
  return [
    {
      code: 'public-address',
      path: 'spec.associatePublicIPAddress',
      severity: 'high',
      message: 'Nodes get public addresses.',
    },
  ];
};

/**
 * A term by name or tags without `owner` is resolved among this account's and Amazon's images: whoever may create or tag an image
 * here chooses what nodes boot (Karpenter documentation, "Threat model").
 */
const judgeImages = (node: Look): readonly Problem[] =>
  node.list('spec.amiSelectorTerms').flatMap((term, index): readonly Problem[] => {
    const loose = text(term, 'name') !== undefined || hasMembers(at(term, 'tags'));
    const bound = ['id', 'owner', 'alias', 'ssmParameter'].some(name => list(term, name).length > 0);
    if (!loose || bound) return [];
    return [
      {
        code: 'ami-unowned',
        path: `spec.amiSelectorTerms[${index}]`,
        severity: 'high',
        message:
          'Images are chosen by name or tag without an owner: whoever may tag an image here chooses what nodes boot.',
      },
    ];
  });

/** Whose images a term chooses from: what another account makes runs as root on every node. */
const judgeOwners = (node: Look, expectation: Expectation): readonly Problem[] => {
  const { ids = [], owners = [], accounts = [] } = expectation.images ?? {};
  const known = ['self', 'amazon', ...accounts, ...owners];
  return node.list('spec.amiSelectorTerms').flatMap((term, index): readonly Problem[] => {
    const path = `spec.amiSelectorTerms[${index}]`;
    const owner = text(term, 'owner');
    const foreign = owner !== undefined && ids.length + owners.length > 0 && !known.includes(owner);
    return [
      ...judgeImageId(text(term, 'id'), `${path}.id`, expectation),
      ...(foreign
        ? [
            {
              code: 'ami-unapproved' as const,
              path: `${path}.owner`,
              severity: 'high' as const,
              message: `Images of ${owner} are chosen from, whose images are not approved.`,
            },
          ]
        : []),
    ];
  });
};

const judgeRole = (node: Look, { nodeRoles }: Expectation): readonly Problem[] => {
  const role = node.at('spec.role');
  if (typeof role !== 'string' || role === '' || nodeRoles.length === 0) return [];
  const isNode = nodeRoles.some(pattern => {
    const name = role.slice(role.lastIndexOf('/') + 1);
    if (!pattern.startsWith('arn:')) return matchesWildcard(pattern, name);
    return matchesWildcard(
      role.startsWith('arn:') ? pattern : pattern.slice(pattern.lastIndexOf('/') + 1),
      role.startsWith('arn:') ? role : name,
    );
  });
  if (isNode) return [];
  return [
    {
      code: 'role-not-node',
      path: 'spec.role',
      severity: 'high',
      message: `Nodes would run as ${role}, which is not a node role.`,
    },
  ];
};
