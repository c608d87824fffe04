import { defineConfig } from '../../core/config.ts';
import type { Severity } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Settings } from '../../core/settings.ts';
import { listen, type Said } from '../stories/listen.ts';
import { alone } from '../stories/step.ts';
import type { Work } from './work.ts';

/** The settings that works are judged under: none, those of others, and their own. */
export const settingsOf = ({ named }: Work): readonly [bare: Settings, unnamed: Settings, named: Settings] => [
  defineConfig({}),
  exampleSettings,
  { ...exampleSettings, ...named },
];

/** What is said of a work, and of how many findings of each severity; findings of detections that only watch are stored unsaid. */
export interface Heard {
  readonly said: readonly Said[];
  readonly findings: ReadonlyMap<Severity, number>;
}

/** What is said of a work under each of its settings, every event delivered alone. */
export const hear = (work: Work): Promise<readonly Heard[]> =>
  Promise.all(
    settingsOf(work).map(async settings => {
      const { said } = await listen(alone(work.steps), settings);
      const last = new Map(said.map(({ message: { finding } }) => [finding.id, finding.severity]));
      const findings = new Map<Severity, number>();
      for (const severity of last.values()) findings.set(severity, (findings.get(severity) ?? 0) + 1);
      return { said, findings };
    }),
  );
