import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../json.ts';
import type { Subject } from './subject.ts';

/** The name of this form. */
const evidenceSchema = 'tripline/evidence/1';

/** What is kept of a machine. */
const parts = ['instance', 'user-data', 'launch-template', 'security-groups', 'node', 'node-claim', 'pods'] as const;
/** One of {@link parts}. */
export type Part = (typeof parts)[number];

/** A part, or why it is missing. */
export type Kept = { readonly value: Json } | { readonly missing: string };

/** What was found of one machine. */
export interface Machine extends Subject {
  readonly parts: { readonly [P in Part]: Kept };
}

/** Why and of what something is kept. */
export interface Occasion {
  /** Names the announcement: finding and transition. */
  readonly announcement: string;
  readonly finding: {
    readonly id: string;
    readonly detection: string;
    readonly severity: string;
    readonly title: string;
    readonly account: string;
    readonly region: string;
    readonly cluster: string;
  };
  /** ISO. */
  readonly capturedAt: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The place of one part in the manifest. */
const entry = (of: string, part: Part, kept: Kept): JsonObject => {
  if ('missing' in kept) return { of, part, missing: kept.missing };
  const written = canonicalJson(kept.value);
  return { of, part, sha256: sha256(written), bytes: Buffer.byteLength(written) };
};

/**
 * All that is kept on one occasion as one JSON document: a manifest with the hash of each part or the reason why it is missing, and
 * the parts. `sha256` is of the document in this form without that member.
 * @param left machines that were named and of which nothing is kept
 */
export const bundleOf = (occasion: Occasion, machines: readonly Machine[], left: readonly Subject[]): string => {
  const nameOf = ({ instance, node }: Subject): string => instance ?? node ?? '';
  const document: JsonObject = {
    schema: evidenceSchema,
    ...(occasion as unknown as JsonObject), // plain strings
    manifest: machines.flatMap(machine => parts.map(part => entry(nameOf(machine), part, machine.parts[part]))),
    left: left.map(nameOf),
    machines: machines.map(({ parts: kept, ...subject }) => ({
      ...subject,
      parts: Object.fromEntries(
        Object.entries(kept).flatMap(([part, one]): [string, Json][] => ('value' in one ? [[part, one.value]] : [])),
      ),
    })),
  };
  return canonicalJson({ ...document, sha256: sha256(canonicalJson(document)) });
};

/** Where a bundle lies: one for each finding and transition, whatever is delivered again. */
export const bundleKey = (finding: string, transition: string): string =>
  `findings/${finding}/${transition.replace(/[^A-Za-z0-9.-]/g, '_')}.json`;
