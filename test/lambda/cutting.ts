import { deepEqual, equal, ok } from 'node:assert/strict';
import { announcementJson } from '../../core/announce/json.ts';
import { message } from '../announce/message.ts';
import { batchOf, examplesOf, launch, logged } from './events.ts';
import type { Case } from './report.ts';
import type { Outcome } from './runtime-api.ts';
import type { World } from './world.ts';

const noFailures = { batchItemFailures: [] };

let launched = 5_000;
const launches = (count: number) => Array.from({ length: count }, () => launch(launched++, Date.now()));
let told = 0;
const tidings = (count: number) =>
  Array.from({ length: count }, () =>
    announcementJson(message({ id: (0xbeef00 + told++).toString(16).padStart(16, '0') })),
  );

const failedIn = (outcome: Outcome): number => {
  if (outcome.kind !== 'answer') throw new Error(JSON.stringify(outcome));
  return (outcome.value as typeof noFailures).batchItemFailures.length;
};
const posted = ({ taken }: World): number => taken.receipts.filter(({ channel }) => channel === 'slack').length;

/** What becomes of a batch whose time is over. Lambda's own end is a SIGKILL; then another process is handed the same. */
export const cutting: readonly Case[] = [
  ...[0, 4, 9, 14].map(
    (answers): Case => ({
      name: `cloudtrail, ended after ${answers} answers of the tables, and delivered again`,
      run: async world => {
        const batch = batchOf(launches(10));
        const { items: before } = await world.findings.list({}, { limit: 100 });
        const first = await world.start('cloudtrail');
        world.lines.dynamodb.mute(answers); // what it writes then is stored, and it never hears that
        deepEqual(await first.invoke(batch, 3), { kind: 'timed out' });
        world.lines.dynamodb.mute(Number.POSITIVE_INFINITY);
        const second = await world.start('cloudtrail');
        deepEqual(await second.invoke(batch, 60), { kind: 'answer', value: noFailures });
        const known = new Map(before.map(({ id, count }) => [id, count]));
        const { items } = await world.findings.list({}, { limit: 100 });
        const grown = items.map(({ id, count }) => count - (known.get(id) ?? 0)).filter(count => count > 0);
        deepEqual(grown, [10]);
        return `${grown} of 10 events counted, each once`;
      },
    }),
  ),
  {
    name: 'audit, at its time-out while tables say nothing',
    run: async world => {
      const one = await world.start('audit');
      world.lines.dynamodb.mute(0);
      const outcome = await one.invoke(logged('/aws/eks/prod/cluster', examplesOf('kubernetes', Date.now())), 3);
      world.lines.dynamodb.mute(Number.POSITIVE_INFINITY);
      // An answer just before would leave the process, and what it was at, to the next invocation.
      deepEqual(outcome, { kind: 'timed out' });
      return 'it answers nothing, and what was at work ends with its process';
    },
  },
  {
    name: 'cloudtrail, objects that take longer than there is time',
    run: async world => {
      const keys = Array.from(
        { length: 12 },
        (_, at) => `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/${at}.json.gz`,
      );
      for (const key of keys) world.rest.objects.set(`/organisation-trail/${key}`, Buffer.from('{"Records":[]}'));
      world.rest.slow(700);
      const notice = (key: string) => JSON.stringify({ s3Bucket: 'organisation-trail', s3ObjectKey: [key] });
      const one = await world.start('cloudtrail');
      const first = await one.invoke(batchOf(keys.map(notice)), 18);
      world.rest.slow(0);
      const left = failedIn(first);
      ok(left > 0 && left < keys.length, `${left} went back`);
      return `${keys.length - left} of ${keys.length} done and acknowledged, ${left} went back in time`;
    },
  },
  {
    name: 'slack, a service that takes a second for each of ten',
    run: async world => {
      world.lines.services.slow(1_000);
      const before = posted(world);
      const one = await world.start('slack');
      const outcome = await one.invoke(batchOf(tidings(10)), 18);
      world.lines.services.slow(0);
      const left = failedIn(outcome);
      equal(posted(world) - before, 10 - left);
      ok(left > 0 && left < 10, `${left} went back`);
      return `${10 - left} posted and acknowledged, ${left} went back before they were begun`;
    },
  },
];
