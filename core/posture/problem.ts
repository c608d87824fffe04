import { at, isObject, type Json, type JsonObject } from '../json.ts';
import type { Settings } from '../settings.ts';

/** How weighty a problem is; no specification is critical by itself. */
export type Weight = 'low' | 'medium' | 'high';

/** Everything that a specification can be reproached with. */
export type Code =
  | 'instances-unrestricted'
  | 'accelerators-allowed'
  | 'metal-allowed'
  | 'unlimited'
  | 'expiry-default'
  | 'expiry-long'
  | 'expiry-never'
  | 'no-disruption-budget'
  | 'disruption-frozen'
  | 'imds-tokens-optional'
  | 'imds-hop-limit'
  | 'imds-ipv6'
  | 'volume-unencrypted'
  | 'volume-encryption-unset'
  | 'public-address'
  | 'ami-unowned'
  | 'ami-unapproved'
  | 'ami-unpinned'
  | 'role-not-node'
  | 'ssh-key'
  | 'ssh-key-default'
  | 'bootstrap-data-exposed';

/** One thing that is wrong with a specification. */
export interface Problem {
  readonly code: Code;
  /** Where, from the object's root: `spec.template.spec.requirements`. */
  readonly path: string;
  readonly severity: Weight;
  /** What it means, in one sentence. */
  readonly message: string;
}

/** What a specification is judged against, from the settings. */
export interface Expectation {
  /** Wildcards over role names or ARNs; empty: roles are not judged. */
  readonly nodeRoles: readonly string[];
  /** The highest `expireAfter` that is not commented on, e.g. `72h`. */
  readonly maximumNodeAge: string;
  /** Images that are approved, and accounts whose images may be chosen from; absent or empty: images are not judged by them. */
  readonly images?: {
    readonly ids: readonly string[];
    readonly owners: readonly string[];
    readonly accounts: readonly string[];
  };
}

export const expectationOf = (settings: Settings): Expectation => ({
  nodeRoles: [...settings.nodeRoles, ...settings.clusters.flatMap(cluster => cluster.nodeRoles ?? [])],
  maximumNodeAge: settings.maximumNodeAge,
  images: { ...settings.approvedImages, accounts: settings.accounts },
});

/** The problem of an image id that the settings approve neither by itself nor, perhaps, by its owner, which stands nowhere. */
export const judgeImageId = (id: Json | undefined, path: string, { images }: Expectation): readonly Problem[] => {
  if (typeof id !== 'string' || images === undefined || images.ids.length === 0 || images.owners.length > 0) return [];
  if (images.ids.includes(id)) return [];
  return [{ code: 'ami-unapproved', path, severity: 'high', message: `The image ${id} is not approved.` }];
};

/**
 * A specification to judge: the whole object, or what a patch sets (removed members null). What a patch does not mention is not
 * judged.
 */
export interface Subject {
  readonly object: JsonObject;
  readonly whole: boolean;
  /** Whether it was sent to an API server of which is not known what it stored: what it does not know it drops. Absent: no. */
  readonly isSent?: boolean;
  /** Paths of lists of which only some elements are shown. */
  readonly openLists?: ReadonlySet<string>;
}

/** Members of a subject as a judge looks at them. */
export interface Look {
  /** Whether the whole object is shown, not what a patch sets. */
  readonly whole: boolean;
  /** Whether the API server may have dropped members that it does not know. */
  readonly isSent: boolean;
  /** The value; undefined where it is not there, null where it is removed. */
  at(path: string): Json | undefined;
  /** Whether the object has no such member: absent from a whole one, removed by a patch. */
  lacks(path: string): boolean;
  /** The elements; none where there is no list. */
  list(path: string): readonly Json[];
  /** Whether all elements of the list are shown. */
  complete(path: string): boolean;
}

const steps = (path: string): readonly string[] => path.split('.');

/** Looks into a subject. A member under a removed one is removed too. */
export const look = ({ object, whole, openLists, isSent = false }: Subject): Look => {
  const removed = (path: string): boolean =>
    steps(path).some((_, index, all) => at(object, ...all.slice(0, index + 1)) === null);
  return {
    whole,
    isSent,
    at: path => at(object, ...steps(path)),
    lacks: path => removed(path) || (whole && at(object, ...steps(path)) === undefined),
    list: path => {
      const found = at(object, ...steps(path));
      return Array.isArray(found) ? (found as readonly Json[]) : [];
    },
    complete: path =>
      openLists?.has(path) !== true && (whole || removed(path) || Array.isArray(at(object, ...steps(path)))),
  };
};

/** Whether a value is an object with members: `{}` says as little as absence. */
export const hasMembers = (value: Json | undefined): boolean => isObject(value) && Object.keys(value).length > 0;
