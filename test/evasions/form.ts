import { compile } from '../../core/compile.ts';
import type { Severity } from '../../core/detection.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Match } from '../../core/match.ts';
import { detect } from '../../core/pipeline.ts';
import { readRecord } from '../../core/read/record.ts';
import { rejudge } from '../../core/rejudge.ts';
import type { Settings } from '../../core/settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';

/** One way to a goal, as the event that it makes, and what sees it. */
export interface Form {
  /** In few words: what is done, in which form. Each once in its family. */
  readonly form: string;
  readonly event: AnyEvent;
  /** What happened before. */
  readonly after?: readonly AnyEvent[];
  /** What happens later, of which some rules wait. */
  readonly later?: readonly AnyEvent[];
  /** The detection that is about the goal, and its severity; or why nothing is said. */
  readonly seen: readonly [id: string, severity: Severity] | Unseen;
  /** Laid over the example's settings. */
  readonly settings?: Partial<Settings>;
}

/** A form that passes, and why. */
export interface Unseen {
  readonly unseen: string;
}

/** Forms with one goal. */
export interface Family {
  readonly goal: string;
  readonly forms: readonly Form[];
  /** Ways that leave no event at all, and why: nothing can be run of them. */
  readonly traceless?: readonly (readonly [form: string, why: string])[];
}

export const unseen = (why: string): Unseen => ({ unseen: why });
export const isSeen = (form: Form): form is Form & { readonly seen: readonly [id: string, severity: Severity] } =>
  Array.isArray(form.seen);

/** The settings that a form is judged under. */
export const settingsOf = ({ settings }: Form): Settings =>
  settings === undefined ? exampleSettings : { ...exampleSettings, ...settings };

const matchers = new Map<string, ReturnType<typeof compile>>();

const matcherOf = (form: Form): ReturnType<typeof compile> => {
  const key = JSON.stringify(form.settings ?? {});
  const match = matchers.get(key) ?? compile(detections, knowledge, settingsOf(form));
  matchers.set(key, match);
  return match;
};

/** The event as it comes out of the bytes of its record. */
export const readAs = (event: AnyEvent): AnyEvent => {
  const { account, region, cluster } = event;
  const read = readRecord(Buffer.from(JSON.stringify(event.record)), { account, region, cluster }, 'here');
  if (read.kind !== 'event') throw new Error(`the event of ${event.id} is not read`);
  return read.event;
};

/**
 * What the whole catalogue says of a form, read from bytes, in the order of a log and with what becomes of it later: each finding as
 * `ID (severity)`, the gravest of each detection.
 */
export const findingsOf = async (form: Form): Promise<readonly string[]> => {
  const match = matcherOf(form);
  const store = memoryStore();
  const found: Match[] = [];
  const findings = { fold: async (matches: readonly Match[]) => void found.push(...matches) };
  const own = readAs(form.event);
  const quarantine = { keep: async () => undefined };
  const later = (form.later ?? []).map(readAs);
  for (const event of [...(form.after ?? []).map(readAs), own, ...later])
    await detect([{ kind: 'event', event }], { match, store, findings, quarantine, now: event.time });
  const again = (event: AnyEvent, _: undefined, about: { readonly detection: string; readonly after: number }) =>
    match(event, undefined, about);
  const last = Math.max(own.time, ...later.map(({ time }) => time));
  await rejudge({ match: again, store, findings }, last + 7 * 86_400_000);
  const of = new Map<string, Severity>();
  for (const { detection, severity, eventId } of found)
    if (eventId === own.id && order.indexOf(severity) > order.indexOf(of.get(detection) ?? 'none'))
      of.set(detection, severity);
  return [...of].map(([id, severity]) => `${id} (${severity})`).toSorted();
};

const order: readonly (Severity | 'none')[] = ['none', 'low', 'medium', 'high', 'critical'];
