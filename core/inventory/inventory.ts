import { clean, names } from '../bounds.ts';
import type { Finding, Findings } from '../finding.ts';
import { findingId } from '../findings/identity.ts';
import type { Match } from '../match.ts';
import { redactLine } from '../redact.ts';
import type { Settings } from '../settings.ts';
import type { Observation, Store } from '../state/observation.ts';
import type { Found, Part } from './aws.ts';
import { complianceOf } from './compliance.ts';
import { askProfiles, correctProfiles, knowledgeOf } from './knowledge.ts';
import { keepKpi } from './kpi.ts';
import { postureOf } from './posture/posture.ts';
import { type Cases, resolveMended, standingPosture } from './resolve.ts';
import type { Violation } from './violation.ts';

/** One thing to look up: a step in a region. */
export interface Task {
  readonly region: string;
  readonly step: string;
}

/** What an inventory reads and writes. */
export interface InventoryDeps {
  readonly account: string;
  readonly settings: Settings;
  readonly store: Store;
  readonly findings: Findings;
  /** Where what was found before is kept, so that what is mended is resolved; absent: nothing is resolved. */
  readonly cases?: Cases;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly take: (task: Task) => Promise<Part>;
  /** False: no further task is begun; the next run goes on. */
  readonly hasTime: () => boolean;
  /** Told of each task as it ends. */
  readonly report?: (task: Task, part: Part | undefined) => void;
}

/** What an inventory came to: each task is done, known of today, failed or left. */
export interface InventoryResult {
  readonly done: readonly Task[];
  /** Done by an earlier run of the day. */
  readonly known: readonly Task[];
  readonly failed: readonly { readonly task: Task; readonly why: string }[];
  /** Not begun for want of time. */
  readonly left: readonly Task[];
  readonly violations: readonly Violation[];
  /** Findings of earlier inventories that were resolved, as mended or gone. */
  readonly resolved: number;
}

const day = 86_400_000;
const window = 24 * 3_600_000;
const idOf = ({ region, step }: Task): string => `${step} ${region}`;

/** Where the tasks of one day that are done are remembered, so that a run goes on where another stopped. */
const progressScope = (account: string, time: number): string =>
  `inventory#${account}#${new Date(time).toISOString().slice(0, 10)}`;

/**
 * Looks the account up task by task: what a task finds is known and folded before the task counts as done. A task that fails is a
 * finding of its own and holds up no other. Running it again on the same day does what is left.
 * @throws where the store or the findings fail
 */
export const inventory = async (tasks: readonly Task[], deps: InventoryDeps): Promise<InventoryResult> => {
  const { account, store, now } = deps;
  const scope = progressScope(account, now());
  const [progress] = await store.observe([{ scope, expires: now() + 2 * day }]);
  const before = new Set(progress?.item['done'] ?? []);
  const result = {
    done: [] as Task[],
    failed: [] as InventoryResult['failed'][number][],
    left: [] as Task[],
    violations: [] as Violation[],
    resolved: 0,
  };
  let standing: Promise<readonly Finding[]> | undefined;
  for (const task of tasks.filter(one => !before.has(idOf(one)))) {
    if (!deps.hasTime()) {
      result.left.push(task);
      continue;
    }
    const found: Found = { account, region: task.region, time: now() };
    const taken = await deps.take(task).then(
      part => ({ part }),
      (cause: unknown) => ({ why: cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown' }),
    );
    deps.report?.(task, 'part' in taken ? taken.part : undefined);
    if ('why' in taken) {
      result.failed.push({ task, why: redactLine(taken.why, 200) });
      await fold([incomplete(task)], found, deps);
      continue;
    }
    await learn(taken.part, found, deps);
    const violations = postureOf(taken.part, found, deps.settings);
    await fold(violations, found, deps);
    result.violations.push(...violations);
    if (deps.cases !== undefined) {
      standing ??= standingPosture(account, deps.cases);
      const shown = new Set(violations.map(one => findingId(asMatch(one, found))));
      result.resolved += await resolveMended(await standing, shown, taken.part, found, deps.cases);
    }
    if (taken.part.kind === 'roles')
      await store.observe([keepKpi(account, complianceOf([taken.part], violations, deps.settings), found.time)]);
    await store.observe([{ scope, add: { done: [idOf(task)] }, cap: 1_000, expires: now() + 2 * day, read: false }]);
    result.done.push(task);
  }
  return { ...result, known: tasks.filter(one => before.has(idOf(one))) };
};

const incomplete = ({ step, region }: Task): Violation => ({
  code: 'inventory-incomplete',
  severity: 'medium',
  key: { step, region },
  title: `The inventory could not read the ${step} of ${region}: what was there before is not known`,
  resources: [],
});

/** Observations of one call: a store answers them together. */
const atOnce = 500;

const learn = async (part: Part, found: Found, { store, settings }: InventoryDeps): Promise<void> => {
  const observations: Observation[] = [...knowledgeOf(part, found, settings)];
  if (part.kind === 'roles')
    for (let at = 0; at < part.profiles.length; at += atOnce) {
      const some = part.profiles.slice(at, at + atOnce);
      observations.push(...correctProfiles(some, await store.observe(askProfiles(some, found)), found));
    }
  for (let at = 0; at < observations.length; at += atOnce) await store.observe(observations.slice(at, at + atOnce));
};

const fold = async (violations: readonly Violation[], found: Found, deps: InventoryDeps): Promise<void> => {
  const matches = violations.flatMap(one => matchOf(one, found, deps.settings) ?? []);
  for (const some of Map.groupBy(matches, findingId).values()) await deps.findings.fold(some, found.time);
};

/**
 * A violation as a match. It counts once a day, however often the inventory runs. Stored and not announced, since it is no event:
 * the settings may say otherwise for each (`detections: { 'posture/…': { status: 'alerting' } }`).
 */
const matchOf = (violation: Violation, found: Found, settings: Settings): Match | undefined => {
  const match = asMatch(violation, found);
  const set = settings.detections[match.detection];
  if (set?.status === 'off') return undefined;
  return { ...match, severity: set?.severity ?? match.severity, status: set?.status ?? match.status };
};

/** As a match, whatever the settings say of it. */
const asMatch = (
  { code, severity, key, title, resources, cluster = '' }: Violation,
  { account, region, time }: Found,
): Match => {
  const detection = `posture/${code}`;
  const today = Math.floor(time / day) * day;
  const bounded = clean(key);
  return {
    detection,
    version: 'inventory',
    source: 'cloudtrail',
    ...{ account, region, cluster, key: bounded, window },
    eventId: `${detection}#${JSON.stringify(bounded)}#${new Date(today).toISOString().slice(0, 10)}`,
    time: today,
    severity,
    status: 'watching',
    title: redactLine(title, 300),
    principals: [],
    resources: names(resources),
    addresses: [],
    notes: ['found by the inventory: it already existed; who did it was not seen'],
    evidence: null,
  };
};
