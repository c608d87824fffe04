import { compile, type Prepared } from './compile.ts';
import { unmetIn } from './config/catalogue.ts';
import { ConfigError } from './config.ts';
import type { AnyDetection, AnyKnowledge } from './detection.ts';
import { type Gate, gateOf } from './gate.ts';
import { loadDetection, loadKnowledge } from './load.ts';
import type { Requirement } from './pattern/requirement.ts';
import { requirementsOf } from './requirements.ts';
import type { Settings } from './settings.ts';

/** Tests that JSON can't say are left out with the member that they are asked of: a requirement may admit more, never less. */
const sayable = (requirement: Requirement): Requirement =>
  requirement.filter(({ tests }) => tests.every(({ is }) => is !== 'matches' && is !== 'cidr'));

/**
 * What need not be worked out each time a function starts, as JSON can say it: what each rule requires of an event under these
 * settings, and by what it can be told that no rule is about one. All that `compile` refuses is refused here.
 * @throws DetectionError on a bad detection, Error on a bad exemption in the settings, ConfigError where they speak of a detection
 * that is not there
 */
export const prepare = (
  detections: readonly AnyDetection[],
  knowledge: readonly AnyKnowledge[],
  settings: Settings,
): { readonly gate: Gate; readonly requirements: Prepared } => {
  compile(detections, knowledge, settings);
  const unmet = unmetIn(detections, settings);
  if (unmet.length > 0) throw new ConfigError(unmet.map(({ where, what }) => `${where}: ${what}`));
  const rules = [
    ...detections.map(loadDetection).map(({ detection: { id, on }, when }) => ({ id, on, when })),
    ...knowledge.map(loadKnowledge).map(({ knowledge: { id, on }, when }) => ({ id, on, when })),
  ].map(({ id, on, when }) => ({ id, on, requirements: requirementsOf(when, on, settings).map(sayable) }));
  return {
    gate: gateOf(rules),
    requirements: Object.fromEntries(rules.map(({ id, requirements }) => [id, requirements])),
  };
};
