import type { Severity } from '../../core/detection.ts';
import type { Step } from '../stories/step.ts';

/** What must be told of a campaign. */
export interface Told {
  readonly detection: string;
  readonly severity: Severity;
  /** A name among the finding's principals, resources, or values of its key. */
  readonly on: string;
  /** Of which step it is told at the latest, from 1. */
  readonly by: number;
}

/** One intrusion as a published account tells it, in the words of both logs. */
export interface Campaign {
  readonly title: string;
  /** Who described it, where. */
  readonly source: string;
  readonly steps: readonly Step[];
  readonly told: readonly Told[];
  /** Messages of at least medium severity of all of it, at most, where each event is delivered alone; with the example's settings, and with none. */
  readonly most: readonly [settled: number, bare: number];
}
