import { findFunctions, reservedFor } from '../adapters/doctor.ts';
import { type Check, unknown } from '../core/doctor/check.ts';
import { functionCheck, throttleCheck } from '../core/doctor/stage.ts';
import type { Settings } from '../core/settings.ts';

/** Functions that settings ask for beside those that every stage has; `polls`: something must feed them. */
const asked = ({ clusters, deployment: { canary, evidence } }: Settings): readonly Part[] => [
  ...(canary.regions || canary.clusters.length > 0 ? [{ part: 'canary', polls: false }] : []),
  ...(clusters.some(({ reader }) => reader === true) ? [{ part: 'posture-reader', polls: true }] : []),
  ...(evidence === undefined ? [] : [{ part: 'evidence', polls: true }]),
];

interface Part {
  readonly part: string;
  readonly polls: boolean;
}

/** Functions without which nothing is detected, said or kept. */
export const needed = (settings: Settings): readonly Part[] => [
  ...['cloudtrail', 'announce'].map(part => ({ part, polls: true })),
  ...['audit', 'sweep', 'subscribe', 'inventory'].map(part => ({ part, polls: false })),
  ...asked(settings),
];
/** Those that a region has whose clusters' audit logs are heard there. */
export const hearing = ['audit', 'subscribe'];

/** The stage's functions of a region. @param parts those that must be there @param named how a function is told from another region's */
export const functionsOf = async (
  region: string,
  prefix: string,
  parts: readonly string[],
  named: (name: string) => string,
): Promise<readonly Check[]> => {
  const found = await findFunctions(region, prefix);
  const names = new Set([...parts.map(part => `${prefix}${part}`), ...found.map(({ name }) => name)]);
  // A deployment replaces them together: the median tells when that was.
  const times = found.map(({ modified }) => modified).sort();
  const deployed = times[Math.floor((times.length - 1) / 2)];
  const checks: Check[] = [];
  for (const name of [...names].sort()) {
    const one = found.find(other => other.name === name);
    const off = one === undefined ? [] : await throttled(region, name, named(name));
    checks.push(...(off.length > 0 ? off : [functionCheck(named(name), one, deployed)]));
  }
  return checks;
};

/** Whether it is switched off by its concurrency; that this could not be asked hides nothing else about it. */
const throttled = async (region: string, name: string, shown: string): Promise<readonly Check[]> => {
  try {
    return throttleCheck(shown, await reservedFor(region, name));
  } catch (error) {
    const why = error instanceof Error ? error.name : 'unknown';
    return [
      unknown(
        `function ${shown}`,
        `Its concurrency could not be looked at (${why}).`,
        'Give these credentials lambda:GetFunctionConcurrency.',
      ),
    ];
  }
};
