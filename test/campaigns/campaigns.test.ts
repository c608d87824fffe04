import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { partsOf } from '../../core/announce/commands.ts';
import { slackLimits, slackMessage } from '../../core/announce/slack.ts';
import { defineConfig } from '../../core/config.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { ocsf } from '../../core/ocsf.ts';
import { blocksOf, texts } from '../announce/blocks.ts';
import { ocsfFaults } from '../announce/ocsf-schema.ts';
import { listen, paged } from '../stories/listen.ts';
import { alone, eventsOf, stepOf } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { campaigns } from './campaigns.ts';
import { nodeClass } from './node-class.ts';
import { campaignsPage } from './page.ts';
import { podsCredentials } from './pods-credentials.ts';
import { isOf } from './told.ts';

describe.each(campaigns.map(one => [one.title, one] as const))('%s', (_, { steps, told, most }) => {
  const whole = listen(alone(steps), exampleSettings);

  test('is told by its most telling steps, in few messages', async () => {
    const { said } = await whole;
    const missing = told.filter(one => !said.filter(isOf(one)).some(({ after }) => stepOf(steps, after) <= one.by));
    expect(missing).toEqual([]);
    expect(paged(said).length).toBeLessThanOrEqual(most[0]);
  });

  test('is told in few messages where nothing is set', async () => {
    const { said } = await listen(alone(steps), defineConfig({}));
    expect(said.length).toBeGreaterThan(0);
    expect(paged(said).length).toBeLessThanOrEqual(most[1]);
  });

  test('says nothing of the steps that are said to be quiet, and something of each other one', async () => {
    const { matched } = await whole;
    const wrong = steps.filter(one => eventsOf(one).some(({ id }) => matched.has(id)) === (one.quiet !== undefined));
    expect(wrong.map(({ does }) => does)).toEqual([]);
  });

  test('comes to the same findings where one log is a quarter of an hour late, twice, and out of order', async () => {
    const events = alone(steps).flat();
    const arrival = ({ source, time }: AnyEvent): number => time + (source === 'kubernetes' ? 15 * 60_000 : 0);
    const late = [...events, ...events].toSorted(
      (one, other) => arrival(one) - arrival(other) || (one.id < other.id ? -1 : 1),
    );
    const found = async (deliveries: Awaited<ReturnType<typeof listen>>) =>
      deliveries.findings
        .list()
        .map(({ finding }) => [finding.id, finding.severity, finding.count].join(' '))
        .toSorted();
    expect(
      await found(
        await listen(
          late.map(event => [event]),
          exampleSettings,
        ),
      ),
    ).toEqual(await found(await whole));
  });
});

test('a call of IAM’s, which is recorded in one region wherever it is made, is no news of a region', async () => {
  const regions = async ({ steps }: Campaign) =>
    (await listen(alone(steps), exampleSettings)).said.flatMap(({ message: { transition } }) =>
      transition.changes.flatMap(({ kind, value }) => (kind === 'region' ? value : [])),
    );
  expect(nodeClass.steps.flatMap(eventsOf).some(({ region }) => region === 'us-east-1')).toBe(true);
  expect(await regions(nodeClass)).toEqual([]);
  expect(await regions(podsCredentials)).toContain('us-east-1'); // instances, there
});

test('each message is whole in every channel, and its commands are a shell’s', async () => {
  const all = await Promise.all(campaigns.map(({ steps }) => listen(alone(steps), exampleSettings)));
  const messages = all.flatMap(({ said }) => said.map(({ message }) => message));
  expect(messages.length).toBeGreaterThan(100);
  expect(messages.flatMap(message => ocsfFaults(ocsf(message)))).toEqual([]);
  const shown = messages.flatMap(message => blocksOf(slackMessage(message)).flatMap(texts));
  expect(shown.filter(({ text }) => text.length > slackLimits.text)).toEqual([]);
  expect(shown.filter(({ text }) => text.startsWith('*What to do*') && text.endsWith('…'))).toEqual([]);
  const commands = new Set(
    messages.flatMap(({ detection }) =>
      detection.runbook.flatMap(step => partsOf(step).flatMap(({ kind, text }) => (kind === 'code' ? text : []))),
    ),
  );
  expect(commands.size).toBeGreaterThan(100);
  // Each by itself, so that the quote of one does not end in another.
  const script = [...commands]
    .filter(command => !command.startsWith('fields ')) // a query of Logs Insights
    .map((command, at) => `f${at}() {\n${command}\n}`)
    .join('\n');
  expect(() => execFileSync('sh', ['-n'], { input: script, stdio: ['pipe', 'pipe', 'pipe'] })).not.toThrow();
});

test('docs/campaigns.md says what is told', async () => {
  const page = readFileSync(new URL('../../docs/campaigns.md', import.meta.url), 'utf8');
  expect(page, 'run `node test/campaigns/page.ts`').toBe(await campaignsPage(campaigns));
});
