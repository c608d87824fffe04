import type { Severity } from '../detection.ts';
import type { Problem } from './problem.ts';

/** Steps from an object's root: member names and list indexes. */
export type Path = readonly (string | number)[];

/** What is wrong at one place of a manifest or policy in a repository. */
export interface Fault {
  /** Kebab-case; the finding is `posture/<code>`. */
  readonly code: string;
  readonly path: Path;
  readonly severity: Severity;
  /** What it means, in one sentence. */
  readonly message: string;
}

/** `spec.blockDeviceMappings[0].ebs` as steps. */
const stepsOf = (path: string): Path =>
  path
    .split('.')
    .flatMap(step => [...step.matchAll(/[^[\]]+/g)].map(([part], index) => (index === 0 ? part : Number(part))));

/** A problem of a specification, placed. @param at where the specification is within the manifest */
export const placed = ({ code, path, severity, message }: Problem, at: Path = []): Fault => ({
  code,
  path: [...at, ...stepsOf(path)],
  severity,
  message,
});
