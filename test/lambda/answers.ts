import { deepEqual, equal, ok } from 'node:assert/strict';
import { bounded, readAnnouncement } from '../../core/announce/json.ts';
import type { Message } from '../../core/announce/message.ts';
import { noticeSchema } from '../../core/announce/notice.ts';
import { compile } from '../../core/compile.ts';
import { subjectsOf } from '../../core/evidence/subject.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { ocsf } from '../../core/ocsf.ts';
import { detect } from '../../core/pipeline.ts';
import type { Read } from '../../core/read/contract.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readSqs } from '../../core/read/sqs.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { settings } from './bundles.ts';
import { batchOf, envelope, examplesOf, gathered, isCloudTrail, logged, pressed, streamed } from './events.ts';
import { logsOf } from './logs.ts';
import type { Case } from './report.ts';
import { memoryOf, type Name, secondsOf, type World } from './world.ts';

/** Milliseconds after an answer in which nothing more may be said to anybody. */
const after = 150;

/**
 * Starts a function, invokes it once, and sees to it that nothing goes on once it has answered.
 * @returns what it answered, and the line that it logs of each invocation
 */
const ask = async (world: World, name: Name, event: unknown) => {
  const one = await world.start(name);
  const outcome = await one.invoke(event, secondsOf(name));
  const lines = one.lines();
  if (outcome.kind !== 'answer') throw new Error(`${JSON.stringify(outcome)} ${lines.join(' ').slice(-600)}`);
  await new Promise(done => setTimeout(done, after));
  ok(world.usedAt() <= one.answeredAt(), 'it speaks to a service after its answer');
  const own = logsOf(lines).filter(line => line['function'] === name && line['requestId'] !== undefined);
  equal(own.length, 1, `one line an invocation, not ${lines.join(' ')}`);
  const memory = memoryOf(name);
  ok(one.peak() < memory * 0.9, `${one.peak()} of ${memory} MB`); // what is left is for a busier day
  world.peaks.push(`${name} ${one.peak()} of ${memory}`);
  deepEqual(await one.end('SIGTERM'), 'SIGTERM');
  return { value: outcome.value, line: own[0] ?? {} };
};

const noFailures = { batchItemFailures: [] };
const queueOf = (name: Name): string => `tripline-production-${name}`;

/** What this very code finds in the same records without a bundle or Lambda: the findings' ids, each with its events. */
const expected = async (reads: readonly Read[]): Promise<readonly string[]> => {
  const findings = memoryFindings();
  const match = compile(detections, knowledge, settings);
  const quarantine = { keep: async () => undefined };
  await detect(reads, { match, store: memoryStore(), findings, quarantine, now: Date.now() });
  return findings.list().map(({ finding: { id, count } }) => `${id} ${count}`);
};

/** What records came to is what they come to elsewhere. */
const judged = async (world: World, reads: readonly Read[]): Promise<string> => {
  const ids = await expected(reads);
  const stored = await world.findings.cases(ids.map(one => one.split(' ')[0] ?? ''));
  deepEqual(stored.map(({ id, count }) => `${id} ${count}`).toSorted(), ids.toSorted());
  return `${reads.length} events, one for each detection; ${ids.length} findings, as without Lambda`;
};

/** What the topic's queues got of announcements. */
const published = ({ taken }: World): readonly string[] => taken.published.filter(one => !one.includes(noticeSchema));

/** A critical one of a finding of which something holds. */
const announced = (world: World, holds: (message: Message) => boolean): string => {
  const found = published(world).find(one => {
    const message = readAnnouncement(one);
    return message.finding.severity === 'critical' && holds(message);
  });
  if (found === undefined) throw new Error('no such thing was announced');
  return found;
};

/** A channel's function is handed an announcement, and its service takes it. */
const channel = (name: 'slack' | 'slack-app' | 'pagerduty' | 'webhook', heard: (world: World) => number): Case => ({
  name,
  run: async world => {
    const before = heard(world);
    const { value } = await ask(
      world,
      name,
      batchOf([announced(world, ({ finding }) => finding.cluster === 'prod')], queueOf(name)),
    );
    deepEqual(value, noFailures);
    equal(heard(world), before + 1);
    return 'an announcement from its queue was taken by a stand-in of the service, once';
  },
});
const receipts =
  (name: string) =>
  ({ taken }: World): number =>
    taken.receipts.filter(one => one.channel === name).length;

/** Every function, loaded by its handler's name as it is deployed, once with what wakes it. */
export const answers: readonly Case[] = [
  {
    name: 'cloudtrail',
    run: async world => {
      const batch = batchOf(examplesOf('cloudtrail', Date.now()).filter(isCloudTrail).map(envelope));
      const { value } = await ask(world, 'cloudtrail', batch);
      deepEqual(value, noFailures);
      return judged(
        world,
        readSqs(batch, settings).flatMap(({ reads }) => reads),
      );
    },
  },
  {
    name: 'audit',
    run: async world => {
      const events = examplesOf('kubernetes', Date.now()).filter(({ cluster }) => cluster === 'prod');
      const payload = logged('/aws/eks/prod/cluster', events);
      const { value } = await ask(world, 'audit', payload);
      equal(value, null);
      return judged(world, readLogs(payload, settings));
    },
  },
  {
    name: 'announce',
    run: async world => {
      const { items } = await world.findings.due(Date.now() + 60_000, { limit: 100 });
      const { value } = await ask(world, 'announce', streamed(items, Date.now()));
      deepEqual(value, noFailures);
      const [topic, bus] = [receipts('sns')(world), receipts('bus')(world)];
      equal(topic, bus);
      ok(topic > 0);
      return `${items.length} due cases from the stream, ${topic} announced on topic and bus`;
    },
  },
  channel('slack', receipts('slack')),
  channel('slack-app', ({ rest }) => rest.asked.filter(one => one === 'POST /api/chat.postMessage').length),
  channel('pagerduty', receipts('pagerduty')),
  channel('webhook', receipts('webhook')),
  {
    name: 'evidence',
    run: async world => {
      const { value, line } = await ask(
        world,
        'evidence',
        batchOf([announced(world, message => subjectsOf(message).length > 0)], queueOf('evidence')),
      );
      deepEqual(value, noFailures);
      equal(line['EvidenceKept'], 1);
      const kept = [...world.rest.objects].filter(([key]) => key.startsWith('/evidence/'));
      equal(kept.length, 1);
      return `a document of ${kept[0]?.[1].length} bytes is in the bucket, which says what AWS refused to show`;
    },
  },
  {
    name: 'triage',
    run: async world => {
      const { items } = await world.findings.list({ statuses: ['open'] }, { limit: 1 });
      const [open] = items;
      if (open === undefined) throw new Error('no finding is open');
      const { value } = await ask(world, 'triage', pressed(open.id, `${world.rest.address}/api/answer`, Date.now()));
      deepEqual(value, { statusCode: 200, body: '' });
      equal((await world.findings.cases([open.id]))[0]?.status, 'acknowledged');
      return 'a signed button acknowledged its finding';
    },
  },
  {
    name: 'hub',
    run: async world => {
      const details = published(world).map(one => ocsf(bounded(readAnnouncement(one))));
      const { value, line } = await ask(world, 'hub', batchOf(details.map(gathered), queueOf('hub')));
      deepEqual(value, noFailures);
      equal(line['FindingsGathered'], details.length);
      return `${details.length} findings of another account's bus are kept`;
    },
  },
  {
    name: 'posture-reader',
    run: async world => {
      ok(world.rest.queued.length > 0, 'audit asked for no reading');
      const batch = batchOf(world.rest.queued, queueOf('posture-reader'));
      const { value, line } = await ask(world, 'posture-reader', batch);
      deepEqual(value, noFailures);
      ok(Number(line['ObjectsUnread']) > 0);
      return `${batch.Records.length} objects that audit asked for: EKS refused, which is a finding`;
    },
  },
  {
    name: 'subscribe',
    run: async world => {
      const { value } = await ask(world, 'subscribe', {});
      deepEqual((value as { readonly put: unknown }).put, ['/aws/eks/prod/cluster', '/fleet/audit']);
      return `answered ${JSON.stringify(value)}`;
    },
  },
  {
    name: 'inventory',
    run: async world => {
      const one = await world.start('inventory');
      const outcome = await one.invoke({}, secondsOf('inventory'));
      equal(outcome.kind === 'error' && outcome.message.startsWith('the inventory could read nothing'), true);
      return `where AWS refuses everything it fails: ${outcome.kind === 'error' ? outcome.message : ''}`;
    },
  },
  ...(['sweep', 'digest', 'canary', 'heartbeat'] as const).map(
    (name): Case => ({
      name,
      run: async world => {
        const { value, line } = await ask(world, name, {});
        equal(value, null);
        const { timestamp: _, level: __, function: ___, requestId: ____, ms: _____, ...counted } = line;
        return `by its schedule: ${JSON.stringify(counted)}`;
      },
    }),
  ),
  {
    name: 'memory',
    run: async ({ peaks }) => `at most, in MB: ${peaks.join(', ')}`,
  },
];
