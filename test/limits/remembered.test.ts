import { expect, test } from 'vitest';
import { compile, type Matcher } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { detect } from '../../core/pipeline.ts';
import { readRecords } from '../../core/read/record.ts';
import { rejudge } from '../../core/rejudge.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Item, Store } from '../../core/state/observation.ts';
import { detections, knowledge } from '../../detections/index.ts';

/** The work of deciding grows as what is remembered does: lists of it are not multiplied with each other. */

/** How often a call may look at each member that it was answered with, besides what it takes when there are few. */
const mostLooks = 12;
const fewLooks = 200;

/** A store that counts how many members it answers with, and how often they are looked at. */
const watched = (inner: Store) => {
  const counts = { members: 0, looks: 0 };
  const list = (members: readonly string[]): readonly string[] => {
    counts.members += members.length;
    return new Proxy(members, {
      get: (target, name) => {
        if (typeof name === 'string' && /^\d/.test(name)) counts.looks++;
        return Reflect.get(target, name) as unknown;
      },
    });
  };
  const item = (one: Item): Item =>
    Object.fromEntries(Object.entries(one).map(([set, members]) => [set, list(members)]));
  const store: Store = {
    ...inner,
    observe: async observations =>
      (await inner.observe(observations)).map(answer => ({
        ...answer,
        item: item(answer.item),
        also: answer.also.map(item),
      })),
  };
  return { store, counts };
};

const traits =
  /"(?:eventTime|requestReceivedTimestamp|stageTimestamp)":"[^"]*"|\b(i-|ASIA|AKIA)[0-9a-zA-Z]{8,17}\b|\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|"(eventID|auditID|uid|name|resourceName)":"([^"]*)"/g;

/** An event like this one, of other machines, addresses, names and ids, some seconds later. */
const another = (event: AnyEvent, at: number): AnyEvent | undefined => {
  const time = new Date(event.time + at * 9_000).toISOString();
  const hex = at.toString(16).padStart(8, '0');
  const text = JSON.stringify(event.record).replaceAll(
    traits,
    (whole: string, head?: string, member?: string, value?: string) => {
      if (whole.startsWith('"eventTime"')) return `"eventTime":"${time.slice(0, 19)}Z"`;
      if (member === 'eventID' || member === 'auditID') return `"${member}":"${hex}-0000-4000-8000-000000000000"`;
      if (member !== undefined) return `"${member}":"${value}-${at}"`;
      if (whole.startsWith('"')) return `${whole.slice(0, whole.indexOf(':'))}:"${time}"`;
      if (head === 'i-') return `i-${hex}${hex}0`;
      if (head !== undefined) return `${head}${hex.toUpperCase()}${hex.toUpperCase()}`;
      return `203.0.${113 + (at >> 8)}.${at & 255}`;
    },
  );
  const { account, region, cluster } = event;
  const [read] = readRecords(Buffer.from(text), { place: { account, region, cluster }, where: 'test' });
  return read?.kind === 'event' ? read.event : undefined;
};

const stateful = detections.filter(one => 'state' in one && one.state !== undefined);
const quarantine = { keep: async () => undefined };
const findings = { fold: async () => undefined };

const worst = async (event: AnyEvent, match: Matcher): Promise<number> => {
  const { store, counts } = watched(memoryStore());
  let most = 0;
  let newest = event.time;
  const within = (): void => {
    most = Math.max(most, (counts.looks - fewLooks) / Math.max(1, counts.members));
    counts.looks = 0;
    counts.members = 0;
  };
  for (let at = 0; at < 100; at++) {
    const one = another(event, at);
    if (one === undefined) break;
    newest = one.time;
    await detect([{ kind: 'event', event: one }], { match, store, findings, quarantine, now: newest });
    within();
  }
  await rejudge({ match, store, findings }, newest + 3 * 3_600_000, () => {
    within();
    return true;
  });
  within();
  return most;
};

test.each([
  ["the example's settings", exampleSettings],
  ['no settings', defineConfig({})],
])(
  'whatever is remembered, deciding looks at each member a few times, with %s',
  async (_, settings) => {
    const match = compile(detections, knowledge, settings);
    const beyond: string[] = [];
    for (const { id, examples } of stateful)
      for (const { name, event } of examples.matches) {
        const looks = await worst(event, match);
        if (looks > mostLooks) beyond.push(`${id}, ${name}: ${looks.toFixed(0)} times`);
      }
    expect(stateful.length).toBeGreaterThan(10);
    expect(beyond).toEqual([]);
  },
  300_000,
);
