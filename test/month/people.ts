import type { Finding } from '../../core/finding.ts';
import type { Change } from '../../core/findings/life.ts';
import { day, hour, Random } from '../../examples/day/random.ts';
import type { Stage } from './stage.ts';

const team = ['alice', 'bob', 'carol'] as const;

const isWeekend = (time: number): boolean => [0, 6].includes(new Date(time).getUTCDay());

/** What somebody does about a finding that lies before them. */
const answerTo = (finding: Finding, now: number, random: Random): readonly Change[] => {
  const chance = random.below(100);
  if (finding.status === 'acknowledged') return chance < 40 ? [resolved(random)] : [];
  if (finding.severity === 'critical') return [{ act: 'acknowledge' }, { act: 'assign', to: random.pick(team) }];
  if (chance < 35) return [{ act: 'acknowledge' }];
  if (chance < 60) return [resolved(random)];
  if (chance < 75) return [{ act: 'suppress', until: now + (1 + random.below(4)) * day }];
  return [];
};

const resolved = (random: Random): Change => ({
  act: 'resolve',
  disposition: random.pick(['true-positive', 'benign', 'false-positive'] as const),
});

/**
 * An hour of the people who answer: on working days they go through what is open in the morning, whoever is on call answers critical
 * findings within the hour, at night in the morning. Everybody forgets some.
 */
export const peopleAct = async (stage: Stage, seed: number): Promise<number> => {
  const random = new Random(seed + Math.floor(stage.now / hour));
  const at = new Date(stage.now).getUTCHours();
  if (at < 6) return 0;
  const { items } = await stage.findings.list({ statuses: ['open', 'acknowledged'] }, { limit: 200 });
  const isMorning = at === 8 && !isWeekend(stage.now);
  const mine = items.filter(
    ({ severity, status, ruleStatus }) =>
      ruleStatus === 'alerting' && (isMorning || (severity === 'critical' && status === 'open' && random.below(3) > 0)),
  );
  let acts = 0;
  for (const finding of mine)
    for (const change of answerTo(finding, stage.now, random)) {
      const [current] = await stage.findings.cases([finding.id]);
      if (current === undefined) continue;
      if ((await stage.findings.work(current, change, { who: random.pick(team), at: stage.now })) === 'set') acts++;
    }
  return acts;
};

/** Somebody keeps a known noise quiet for a few days, by command. */
export const suppressNoise = (stage: Stage, index: number): Promise<boolean> =>
  stage.suppressions.add({
    id: `noise-${index}`,
    when: { finding: { detection: ['cloudtrail/security-group-opened'] } },
    reason: 'a migration opens groups',
    owner: 'platform',
    from: new Date(stage.now).toISOString(),
    expires: new Date(stage.now + 3 * day).toISOString(),
    by: 'alice',
  });
