/**
 * Resources that Karpenter makes and ends, by its own tags and the cluster’s together (karpenter-provider-aws, the policies of its guide,
 * “AllowScopedDeletion”).
 */
export const karpenterOwns = [
  'instance',
  'launch-template',
  'volume',
  'network-interface',
  'fleet',
  'spot-instances-request',
] as const;
