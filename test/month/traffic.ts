import { readCloudTrail } from '../../core/cloudtrail/read.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import { readAudit } from '../../core/kubernetes/read.ts';
import type { AuditRecord } from '../../core/kubernetes/record.ts';
import { AuditLog } from '../../examples/day/audit.ts';
import { account, office, region, Trail, who } from '../../examples/day/aws.ts';
import { controlPlaneWorks, karpenter } from '../../examples/day/control-plane.ts';
import { clusterApiWorks, controllersWork, nodeGroupWorks } from '../../examples/day/controllers.ts';
import { incidents } from '../../examples/day/incidents.ts';
import { type Instance, mint } from '../../examples/day/instance.ts';
import { fleetAtMidnight, karpenterWorks } from '../../examples/day/karpenter.ts';
import { kubelets } from '../../examples/day/kubelets.ts';
import { nodeWorks } from '../../examples/day/node.ts';
import { ordinaryFleet } from '../../examples/day/ordinary-fleet.ts';
import { peopleWork } from '../../examples/day/people.ts';
import { day, hour, midnight, minute, Random } from '../../examples/day/random.ts';
import { addOns, people } from '../../examples/day/workloads.ts';

/** An event and when it is handed over. */
export interface Arrival {
  readonly at: number;
  readonly event: AnyEvent;
}

/** A day's events, by their arrival. */
export interface DayTraffic {
  readonly arrivals: readonly Arrival[];
  /** Which incidents were played. */
  readonly stories: readonly string[];
  /** Nodes at the end of the day. */
  readonly fleet: readonly Instance[];
}

/** How much there is, and whose. */
export interface Amount {
  /** Midnight (UTC) of the first day. */
  readonly from: number;
  readonly seed: number;
  /** Nodes that outlive a night. */
  readonly nodes: number;
  /** Of what is repeated all day one in so many. */
  readonly share: number;
  /** Of Karpenter's launches, some sixty a day, one in so many. */
  readonly launches: number;
  /** Incidents of a day, by their place among the example day's; absent: some now and then. */
  readonly played?: (index: number) => readonly number[];
}

const isWeekend = (time: number): boolean => [0, 6].includes(new Date(time).getUTCDay());

/** A key set of its own each day: EC2 renews an instance's credentials, and STS records it. */
const renewed = (trail: Trail, one: Instance): Instance => {
  const next = { ...one, launched: one.launched - day, key: `ASIAEX${trail.random.hex(14).toUpperCase()}` };
  mint(trail, midnight + trail.random.below(20) * minute, next, undefined);
  return next;
};

/** Nodes too many go in the night. */
const consolidate = (trail: Trail, fleet: Instance[], nodes: number): void => {
  for (const one of fleet.splice(0, Math.max(0, fleet.length - nodes))) {
    one.gone = midnight + 25 * minute;
    trail.add(one.gone, 'ec2', 'TerminateInstances', who.karpenter, {
      requestParameters: { instancesSet: { items: [{ instanceId: one.id }] } },
      responseElements: { instancesSet: { items: [{ instanceId: one.id }] } },
    });
  }
};

/** Nodes of nobody's, which Karpenter takes away in the day instead of ours: those go in the night. */
const decoys = (): Instance[] => Array.from({ length: 4 }, () => fleetAtMidnight(new Random(0))).flat();

/** Karpenter's day, of whose launches one in some is left, and nothing of the nodes of the others. */
const karpenterLaunches = (trail: Trail, fleet: Instance[], nodes: Instance[], share: number): void => {
  const others = decoys();
  const all = [...others, ...fleet];
  const made: Instance[] = [];
  karpenterWorks(trail, all, made);
  const launches = [...new Set(made.map(({ launched }) => launched))];
  const ours = made.filter(({ launched }) => launches.indexOf(launched) % share === 0);
  const known = new Set([...fleet, ...ours].map(({ id }) => id));
  keep(
    trail.records,
    record =>
      JSON.stringify(record)
        .match(/\bi-0[0-9a-f]{16}\b/g)
        ?.some(id => !known.has(id)) !== true,
  );
  fleet.push(...ours);
  nodes.push(...ours);
};

const keep = <T>(list: T[], isKept: (one: T, at: number) => boolean): void =>
  void list.splice(0, list.length, ...list.filter(isKept));

/** Calls that nodes and people repeat all day, of which a part says as much as all. */
const repeated =
  /^(?:GetAuthorizationToken|BatchGetImage|GetCallerIdentity|UpdateInstanceInformation|AssignPrivateIpAddresses|Lookup|Describe|List|Get)/;
/** What tells of a node's or a machine's life, all of which is kept. */
const lives = /^(?:nodes|certificatesigningrequests|machines|kubeadmconfigs|awsmachines|nodeclaims)$/;

/** One in some of what is repeated, all of the rest. */
const thinned = <T extends CloudTrailRecord | AuditRecord>(records: T[], share: number): void =>
  keep(records, (record, at) => {
    const isOnce =
      'eventName' in record ? !repeated.test(record.eventName) : lives.test(record.objectRef?.resource ?? '');
    return isOnce || at % share === 0;
  });

/** Times are those of the example day: what is written is moved to its own. */
const shifted = (
  records: readonly object[],
  later: number,
  [from, to]: readonly [string, string] = ['', ''],
): readonly Json[] =>
  JSON.parse(
    JSON.stringify(records)
      .replaceAll(`"${from}"`, `"${to}"`)
      .replace(/2026-\d\d-\d\dT\d\d:\d\d:\d\d/g, time =>
        new Date(Date.parse(`${time}Z`) + later).toISOString().slice(0, 19),
      )
      .replace(/"launchTime":(\d+)/g, (_, time) => `"launchTime":${Number(time) + later}`),
  );

/**
 * The days of one account, each by a seed of its own: nodes live on from day to day with new keys, people rest at the weekend, come from
 * a new address now and then, and now and then there is an incident. What is not handed over is left out.
 */
export const daysOf = (asked: Amount, isHanded: (event: AnyEvent) => boolean) => {
  let fleet: Instance[] = fleetAtMidnight(new Random(asked.seed)).slice(0, asked.nodes);
  /** Of the day before, what comes after midnight. */
  let late: readonly Arrival[] = [];
  return (index: number): DayTraffic => {
    const random = new Random(asked.seed * 1_000 + index);
    const start = asked.from + index * day;
    const later = start - midnight;
    const trail = new Trail(random);
    fleet = index === 0 ? fleet : fleet.map(one => renewed(trail, one));
    const nodes = [...fleet];
    consolidate(trail, fleet, asked.nodes);
    karpenterLaunches(trail, fleet, nodes, asked.launches);
    for (const node of nodes)
      nodeWorks(trail, node, Math.max(node.launched, midnight), node.gone ?? midnight + 24 * hour);
    controllersWork(trail, fleet);
    nodeGroupWorks(trail);
    clusterApiWorks(trail);
    const eks = new AuditLog(new Random(asked.seed * 1_000 + index + 400_000));
    kubelets(eks, nodes, 45 * minute);
    karpenter(eks, nodes);
    controlPlaneWorks(eks);
    addOns(eks);
    if (!isWeekend(start)) {
      peopleWork(trail);
      people(eks);
    }
    const log = ordinaryFleet(new Random(asked.seed * 1_000 + index + 800_000));
    for (const records of [trail.records, eks.records, log.records])
      thinned<CloudTrailRecord | AuditRecord>(records, asked.share);
    const chosen = asked.played?.(index) ?? nowAndThen(random);
    const stories = chosen.map(
      one => (incidents[one] ?? incidents[0])?.({ trail, eks, fleet: log, nodes: fleet }).story ?? '',
    );
    const abroad = random.below(5) === 0 ? `203.0.113.${20 + random.below(200)}` : office;
    const events = [
      ...shifted(trail.records, later, [office, abroad]).map(record => readCloudTrail(record, place(''))),
      ...shifted(eks.records, later).map(record => readAudit(record, place('prod'))),
      ...shifted(log.records, later).map(record => readAudit(record, place('fleet'))),
    ].flatMap(read => ('problem' in read ? [] : [read]));
    const handed = events.filter(isHanded).map(event => ({ event, at: event.time + delay(event, random) }));
    const arrivals = [...late, ...handed].toSorted((a, b) => a.at - b.at);
    late = arrivals.filter(({ at }) => at >= start + day);
    return { arrivals: arrivals.filter(({ at }) => at < start + day), stories, fleet };
  };
};

const place = (cluster: string) => ({ account, region, cluster });

/** An incident on every fourth day, seldom two. */
const nowAndThen = (random: Random): readonly number[] =>
  random.below(4) > 0 ? [] : Array.from({ length: 1 + random.below(2) }, () => random.below(incidents.length));

/** CloudTrail takes minutes, seldom nearly a quarter of an hour, which the settings bear; an audit log takes seconds. */
const delay = ({ source }: AnyEvent, random: Random): number => {
  if (source === 'kubernetes') return 5_000 + random.below(40_000);
  return random.below(100) === 0 ? 7 * minute + random.below(7 * minute) : 2 * minute + random.below(5 * minute);
};
