/** How to make one detection fire in a test account, and how to undo it. Lines of shell; nothing here is ever run by Tripline. */
export interface Rehearsal {
  /** In order. Variables in capitals are explained in {@link variables}, or set by an earlier step. */
  readonly steps: readonly string[];
  /** Takes back what the steps did; empty where they change nothing. */
  readonly undo: readonly string[];
  /** What must be so beforehand, or what to expect. */
  readonly note?: string;
}

/** What the steps take from you. */
export const variables: { readonly [name: string]: string } = {
  REGION: 'the home region of the stage',
  OTHER_REGION: 'a region that is not among `approvedRegions`',
  CLUSTER: 'the EKS cluster of the test account, with Karpenter; kubectl speaks to it',
  FLEET: 'the namespace of a test Cluster API cluster; kubectl speaks to its management cluster',
  INSTANCE: 'a node of the test cluster that may be lost',
  NODE: 'the same node by its Kubernetes name',
  SUBNET: 'a subnet of the test account',
  IMAGE: 'an image that is not among `approvedImages`',
  NODE_ROLE: 'a node role by its name',
  NODE_PROFILE: 'the instance profile of that role, by its name',
  CONTROLLER_ROLE: "a controller's role by its name; you may assume it in the test account",
  PLATFORM_ROLE: 'a role that the settings list under `platform`, by its name',
  ACCOUNT: 'the test account: aws sts get-caller-identity --query Account --output text',
  OTHER_ACCOUNT: 'an account of yours that the settings do not name',
  VPC: "the test cluster's VPC",
};

/** Rehearsals by the id of their detection. */
export type Rehearsals = { readonly [detection: string]: Rehearsal };
