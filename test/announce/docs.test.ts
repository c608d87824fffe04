import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buttons } from '../../core/announce/buttons.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { transitionKinds } from '../../core/announce/transitions.ts';
import { defineConfig } from '../../core/config.ts';
import { message } from './message.ts';

const read = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('the Slack message in the documentation is what is posted', () => {
  const said = message();
  expect(JSON.parse(read('slack-message.json'))).toEqual(buttons(slackMessage(said), said.finding));
});

test('the settings in the documentation are settings', () => {
  const blocks = [...read('responding.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  expect(blocks).toHaveLength(2);
  for (const block of blocks) {
    // The blocks are plain data written by us: what they say is checked by what reads settings.
    const config: Parameters<typeof defineConfig>[0] = new Function(`return { ${block} }`)();
    expect(() => defineConfig(config)).not.toThrow();
  }
});

test('every kind of transition is documented', () => {
  const page = read('announcement.md');
  for (const kind of transitionKinds) expect(page).toContain(kind);
});
