import type { Key, Severity } from '../detection.ts';

/** Something that stands in the account as it should not: a finding `posture/<code>`. */
export interface Violation {
  readonly code: string;
  readonly severity: Severity;
  /** What one finding is about; the region where the thing is regional. */
  readonly key: Key;
  readonly title: string;
  readonly resources: readonly string[];
  readonly cluster?: string;
}
