import { compile, type Prepared } from '../core/compile.ts';
import { type Gate, gateOf } from '../core/gate.ts';
import { loadDetection, loadKnowledge } from '../core/load.ts';
import type { Requirement } from '../core/pattern/tree.ts';
import { requirementsOf } from '../core/requirements.ts';
import { detections, knowledge } from '../detections/index.ts';
import settings from '../tripline.config.ts';

/** Tests that JSON can't say are left out with the member that they are asked of: a requirement may admit more, never less. */
const sayable = (requirement: Requirement): Requirement =>
  requirement.filter(({ tests }) => tests.every(({ is }) => is !== 'matches' && is !== 'cidr'));

const rules = [
  ...detections.map(loadDetection).map(({ detection: { id, on }, when }) => ({ id, on, when })),
  ...knowledge.map(loadKnowledge).map(({ knowledge: { id, on }, when }) => ({ id, on, when })),
].map(({ id, on, when }) => ({ id, on, requirements: requirementsOf(when, on, settings).map(sayable) }));

// All that is wrong with a detection or the settings is said here, where functions are bundled, and stops the deployment.
compile(detections, knowledge, settings);

/** By what it can be told that no rule is about an event. */
export const gate: Gate = gateOf(rules);

/** What each rule requires of an event. */
export const requirements: Prepared = Object.fromEntries(rules.map(one => [one.id, one.requirements]));
