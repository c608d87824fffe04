import type { Said } from '../stories/listen.ts';
import type { Told } from './campaign.ts';

/** Whether a message is what must be told. */
export const isOf =
  ({ detection, severity, on }: Told) =>
  ({ message: { finding } }: Said): boolean =>
    finding.detection === detection &&
    finding.severity === severity &&
    [...finding.principals, ...finding.resources, ...finding.regions, ...Object.values(finding.key)].includes(on);
