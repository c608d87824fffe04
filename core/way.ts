/**
 * By what way a call came, as it stands among the principals of a finding: the identity provider that vouched for the caller, and the
 * service that called for it. Neither is somebody: all who come by one share it.
 */
export const way = {
  provider: (name: string): string => `web identity of ${name}`,
  service: (name: string): string => `through ${name}`,
} as const;

/** Whether a principal is such a way, and leads to nobody. */
export const isWay = (principal: string): boolean => /^(?:web identity of|through) /.test(principal);
