import { Readable } from 'node:stream';
import { fromItem } from '../../adapters/dynamodb.ts';
import { newsOf, saidOneByOne } from '../../core/announce/transitions.ts';
import { compile } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { Finding } from '../../core/finding.ts';
import { rank } from '../../core/findings/best.ts';
import { findingOf } from '../../core/findings/case.ts';
import { parseCase } from '../../core/findings/case-item.ts';
import { findingId } from '../../core/findings/identity.ts';
import { type MemoryFindings, memoryFindings } from '../../core/findings/memory.ts';
import { windowOf } from '../../core/findings/window.ts';
import { parseWindow } from '../../core/findings/window-item.ts';
import { addressOf, readAgainBy, readingOf, wantsReading, withReading } from '../../core/kubernetes/reading.ts';
import type { Match } from '../../core/match.ts';
import { detect } from '../../core/pipeline.ts';
import type { Read, Rejected } from '../../core/read/contract.ts';
import { defaultPlace } from '../../core/read/eventbridge.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readObject } from '../../core/read/object.ts';
import { keptName } from '../../core/read/quarantine.ts';
import { readSqs } from '../../core/read/sqs.ts';
import type { Settings } from '../../core/settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { matcherOf } from '../../functions/catalogue/catalogue.ts';
import type { Said } from '../../functions/channel/said.ts';
import { contentLines, scanned, storedLines } from '../findings/items.ts';
import { poolNamed } from './cluster.ts';
import type { Item } from './database.ts';
import type { World } from './process.ts';
import { channels, type Receipt } from './services.ts';
import { type Delivery, detections, knowledge, stateful } from './traffic.ts';

const silence = 'pipeline/source-silent';

/** What an announcement says that was not stored when the topic took it. */
export const unstored = (said: Said, images: ReadonlyMap<string, Item>): readonly string[] => {
  if (said.kind === 'notice') return [];
  const { finding } = said.message;
  const stored = images.get(`${finding.id} case`);
  if (stored === undefined) return [`${said.message.id} was said of a finding that is not stored`];
  if (![...images.keys()].some(key => key.startsWith(`${finding.id} w#`)))
    return [`${said.message.id} was said of a finding without a window`];
  const key = Object.values(stored['key']?.M ?? {}); // whom and what it names is said among the others
  const names = (name: string) => new Set([...(stored[name]?.L ?? []), ...key].map(({ S: value }) => value));
  return (['principals', 'addresses', 'regions', 'resources'] as const).flatMap(name =>
    finding[name]
      .filter(value => !names(name).has(value))
      .map(value => `${said.message.id} was said with the ${name} ${value}, which is not stored`),
  );
};

/** Everything that is wrong when all is quiet again. */
export const verdict = async (world: World, mustBe: ReadonlySet<string>, now: number): Promise<readonly string[]> => {
  const { tables } = world;
  const items = (await scanned(tables.client, tables.findings)).map(fromItem);
  const windows = Map.groupBy(
    items.flatMap(item => parseWindow(item) ?? []),
    ({ finding }) => finding,
  );
  const stored = items.flatMap(item => {
    const one = parseCase(item);
    return one === undefined
      ? []
      : [{ finding: findingOf(one), windows: (windows.get(one.content.id) ?? []).map(windowOf) }];
  });
  return [
    ...(await differing(world, stored, mustBe, now)),
    ...stored.flatMap(({ finding, windows: own }) => [
      ...(finding.due === undefined ? [] : [`${finding.id} is still due`]),
      ...(newsOf({ ...finding, due: finding.last }, own) === undefined
        ? []
        : [`${finding.id} has news that nobody heard`]),
    ]),
    ...unsaid(
      world,
      stored.map(({ finding }) => finding),
    ),
    ...repeatedly(world),
  ];
};

/** How tables and quarantine differ from what one untroubled pass over everything comes to. */
const differing = async (
  { deliveries, settings, heard, tables, taken }: World,
  stored: readonly { readonly finding: Finding }[],
  mustBe: ReadonlySet<string>,
  now: number,
): Promise<readonly string[]> => {
  const findings = memoryFindings();
  const reads = (await Promise.all(deliveries.map(one => readsOf(one, settings)))).flat();
  const rejected: Rejected[] = [];
  await detect(reads, {
    match: compile(detections, knowledge, settings),
    store: memoryStore(),
    findings,
    quarantine: { keep: async some => void rejected.push(...some) },
    now,
  });
  const seen = matchesSeen(reads, settings, now);
  await findings.fold(seen, now);
  if (findings.list().length === 0) return ['nothing matched at all: the schedule tests nothing'];
  const unfinished = unfinishedSilences(heard.possible(), mustBe, stored);
  const all = (await storedLines(tables.client, tables.findings)).filter(
    line => !unfinished.some(id => line.includes(id)),
  );
  const silences = await silencesIn(all, heard.possible(), mustBe);

  // What a stateful detection's windows hold depends on what was stored before: of it only findings and counts are the same.
  // What the posture reader says tells when it looked.
  const looked = new Set([stateful, ...seen.map(({ detection }) => detection)]);
  const counting = findings.list().filter(({ finding }) => looked.has(finding.detection));
  const others = (lines: readonly string[]) =>
    new Set(lines.filter(line => !counting.some(({ finding }) => line.includes(finding.id))));
  const [expected, written] = [others([...contentLines(findings), ...silences]), others(all)];
  const summary = ({ id, severity, count, first, last }: Finding) =>
    JSON.stringify({ id, severity, count, first, last });
  const summaries = new Set(stored.map(({ finding }) => summary(finding)));

  const names = new Map(rejected.map(one => [keptName(one, now), one.bytes]));
  const lost = [...names].filter(([name, bytes]) => !taken.kept.get(name)?.equals(bytes));
  const events = reads.flatMap((read): AnyEvent[] => (read.kind === 'event' ? [read.event] : []));
  return [
    ...[...expected.difference(written)].map(line => `not stored: ${line.slice(0, 1_500)}`),
    ...[...written.difference(expected)].map(line => `stored for no reason: ${line.slice(0, 1_500)}`),
    ...counting
      .map(({ finding }) => summary(finding))
      .filter(line => !summaries.has(line))
      .map(line => `counted otherwise: ${line}`),
    ...(lost.length === 0 ? [] : [`${lost.length} of ${names.size} unreadable records are not in the quarantine`]),
    ...[...taken.kept.keys()].filter(name => !names.has(name)).map(name => `in the quarantine for no reason: ${name}`),
    ...heard.differing(events),
  ];
};

const readsOf = async ({ id, kind, body, files = [] }: Delivery, settings: Settings): Promise<readonly Read[]> => {
  if (kind === 'logs') return readLogs({ awslogs: { data: body } }, settings);
  const carried = readSqs({ Records: [{ messageId: id, body }] }, settings).flatMap(message => message.reads);
  const place = defaultPlace(settings);
  const filed = files.map(({ key, bytes }) => Array.fromAsync(readObject(Readable.from([bytes]), key, place)));
  return [...carried, ...(await Promise.all(filed)).flat(2)];
};

/** What the posture reader finds, who sees the same object however late it looks. */
const matchesSeen = (reads: readonly Read[], settings: Settings, now: number): readonly Match[] => {
  const match = matcherOf(readAgainBy, settings);
  return reads.flatMap(read => {
    if (read.kind !== 'event' || !wantsReading(read.event, settings, now)) return [];
    const object = poolNamed(addressOf(read.event).name);
    return match(withReading(read.event, readingOf(read.event, object, now, [])));
  });
};

/**
 * Findings of silences that a sweep died over, between the window and the case, and that were over by the next: late events ended
 * them. Of such a finding nobody is told, no list shows it, and its window expires.
 */
const unfinishedSilences = (
  possible: ReadonlyMap<string, Match>,
  mustBe: ReadonlySet<string>,
  stored: readonly { readonly finding: Finding }[],
): readonly string[] => {
  const cases = new Set(stored.map(({ finding }) => finding.id));
  const sure = new Set([...possible].flatMap(([name, match]) => (mustBe.has(name) ? [findingId(match)] : [])));
  return [...new Set([...possible.values()].map(findingId))].filter(id => !cases.has(id) && !sure.has(id));
};

/**
 * What is stored of the silences that somebody may have stored: those that must be, and of the rest whatever explains what is found.
 * A sweep that met a fault may have stored what it saw or not, or its window alone, where late events had ended that silence before
 * the next sweep: then the case counts it, since it counts by its windows, and says nothing else of it.
 */
const silencesIn = async (
  stored: readonly string[],
  possible: ReadonlyMap<string, Match>,
  mustBe: ReadonlySet<string>,
): Promise<readonly string[]> => {
  const written = new Set(stored);
  const sure = [...possible].flatMap(([name, match]) => (mustBe.has(name) ? [match] : []));
  const unsure = [...possible].flatMap(([name, match]) => (mustBe.has(name) ? [] : [match])).slice(0, 8);
  const explains = (lines: readonly string[]): boolean => {
    const explained = new Set(lines);
    return (
      lines.every(line => written.has(line)) && stored.every(line => !line.includes(silence) || explained.has(line))
    );
  };
  for (let subset = 0; subset < 2 ** unsure.length; subset++) {
    const some = [...sure, ...unsure.filter((_, at) => (subset >> at) % 2 === 1)];
    const whole = await folded(some);
    if (explains(contentLines(whole))) return contentLines(whole);
    for (const left of some.filter(match => unsure.includes(match))) {
      const rest = await folded(some.filter(match => match !== left));
      const lines = halfStored(contentLines(whole), contentLines(rest), stored);
      if (explains(lines)) return lines;
    }
  }
  return contentLines(await folded(sure));
};

const folded = async (matches: readonly Match[]): Promise<MemoryFindings> => {
  const findings = memoryFindings();
  await findings.fold(matches, 0);
  return findings;
};

/** The windows of the one, and of the other the cases, which count by these windows. A revision tells of the writes, not of what they said. */
const halfStored = (
  windows: readonly string[],
  cases: readonly string[],
  stored: readonly string[],
): readonly string[] => {
  const isCase = (line: string): boolean => line.includes('"sk":{"S":"case"}');
  const counts = new Map(windows.filter(isCase).map(line => [keyOf(line), JSON.parse(line)]));
  const revisions = new Map(stored.filter(isCase).map(line => [keyOf(line), JSON.parse(line).revision]));
  const counted = cases.filter(isCase).map(line => {
    const { count, windows: own } = counts.get(keyOf(line)) ?? {};
    return JSON.stringify({ ...JSON.parse(line), count, windows: own, revision: revisions.get(keyOf(line)) });
  });
  return [...windows.filter(line => !isCase(line)), ...counted];
};

const keyOf = (line: string): string => JSON.parse(line).pk.S;

/** What channels should have heard of what is stored, and did not. */
const unsaid = ({ taken }: World, stored: readonly Finding[]): readonly string[] => {
  const topic = taken.receipts.filter(({ channel }) => channel === 'sns');
  const ids = new Set(topic.map(({ id }) => id));
  const heard = channels.map(name => {
    const mine = new Set(taken.receipts.flatMap(({ channel, id }) => (channel === name ? [id] : [])));
    return { name, mine };
  });
  const said = stored.flatMap(finding => {
    if (finding.transitions.some(mark => mark.startsWith('storm:'))) {
      const storms = finding.transitions.filter(mark => mark.startsWith('storm:'));
      return storms.every(id => ids.has(id)) ? [] : [`${finding.id} is part of a storm that was never told`];
    }
    const about = topic.flatMap(({ said: one }) =>
      one?.kind === 'finding' && one.message.finding.id === finding.id ? [one.message] : [],
    );
    if (about.length === 0) return [`nobody was ever told of ${finding.id}`];
    const highest = Math.max(...about.map(message => rank(message.finding.severity)));
    return [
      ...(highest < rank(finding.severity) ? [`${finding.id} is ${finding.severity}, and nobody was told so`] : []),
      ...(['principals', 'addresses', 'regions', 'resources'] as const).flatMap(name => {
        const told = new Set(about.flatMap(message => message.finding[name]));
        const untold = finding[name].filter(value => !told.has(value));
        const known = finding[name].length - untold.length;
        const waits = known >= saidOneByOne && finding[name].length < 2 * known;
        return waits ? [] : untold.map(value => `nobody was told of ${name} ${value} of ${finding.id}`);
      }),
    ];
  });
  // A first announcement that one of topic and bus took, and the other failed to take before a storm was seen: the one heard it and
  // the storm, the other the storm alone.
  const inStorm = stored.filter(({ transitions }) => transitions.some(mark => mark.startsWith('storm:')));
  const isExcused = (name: string, id: string): boolean =>
    name === 'bus' && inStorm.some(finding => id === `${finding.id}:first`);
  // One that the bus failed to take before the case had grown: what is new is then said in one message, which goes by another name.
  const news = (id: string) =>
    topic.flatMap(({ id: other, said: one }) => (other === id && one?.kind === 'finding' ? [one.message] : []));
  const isSaidSince = (name: string, id: string, mine: ReadonlySet<string>): boolean => {
    const [missing] = news(id);
    if (name !== 'bus' || missing === undefined) return false;
    const { finding, transition } = missing;
    return [...mine]
      .flatMap(news)
      .some(
        ({ finding: same, transition: { changes } }) =>
          same.id === finding.id &&
          transition.changes.every(one => changes.some(({ kind, value }) => kind === one.kind && value === one.value)),
      );
  };
  const missed = heard.flatMap(({ name, mine }) =>
    [...ids]
      .filter(id => !mine.has(id) && !isExcused(name, id) && !isSaidSince(name, id, mine))
      .map(id => `${name} never heard ${id}`),
  );
  const unknown = heard.flatMap(({ name, mine }) =>
    [...mine.difference(ids)].filter(id => !isExcused(name, id)).map(id => `${name} alone heard ${id}`),
  );
  return [...said, ...missed, ...unknown];
};

/** What was said more often than anybody can be unsure whether it was. A receiver that drops known ids hears each once. */
const repeatedly = ({ taken, schedule }: World): readonly string[] =>
  [...Map.groupBy(taken.receipts, ({ channel, id }: Receipt) => `${channel}#${id}`)].flatMap(
    ([key, { length: times }]) =>
      times <= 1 + (schedule.doubts.get(key) ?? 0)
        ? []
        : [`${key} was said ${times} times, and ${schedule.doubts.get(key) ?? 0} times in doubt`],
  );
