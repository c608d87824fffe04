import { gzipSync } from 'node:zlib';
import { dig, items } from '../../core/cloudtrail/ec2.ts';
import { compile } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { loadDetection } from '../../core/load.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { PatternError } from '../../core/pattern/fault.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match as oracle } from '../../core/pattern/match.ts';
import { quietOf } from '../../core/quiet.ts';
import type { Read } from '../../core/read/contract.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readRecords } from '../../core/read/record.ts';
import { evidenceBytes, redact } from '../../core/redact.ts';
import { sources } from '../../core/sources.ts';
import { viewOf } from '../../core/view.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { processorNow } from '../processor-time.ts';
import { mutate, poolOf } from '../targets/mutate.ts';
import { admitter, asks, marker } from '../targets/soundness.ts';
import { channels, renderers } from './channels.ts';
import { damaged, mutated } from './mutate.ts';
import { work } from './work.ts';

type Random = () => number;

/** One thing that must hold whatever arrives: says what is wrong, or nothing. What it throws is wrong too. */
export interface Law {
  readonly name: string;
  /** Its part of all cases. */
  readonly share: number;
  readonly holds: (random: Random) => string | undefined;
}

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // none is empty

const nowhere = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' };
const events: readonly AnyEvent[] = detections.flatMap(({ examples }) => [
  ...examples.matches.map(({ event }) => event),
  ...examples.misses.map(({ event }) => event),
]);
const texts = events.map(({ record }) => Buffer.from(JSON.stringify(record)));

const declared = new Set([
  'not-json',
  'not-utf8',
  'wrong-shape',
  'truncated',
  'too-large',
  'too-deep',
  'bad-gzip',
  'inflates-too-far',
  'no-records',
]);
const unsound = (reads: readonly Read[]): string | undefined => {
  if (reads.length === 0) return 'something arrived and nothing came of it';
  const odd = reads.find(read =>
    read.kind === 'event'
      ? read.event.id === '' || !Number.isFinite(read.event.time)
      : read.kind === 'rejected'
        ? !declared.has(read.rejected.reason) || read.rejected.detail === ''
        : read.count < 1,
  );
  return odd === undefined ? undefined : `an undeclared ${odd.kind}`;
};

const readers = (random: Random): string | undefined => {
  const several = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, texts));
  const bytes = damaged(Buffer.concat(several), random);
  if (random() < 0.8) return unsound(readRecords(bytes, { place: nowhere, where: 'fuzz' }));
  const packed = gzipSync(bytes, { level: 1 });
  const data = (random() < 0.5 ? damaged(packed, random) : packed).toString('base64');
  return unsound(readLogs({ awslogs: { data } }, exampleSettings));
};

const match = compile(detections, knowledge, exampleSettings);
const loaded = detections.map(loadDetection);
const factNames = {
  cloudtrail: Object.keys(sources.cloudtrail.facts),
  kubernetes: Object.keys(sources.kubernetes.facts),
};

/** An event as it comes out of reading a mutated record. */
const readMutated = (random: Random): AnyEvent | undefined => {
  const event = pick(random, events);
  const bytes = Buffer.from(JSON.stringify(mutated(event.record as unknown as Json, random))); // a record is JSON
  const [read] = readRecords(bytes, { place: nowhere, where: 'fuzz' });
  return read?.kind === 'event' ? read.event : undefined;
};

const rules = (random: Random): string | undefined => {
  const event = readMutated(random);
  if (event === undefined) return undefined;
  const view = viewOf(event, exampleSettings);
  for (const name of factNames[event.source]) if (view.fact(name) === undefined) return `the fact ${name} is absent`;
  // What the matcher says itself names the error; the detection of that name tells of our own functions' log.
  const failed = match(event).find(
    ({ detection, title }) => detection === 'pipeline/rule-failed' && / failed: /.test(title),
  );
  if (failed !== undefined) return failed.title;
  const { detection, when, unless } = pick(random, loaded);
  if (detection.on !== event.source) return undefined;
  const fact = Object.fromEntries(factNames[event.source].map(name => [name, view.fact(name)]));
  const subject: JsonObject = Object.assign(Object.create(null) as object, view.record, { fact });
  for (const pattern of [when, ...unless]) {
    const plainly = oracle(pattern, subject);
    if (compilePattern(pattern, { facts: true })(view) !== plainly)
      return `${detection.id}: compiled it says ${!plainly}, by the oracle ${plainly}`;
  }
  return undefined;
};

const normaliser = (random: Random): string | undefined => {
  const event = pick(random, events);
  const record = mutated(event.record as unknown as Json, random, 0.08); // a record is JSON
  const request = dig(record, 'requestParameters');
  for (const value of [request, dig(record, 'responseElements'), record]) {
    if (!Array.isArray(items(value))) return 'items gave no list';
    dig(value, 'instancesSet', 'items', 'instanceType');
  }
  return undefined;
};

const patterns = (random: Random): string | undefined => {
  const event = pick(random, events);
  const data = mutated(pick(random, detections).when as Json, random, 0.06); // a pattern is JSON
  try {
    const pattern = loadPattern(data, { facts: factNames[event.source] });
    const record = mutated(event.record as unknown as JsonObject, random); // a record is JSON
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
    const plainly = oracle(pattern, record as JsonObject);
    const compiled = compilePattern(pattern)({ record: record as JsonObject });
    return compiled === plainly ? undefined : `compiled ${compiled}, by the oracle ${plainly}: ${JSON.stringify(data)}`;
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
};

const canary = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const secretNames = ['password', 'secretAccessKey', 'SessionToken', 'clientSecret', 'privateKey', 'token'];

const planted = (value: Json, random: Random): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one: Json) => planted(one, random));
  const some = Object.entries(value as JsonObject).map(([name, one]) => [name, planted(one ?? null, random)] as const);
  return Object.fromEntries(random() < 0.2 ? [...some, [pick(random, secretNames), canary]] : some);
};

const redaction = (random: Random): string | undefined => {
  const record = planted(mutated(pick(random, events).record as unknown as Json, random, 0.02), random); // JSON
  const evidence = redact(record);
  const text = JSON.stringify(evidence);
  if (text.includes(canary)) return 'a secret under a secret name was kept';
  if (Buffer.byteLength(text) > evidenceBytes) return `evidence of ${Buffer.byteLength(text)} bytes`;
  return JSON.stringify(redact(evidence)) === text ? undefined : 'redacting twice is not redacting once';
};

const admits = admitter(detections, knowledge, exampleSettings);
const asking = [...detections, ...knowledge].map(rule => ({ id: rule.id, holds: asks(rule, exampleSettings) }));
const recordsOf = (source: AnyEvent['source']) =>
  events.flatMap(event => (event.source === source ? [event.record as unknown as Json] : [])); // a record is JSON
const marked = marker(recordsOf('cloudtrail'));
const pools = { cloudtrail: poolOf(recordsOf('cloudtrail')), kubernetes: poolOf(recordsOf('kubernetes')) };

/** Whatever a rule asks for, the filters derived from all rules let through; judged as `test/targets/soundness.ts` does. */
const filters = (random: Random): string | undefined => {
  const one = pick(random, events);
  const bytes = Buffer.from(JSON.stringify(marked(mutate(one.record as unknown as Json, pools[one.source], random)))); // a record is JSON
  const [read] = readRecords(bytes, { place: nowhere, where: 'fuzz' });
  if (read?.kind !== 'event' || admits(read.event)) return undefined;
  const dropped = asking.find(({ holds }) => holds(read.event));
  return dropped === undefined ? undefined : `${dropped.id} asks for an event that the filters drop`;
};

const ask = quietOf(detections, knowledge, exampleSettings);

/** What is quiet by its bytes is one event, of that stream and time, which no rule says anything of. */
const silence = (random: Random): string | undefined => {
  const record = mutate(pick(random, events).record as unknown as Json, pools[pick(random, sourceNames)], random); // JSON
  const whole = Buffer.from(JSON.stringify(record));
  const bytes = random() < 0.3 ? damaged(whole, random) : whole;
  const place = {
    ...nowhere,
    cluster: pick(random, ['', 'other', ...exampleSettings.clusters.map(({ name }) => name)]),
  };
  if (ask.end(bytes, 0, place.cluster) !== bytes.length) return undefined;
  const heard = ask.heard(place);
  if (heard === undefined) return undefined;
  const [read, ...more] = readRecords(bytes, { place, where: 'fuzz' });
  if (read?.kind !== 'event' || more.length > 0) return `quiet, and read it is ${read?.kind}`;
  const { source, account, cluster, time } = read.event;
  if (source !== heard.source || account !== heard.account || cluster !== heard.cluster || time !== heard.time)
    return 'quiet of another stream or time than it is read';
  const [said] = match(read.event);
  return said === undefined ? undefined : `quiet, and ${said.detection} is about it`;
};

const sourceNames = ['cloudtrail', 'kubernetes'] as const;

export const laws: readonly Law[] = [
  { name: 'readers', share: 0.3, holds: readers },
  { name: 'quiet records', share: 0.05, holds: silence },
  { name: 'normaliser', share: 0.2, holds: normaliser },
  { name: 'facts and rules', share: 0.18, holds: rules },
  { name: 'patterns', share: 0.15, holds: patterns },
  { name: 'redaction', share: 0.06, holds: redaction },
  { name: 'renderers', share: 0.01, holds: renderers },
  { name: 'channels', share: 0.01, holds: channels },
  { name: 'filters', share: 0.02, holds: filters },
  { name: 'work', share: 0.02, holds: work },
];

const inherited = (): string =>
  [Object.prototype, Array.prototype, Function.prototype].map(one => Reflect.ownKeys(one).map(String).join()).join();
const before = inherited();

/** Milliseconds of processor that one case may take. */
const longest = 2_000;

/** One case of a law, from its seed alone. */
export const judge = (law: Law, seed: number, random: (seed: number) => Random): string | undefined => {
  const began = processorNow();
  try {
    const wrong = law.holds(random(seed));
    if (wrong !== undefined) return wrong;
  } catch (error) {
    return `threw ${error instanceof Error ? `${error.name}: ${error.message.slice(0, 300)}\n${error.stack?.split('\n').slice(1, 6).join('\n')}` : String(error)}`;
  }
  const took = processorNow() - began;
  if (took > longest) return `took ${Math.round(took)} ms of processor`;
  return inherited() === before ? undefined : 'a prototype changed';
};
