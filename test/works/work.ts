import type { Settings } from '../../core/settings.ts';
import type { Step } from '../stories/step.ts';

/** An ordinary work, from its first call to its last, as a platform team lives it, in the words of both logs. */
export interface Work {
  readonly title: string;
  /** What says which calls are made, and by whom. */
  readonly source: string;
  readonly steps: readonly Step[];
  /** Laid over the example's settings: what `docs/deploy.md` tells these people to write. */
  readonly named: Partial<Settings>;
  /** What is told all the same, as `DETECTION (severity)` of at least medium severity, and why somebody wants it. */
  readonly still: { readonly [finding: string]: string };
  /** Messages of at least medium severity, each event delivered alone: without settings, with those of others, with `named`. */
  readonly most: readonly [bare: number, unnamed: number, named: number];
}
