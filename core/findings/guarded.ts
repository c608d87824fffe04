import type { Finding } from '../finding.ts';

/**
 * Whether a finding can't be silenced by a button or in passing: the critical ones, and those by which the watch protects
 * itself. Who took it over would silence exactly these.
 */
export const isGuarded = ({ severity, detection }: Pick<Finding, 'severity' | 'detection'>): boolean =>
  severity === 'critical' || isSelfProtection(detection);

/** Detections that say that the watch itself is blinded or broken. */
const isSelfProtection = (detection: string): boolean =>
  detection.startsWith('pipeline/') || detection === 'cloudtrail/detection-disabled';
