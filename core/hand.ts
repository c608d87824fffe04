const role = /^arn:([\w-]+):(?:iam::(\d{12}):role|sts::(\d{12}):assumed-role)\/(.+)$/s;

/**
 * By whose hand it was, of all whom a finding or match names: their role, for whoever takes a role chooses its session's name
 * (AWS STS API Reference, AssumeRole, `RoleSessionName`), which is what EKS calls a user by. Without its path, as EKS writes roles.
 * Where no role is named, the first of them; undefined where nobody is.
 */
export const handOf = (principals: readonly string[]): string | undefined => {
  for (const principal of principals) {
    const [, partition, of, by, name] = role.exec(principal) ?? [];
    if (name === undefined) continue;
    return `arn:${partition}:iam::${of ?? by}:role/${by === undefined ? name.slice(name.lastIndexOf('/') + 1) : name.split('/')[0]}`;
  }
  return principals[0];
};
