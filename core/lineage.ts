/**
 * Names under which one stream leaves traces for another, and for how long: see `core/state/trace.ts`. Feeders are in
 * `detections/knowledge`, those who look in `detections/lineage`.
 */
const minute = 60_000;

/** A node class was changed by somebody unexpected. */
export const nodeClassChange = {
  name: (account: string, cluster: string, nodeClass: string): string =>
    `changed-nodeclass#${account}#${cluster}#${nodeClass}`,
  within: 30 * minute,
} as const;

/** A launch template was changed by somebody unexpected. @param template its name or its id */
export const templateChange = {
  name: (account: string, template: string): string => `changed-template#${account}#${template}`,
  within: 30 * minute,
} as const;

/** A bootstrap token was read: kubeadm lets one live for a day unless told otherwise. */
export const tokenRead = {
  name: (account: string, cluster: string, token: string): string => `read-token#${account}#${cluster}#${token}`,
  within: 24 * 60 * minute,
} as const;

/** Bootstrap data, or all secrets where it lies, was read: whichever token was in it. */
export const bootstrapRead = {
  name: (account: string): string => `read-bootstrap#${account}`,
  within: 24 * 60 * minute,
} as const;

/** A secret of a controller was read, in which a cloud credential may lie. @param controller `karpenter`, `cluster-api`, … */
export const credentialRead = {
  name: (account: string, controller: string): string => `read-credential#${account}#${controller}`,
  within: 60 * minute,
} as const;
