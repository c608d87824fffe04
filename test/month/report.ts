import type { Database } from './database.ts';
import { type Left, look } from './laws.ts';
import type { Stage } from './stage.ts';

/** One announcement, as short as may be. */
export interface Announced {
  readonly id: string;
  /** The leading transition; of a notice, its kind. */
  readonly kind: string;
  readonly detection: string;
  readonly severity: string;
  /** The finding's id; a notice's headline. */
  readonly about: string;
}

/** What one day came to. */
export interface DayReport {
  readonly day: string;
  readonly events: number;
  readonly stories: readonly string[];
  readonly newCases: number;
  readonly announcements: readonly Announced[];
  /** What people did to findings. */
  readonly acts: number;
  /** Findings that alert and are not resolved. */
  readonly open: number;
  readonly cases: number;
  readonly invocations: number;
  readonly requests: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Items that expired. */
  readonly expired: number;
  readonly left: Left;
  /** Sentences, each of what breaks a law. */
  readonly wrong: readonly string[];
  readonly warnings: readonly string[];
}

/** What of a day only whoever ran it knows. */
type Known = Pick<DayReport, 'day' | 'events' | 'stories' | 'acts' | 'expired'>;

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

/** Reports on a stage day by day. */
export const reporting = (stage: Stage, database: Database) => {
  let cases = 0;
  let before = { invocations: 0, requests: 0, read: 0, written: 0, receipts: 0, warnings: 0 };
  const heard = new Set<string>();
  const repeated = (name: string): boolean => heard.size === heard.add(name).size;

  /** @param isQuiet whether the stage is at work, so that its tables must be as the laws say */
  return async (known: Known, isQuiet: boolean): Promise<DayReport> => {
    const { used } = database;
    const { receipts } = stage.taken;
    const now = {
      ...{ invocations: sum(stage.invocations), requests: used.requests, read: used.read, written: used.written },
      ...{ receipts: receipts.length, warnings: stage.warnings.length },
    };
    const left = await look(stage, database);
    const today = receipts.slice(before.receipts);
    const twice = today.map(({ channel, id }) => `${channel} ${id}`).filter(repeated);
    const report: DayReport = {
      ...known,
      announcements: today.flatMap(announced),
      ...{ newCases: left.cases - cases, cases: left.cases, open: left.open, left },
      invocations: now.invocations - before.invocations,
      requests: now.requests - before.requests,
      readUnits: now.read - before.read,
      writeUnits: now.written - before.written,
      wrong: [
        ...(isQuiet ? left.wrong : []),
        ...stage.wrong.splice(0),
        ...miscounted(stage),
        ...twice.map(name => `${name} was said twice, and nothing failed`),
      ],
      warnings: stage.warnings.slice(before.warnings),
    };
    before = now;
    cases = left.cases;
    return report;
  };
};

/** What the functions counted that is not as it was handed to them, or must not be. */
const miscounted = ({ counts, handed }: Stage): readonly string[] => {
  const read = counts.get('EventsRead') ?? 0;
  return [
    ...(read === handed() ? [] : [`the functions read ${read} events, and were handed ${handed()}`]),
    ...['RuleErrors', 'RecordsQuarantined', 'RecordsSkipped', 'AnnouncementsFailed', 'InventoryFailed'].flatMap(name =>
      (counts.get(name) ?? 0) > 0 ? [`${name} is ${counts.get(name)}, and nothing failed`] : [],
    ),
  ];
};

/** What the topic took. */
const announced = ({ channel, said }: Stage['taken']['receipts'][number]): readonly Announced[] => {
  if (channel !== 'sns' || said === undefined) return [];
  if (said.kind === 'notice') {
    const { id, kind, severity, headline } = said.notice;
    return [{ id, kind, detection: '', severity, about: headline }];
  }
  const { id, transition, finding } = said.message;
  return [{ id, kind: transition.kind, detection: finding.detection, severity: finding.severity, about: finding.id }];
};
