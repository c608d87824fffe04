/** Recorded attacks, judged by what each side ships: SigmaHQ's rules of CloudTrail by rsigma, and the catalogue. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rank } from '../../core/findings/best.ts';
import { coverageOf, judgements, recorded } from '../stratus.ts';

/** SigmaHQ's rules, beside the project where they are. */
export const published = join(import.meta.dirname, '../../../shared/data/sigma/rules');

export const areThere = (): boolean => existsSync(recorded) && existsSync(published);

export interface Attack {
  readonly technique: string;
  readonly isOnPlane: boolean;
  /** What says so at severity (Sigma: level) medium or above. */
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

const loud: ReadonlySet<string> = new Set(['medium', 'high', 'critical']);

/** Technique → titles of the rules at medium or above that say its events. */
const theirs = (rsigma: string): ReadonlyMap<string, ReadonlySet<string>> => {
  const labels = readFileSync(join(recorded, 'labels.jsonl'), 'utf8').trim().split('\n');
  const techniques = new Map(
    labels.map(line => {
      const { eventID, technique } = JSON.parse(line) as { eventID: string; technique: string };
      return [eventID, technique];
    }),
  );
  const output = execFileSync(
    rsigma,
    [
      ...['engine', 'eval', '-r', join(published, 'cloud'), '-e', `@${join(recorded, 'cloudtrail-stratus.jsonl')}`],
      ...['--output-format', 'ndjson', '-q', '--include-event'],
    ],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  const found = new Map<string, Set<string>>();
  for (const line of output.trim().split('\n')) {
    const { level, rule_title, event } = JSON.parse(line) as {
      level: string;
      rule_title: string;
      event: { eventID: string };
    };
    if (!loud.has(level)) continue;
    const technique = techniques.get(event.eventID) ?? 'unlabelled';
    found.set(technique, (found.get(technique) ?? new Set()).add(rule_title));
  }
  return found;
};

/** Every technique of the recorded detonations, in order of name. */
export const attacks = async (rsigma: string): Promise<readonly Attack[]> => {
  const [mine, others] = [await coverageOf(), theirs(rsigma)];
  return [...mine]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([technique, matches]) => ({
      technique,
      isOnPlane: judgements[technique]?.scope === 'covered',
      ours: [...new Set(matches.filter(one => rank(one.severity) >= rank('medium')).map(({ detection }) => detection))],
      theirs: [...(others.get(technique) ?? [])].toSorted(),
    }));
};
