import { deepEqual, equal, ok } from 'node:assert/strict';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { announcementJson } from '../../core/announce/json.ts';
import { message } from '../announce/message.ts';
import { type Environment, environment } from './environment.ts';
import { batchOf, examplesOf, launch, logged, pressed, streamed } from './events.ts';
import { logsOf } from './logs.ts';
import type { Case } from './report.ts';
import type { Outcome } from './runtime-api.ts';
import { type Name, secondsOf } from './world.ts';

const noFailures = { batchItemFailures: [] };
let launched = 9_000;
const launches = () => batchOf([launch(launched++, Date.now())]);
const audited = () => logged('/aws/eks/prod/cluster', examplesOf('kubernetes', Date.now()).slice(0, 3));
const told = () => batchOf([announcementJson(message())]);

/** What is told of an invocation that failed, or of the messages that it gave back. */
const complaint = (one: Environment, outcome: Outcome): string => {
  const lines = logsOf(one.lines());
  if (outcome.kind === 'error') return `the invocation fails: ${outcome.message}`;
  if (outcome.kind !== 'answer') throw new Error(JSON.stringify(outcome));
  const failed = (outcome.value as typeof noFailures).batchItemFailures.length;
  equal(failed, 1);
  return `the message goes back: ${lines.find(({ level }) => level === 'warn')?.['message']}`;
};

const without = (variable: string, name: Name, event: () => unknown): Case => ({
  name: `${name}, without the variable ${variable}`,
  run: async world => {
    const one = await world.start(name, { [variable]: undefined });
    const said = complaint(one, await one.invoke(event(), secondsOf(name)));
    ok(said.includes(`the environment variable ${variable} is not set: the stack sets it`), said);
    return said;
  },
});

/** Something of every kind of function, where nothing of AWS and no service answers. */
const wakes: { readonly [name in Name]?: () => unknown } = {
  cloudtrail: launches,
  audit: audited,
  announce: () => streamed(['0123456789abcdef'], Date.now()),
  slack: told,
  pagerduty: told,
  evidence: told,
  triage: () => pressed('0123456789abcdef', 'http://127.0.0.1:1/', Date.now()),
  subscribe: () => ({}),
  sweep: () => ({}),
  digest: () => ({}),
  canary: () => ({}),
  inventory: () => ({}),
  heartbeat: () => ({}),
};
const nowhere = Object.fromEntries(
  ['', '_DYNAMODB', '_SNS', '_EVENTBRIDGE', '_S3'].map(service => [`AWS_ENDPOINT_URL${service}`, 'http://127.0.0.1:1']),
);

/** A batch of six megabytes, the most that Lambda takes (Lambda Developer Guide, "Lambda quotas"). */
const large = (text: (at: number) => string) => batchOf(Array.from({ length: 24 }, (_, at) => text(at)));
const heavy = {
  'events with very long members': large(at =>
    launch(7_000 + at, Date.now()).replace('"version":"0"', `"version":"0","x":"${'y'.repeat(240_000)}"`),
  ),
  'messages that are no JSON': large(() => 'x'.repeat(250_000)),
  'brackets without an end': large(() => '['.repeat(250_000)),
};

/** A Logs payload that is hundreds of megabytes once it is unpacked. */
const bomb = () => {
  const [head = '', tail = ''] = JSON.stringify({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/prod/cluster',
    logStream: 'kube-apiserver-audit-0123456789abcdef',
    subscriptionFilters: [],
    logEvents: [{ id: '1', timestamp: 1, message: '…' }],
  }).split('…');
  return { awslogs: { data: gzipSync(`${head}${'x'.repeat(400_000_000)}${tail}`).toString('base64') } };
};

/** What is said where something is wrong, and what becomes of the next invocation. */
export const failing: readonly Case[] = [
  without('STATE_TABLE', 'cloudtrail', launches),
  without('FINDINGS_TABLE', 'sweep', () => ({})),
  without('HUB_TABLE', 'hub', () => batchOf(['{}'])),
  without('SLACK_WEBHOOK', 'slack', told),
  without('TOPIC_ARN', 'announce', () => streamed(['0123456789abcdef'], Date.now())),
  {
    name: 'audit, a table that is not there',
    run: async world => {
      const one = await world.start('audit', { STATE_TABLE: 'tripline-gone-state' });
      const outcome = await one.invoke(audited(), secondsOf('audit'));
      const [own] = one.lines().flatMap(line => (line.includes('"level":"ERROR"') ? [JSON.parse(line).message] : []));
      // Lambda's own client logs every member of an error: there is none.
      deepEqual(Object.keys(own), ['errorType', 'errorMessage', 'stackTrace']);
      const said = complaint(one, outcome);
      ok(said.includes('tripline-gone-state'), said);
      return said;
    },
  },
  {
    name: 'cloudtrail, a file of its package is gone',
    run: async world => {
      const deployed = await world.deployed('cloudtrail');
      const folder = `${deployed.folder}-cut`;
      cpSync(deployed.folder, folder, { recursive: true });
      for (const file of readdirSync(folder).filter(name => name.startsWith('catalogue'))) rmSync(join(folder, file));
      const one = await environment(world.client, { ...deployed, folder });
      const said = complaint(one, await one.invoke(launches(), secondsOf('cloudtrail')));
      await one.end();
      ok(said.includes('catalogue-'), said);
      return said.replaceAll(`${folder}/`, '');
    },
  },
  {
    name: 'every function, where nothing of AWS and no service answers',
    run: async world => {
      const seen: string[] = [];
      for (const [name, event] of Object.entries(wakes) as [Name, () => unknown][]) {
        const one = await world.start(name, nowhere);
        for (const turn of [1, 2]) {
          const outcome = await one.invoke(event(), secondsOf(name));
          const lines = one.lines();
          ok(
            ['answer', 'error'].includes(outcome.kind),
            `${name}, ${turn}: ${JSON.stringify(outcome)} ${lines.join(' ')}`,
          );
          logsOf(lines);
          if (turn === 1) seen.push(`${name} ${outcome.kind === 'answer' ? 'answers' : 'fails'}`);
        }
        await one.end();
      }
      return `none ends its process, each is there for the next: ${seen.join(', ')}`;
    },
  },
  ...Object.entries(heavy).map(
    ([what, batch]): Case => ({
      name: `cloudtrail, six megabytes: ${what}`,
      run: async world => {
        const one = await world.start('cloudtrail');
        deepEqual(await one.invoke(batch, secondsOf('cloudtrail')), { kind: 'answer', value: noFailures });
        ok(one.peak() < 1024, `${one.peak()} MB`);
        const line = logsOf(one.lines())[0] ?? {};
        return `${line['EventsRead']} read, ${line['RecordsQuarantined']} set aside; ${one.peak()} MB of 1,024 at most`;
      },
    }),
  ),
  {
    name: 'audit, a payload of 400 MB once it is unpacked',
    run: async world => {
      const one = await world.start('audit');
      deepEqual(await one.invoke(bomb(), secondsOf('audit')), { kind: 'answer', value: null });
      ok(one.peak() < 1024, `${one.peak()} MB`);
      equal(logsOf(one.lines())[0]?.['RecordsQuarantined'], 1);
      return `set aside; ${one.peak()} MB of 1,024 at most`;
    },
  },
  {
    name: 'cloudtrail, Lambda does not take its answer',
    run: async world => {
      const one = await world.start('cloudtrail');
      one.take(413);
      await one.invoke(launches(), secondsOf('cloudtrail'));
      one.take(202);
      deepEqual(await one.invoke(launches(), secondsOf('cloudtrail')), { kind: 'answer', value: noFailures });
      const said = one.lines().find(line => line.includes('413'));
      ok(said !== undefined);
      return `the client says so (${said.replace(/^.*LAMBDA_RUNTIME /, '')}), and the next one is answered`;
    },
  },
  {
    name: 'cloudtrail, asked to end (SIGTERM) at rest and while it is frozen',
    run: async world => {
      const ended: string[] = [];
      for (const isFrozen of [false, true]) {
        const one = await world.start('cloudtrail');
        deepEqual(await one.invoke(launches(), secondsOf('cloudtrail')), { kind: 'answer', value: noFailures });
        one.lines();
        if (isFrozen) one.freeze();
        ended.push(await one.end(isFrozen ? 'SIGKILL' : 'SIGTERM'));
        deepEqual(one.lines(), []);
      }
      return `ends at once (${ended.join(', ')}), with nothing left to do or to say`;
    },
  },
];
