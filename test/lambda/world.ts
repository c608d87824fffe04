import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { findingsTable } from '../../adapters/findings/table.ts';
import { createTables, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { hubTable } from '../../core/tables.ts';
import { routingKey, type Services, startServices, type Taken } from '../faults/services.ts';
import { bundled, newFolder } from './bundles.ts';
import { type Deployed, type Environment, environment } from './environment.ts';
import { guardOf } from './guard.ts';
import { lineTo } from './line.ts';
import { restOfAws } from './rest.ts';

/** Where the functions live: tables, services, lines to them on which what passes is seen, and a bundle of each. */
export type World = Awaited<ReturnType<typeof newWorld>>;

export const signing = 'an-app-signing-secret';
const webhookSecret = 'a-long-random-secret-of-the-webhook';

/** What of a function the stack says (`stacks/`): its memory in megabytes and time-out in seconds, and the variables it is given. */
const functions = {
  cloudtrail: [1024, 120, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET READINGS_QUEUE'],
  audit: [1024, 300, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET READINGS_QUEUE'],
  announce: [512, 60, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET TOPIC_ARN BUS_NAME'],
  sweep: [1024, 300, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET TOPIC_ARN BUS_NAME'],
  digest: [256, 120, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET TOPIC_ARN BUS_NAME'],
  slack: [256, 30, 'STATE_TABLE SLACK_WEBHOOK SLACK_CHANNEL=slack-2 CHANNEL=1'],
  'slack-app': [256, 30, 'STATE_TABLE SLACK_TOKEN SLACK_CHANNEL=slack-app-3 CHANNEL=2'],
  pagerduty: [256, 30, 'STATE_TABLE PAGERDUTY_KEY SLACK_CHANNEL=pagerduty-4 CHANNEL=3'],
  webhook: [256, 30, 'STATE_TABLE WEBHOOK_SECRET SLACK_CHANNEL=webhook-5 CHANNEL=4'],
  triage: [256, 10, 'FINDINGS_TABLE STATE_TABLE SLACK_SIGNING CHANNEL=2'],
  evidence: [512, 110, 'FINDINGS_TABLE STATE_TABLE EVIDENCE_BUCKET'],
  'posture-reader': [512, 90, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET'],
  subscribe: [256, 120, 'FINDINGS_TABLE STATE_TABLE FILTER_NAME FILTER_PATTERN AUDIT_FUNCTION'],
  canary: [256, 120, 'FINDINGS_TABLE STATE_TABLE CANARY_REGIONS'],
  inventory: [512, 900, 'FINDINGS_TABLE STATE_TABLE QUARANTINE_BUCKET'],
  heartbeat: [128, 30, 'HUB_BUS HEARTBEAT_URL'],
  hub: [256, 60, 'HUB_TABLE'],
} as const;
export type Name = keyof typeof functions;
export const names = Object.keys(functions) as readonly Name[];
export const memoryOf = (name: Name): number => functions[name][0];
export const secondsOf = (name: Name): number => functions[name][1];

const nothingTaken = (): Taken => ({
  receipts: [],
  byCall: new Map(),
  published: [],
  files: new Map(),
  kept: new Map(),
  asked: [],
  onPublish: () => undefined,
  onDoubt: () => undefined,
});

const arn = (service: string, rest: string): string => `arn:aws:${service}:eu-west-1:111122223333:${rest}`;

/** @param client the runtime client's file */
export const newWorld = async (client: string) => {
  const folder = newFolder();
  const database = await localDynamoDB();
  await createTables(database.client, '', [hubTable]);
  const services: Services = await startServices();
  const rest = await restOfAws();
  const taken = nothingTaken();
  services.serve(taken);
  const guards = await Promise.all([database.endpoint, services.address, rest.address].map(guardOf));
  const [tablesGuard, servicesGuard, restGuard] = guards.map(({ address }) => address);
  const lines = {
    dynamodb: await lineTo(tablesGuard ?? ''),
    services: await lineTo(servicesGuard ?? ''),
    rest: await lineTo(restGuard ?? ''),
  };
  const known: Readonly<Record<string, string>> = {
    FINDINGS_TABLE: database.tables.findings,
    STATE_TABLE: database.tables.state,
    HUB_TABLE: hubTable.name,
    QUARANTINE_BUCKET: 'quarantine',
    EVIDENCE_BUCKET: 'evidence',
    TOPIC_ARN: arn('sns', 'tripline-production-alerts'),
    BUS_NAME: 'tripline-production-findings',
    HUB_BUS: arn('events', 'event-bus/tripline-soc-hub'),
    READINGS_QUEUE: `${lines.rest.address}/111122223333/tripline-production-readings`, // its host is where the SDK sends
    FILTER_NAME: 'tripline-production-audit',
    FILTER_PATTERN: '{ $.verb = "create" }',
    AUDIT_FUNCTION: arn('lambda', 'function:tripline-production-audit'),
    CANARY_REGIONS: 'eu-west-1,us-east-1',
    HEARTBEAT_URL: `${lines.rest.address}/heartbeat`,
    SLACK_WEBHOOK: `${lines.services.address}/slack/hook/`,
    SLACK_TOKEN: 'xoxb-token',
    SLACK_SIGNING: signing,
    PAGERDUTY_KEY: routingKey,
    WEBHOOK_SECRET: webhookSecret,
  };
  const endpoints = {
    AWS_ENDPOINT_URL: lines.rest.address,
    AWS_ENDPOINT_URL_DYNAMODB: lines.dynamodb.address,
    AWS_ENDPOINT_URL_SNS: `${lines.services.address}/sns`,
    AWS_ENDPOINT_URL_EVENTBRIDGE: `${lines.services.address}/bus`,
    AWS_ENDPOINT_URL_S3: `${lines.rest.address}/s3`,
  };
  const redirects = {
    NODE_OPTIONS: `--require ${join(import.meta.dirname, 'redirect.cjs')}`,
    TEST_REDIRECT: JSON.stringify({
      'slack.com': `${lines.rest.address}/api`,
      'events.pagerduty.com': `${lines.services.address}/pagerduty/hook/`,
      'soar.example.com': `${lines.services.address}/webhook/hook/`,
    }),
  };
  const bundles = new Map<Name, Promise<string>>();
  const bundleOf = (name: Name): Promise<string> => {
    const made = bundles.get(name) ?? bundled(`functions/${name}`, folder);
    bundles.set(name, made);
    return made;
  };
  const started: Environment[] = [];

  const deployed = async (name: Name, over: Readonly<Record<string, string | undefined>> = {}): Promise<Deployed> => {
    const [memory, , wanted] = functions[name];
    const own = wanted.split(' ').map(one => {
      const [variable = '', value = known[variable] ?? ''] = one.split('=');
      return [variable, value] as const;
    });
    const all = {
      STAGE: 'production',
      AWS_ACCESS_KEY_ID: name,
      ...Object.fromEntries(own),
      ...endpoints,
      ...redirectsFor(name),
      ...over,
    };
    const variables = Object.fromEntries(
      Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
    return { folder: await bundleOf(name), name, memory, variables };
  };
  const redirectsFor = (name: Name) => (['slack-app', 'pagerduty', 'webhook'].includes(name) ? redirects : {});

  return {
    client,
    folder,
    database,
    taken,
    /** Memory that functions had, for the report. */
    peaks: [] as string[],
    rest,
    lines,
    guards,
    findings: findingsTable(database.client, database.tables.findings),
    /** When anything last passed to or from a service, milliseconds of `performance.now()`. */
    usedAt: () => Math.max(...Object.values(lines).map(line => line.usedAt())),
    deployed,
    /** Starts an environment of a function. @param over variables beside or instead of the stack's */
    start: async (name: Name, over: Readonly<Record<string, string | undefined>> = {}): Promise<Environment> => {
      const one = await environment(client, await deployed(name, over));
      started.push(one);
      return one;
    },
    close: async (): Promise<void> => {
      for (const one of started) await one.end();
      for (const line of Object.values(lines)) line.close();
      for (const guard of guards) guard.stop();
      rest.stop();
      await services.stop();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
};
