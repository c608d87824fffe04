/**
 * Whether a name, path, ARN or address is of a resource of ours: SST names what it makes `<app>-<stage>-<name>-<suffix>`, and the
 * app is `tripline`.
 */
export const isOurs = (name: string): boolean => /(^|[:/])tripline-[a-z0-9]/i.test(name);
