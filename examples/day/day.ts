import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { AuditRecord } from '../../core/kubernetes/record.ts';
import type { Incident } from './incidents/scene.ts';
import { incidents } from './incidents.ts';
import { ordinaryAws } from './ordinary-aws.ts';
import { ordinaryEks } from './ordinary-eks.ts';
import { ordinaryFleet } from './ordinary-fleet.ts';
import { Random } from './random.ts';

/** A day of one account with two clusters. */
export interface Day {
  readonly cloudtrail: readonly CloudTrailRecord[];
  readonly eks: readonly AuditRecord[];
  readonly fleet: readonly AuditRecord[];
  readonly incidents: readonly Incident[];
  /** Ids (`eventID`, `auditID`) of the events that incidents made; all others are ordinary. */
  readonly incidentIds: ReadonlySet<string>;
}

const trailOrder = (one: CloudTrailRecord, other: CloudTrailRecord): number =>
  one.eventTime < other.eventTime ? -1 : one.eventTime > other.eventTime ? 1 : 0;
const auditOrder = (one: AuditRecord, other: AuditRecord): number =>
  (one.stageTimestamp ?? '') < (other.stageTimestamp ?? '') ? -1 : 1;

/** The seeded day: more than 20,000 ordinary events and the incidents among them. The same on every machine. */
export const day = (seed = 20260901): Day => {
  const { trail, nodes, left } = ordinaryAws(new Random(seed));
  const eks = ordinaryEks(new Random(seed + 1), nodes);
  const fleet = ordinaryFleet(new Random(seed + 2));
  const before = [trail.records.length, eks.records.length, fleet.records.length] as const;
  const told = incidents.map(tell => tell({ trail, eks, fleet, nodes: left }));
  const incidentIds = new Set([
    ...trail.records.slice(before[0]).map(record => record.eventID),
    ...eks.records.slice(before[1]).map(record => record.auditID),
    ...fleet.records.slice(before[2]).map(record => record.auditID),
  ]);
  return {
    cloudtrail: trail.records.toSorted(trailOrder),
    eks: eks.records.toSorted(auditOrder),
    fleet: fleet.records.toSorted(auditOrder),
    incidents: told,
    incidentIds,
  };
};
