/** Names the item of what is known of an instance as a node; `knowledge/nodes` fills it. */
export const joinedScope = (account: string, instance: string): string => `joined#${account}#${instance}`;

/** Names the item of what is known of a Node by its name; `knowledge/nodes` fills it. */
export const nodeScope = (account: string, cluster: string, name: string): string =>
  `node#${account}#${cluster}#${name}`;

/** Names the item that tells which instance had a private address; `knowledge/instances` fills it. */
export const addressScope = (account: string, address: string): string => `address#${account}#${address}`;

/** The address that EC2 names an instance after (EC2 User Guide, "Instance hostname types"): `ip-10-0-1-17`; '' for other names. */
export const addressInName = (name: string): string => {
  const digits = /^ip-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?:\.|$)/.exec(name);
  return digits === null ? '' : digits.slice(1).join('.');
};
