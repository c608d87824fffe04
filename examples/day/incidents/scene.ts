import type { AuditLog } from '../audit.ts';
import type { Trail } from '../aws.ts';
import * as aws from '../aws.ts';
import type { Instance } from '../instance.ts';
import { hour, midnight, minute } from '../random.ts';

/** What was done on the example day, and which detections must say so. */
export interface Incident {
  readonly story: string;
  /** Ids of detections that must fire on its events. */
  readonly expects: readonly string[];
}

/** Where an incident writes its events. */
export interface Scene {
  readonly trail: Trail;
  readonly eks: AuditLog;
  readonly fleet: AuditLog;
  readonly nodes: readonly Instance[];
}

/** An incident as it happens: writes its events into the scene, and says what they were. */
export type Tell = (scene: Scene) => Incident;

/** An address of nobody's. */
export const thief = '192.0.2.66';
const cli = { userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7' };
/** The command line in a thief's hands. */
export const away = { ...cli, sourceIPAddress: thief };
/** The command line in the office. */
export const atDesk = { ...cli, sourceIPAddress: aws.office };
/** A time of the day, in milliseconds since 1970. */
export const at = (hours: number, minutes: number): number => midnight + hours * hour + minutes * minute;

/** A node that was there at a time. @param which of them, -1 the newest. @throws where there was none */
export const nodeAt = (nodes: readonly Instance[], time: number, which = -1): Instance => {
  const node = nodes.filter(({ launched }) => launched + hour < time).at(which);
  if (node === undefined) throw new Error('the example day has no node at that time');
  return node;
};

/** Whose developer key was stolen, or who went over. */
export const mallory = aws.roleSession('developer', 'mallory', { accessKeyId: 'ASIAEXAMPLEDEVKEY666' });
