import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nodeClass } from '../campaigns/node-class.ts';
import { session } from '../campaigns/session.ts';
import { isOf } from '../campaigns/told.ts';
import { listen, paged } from '../stories/listen.ts';
import { alone } from '../stories/step.ts';
import { hear, settingsOf } from './heard.ts';
import { worksPage } from './page.ts';
import { works } from './works.ts';

describe.each(works.map(one => [one.title, one] as const))('%s', (_, work) => {
  const heard = hear(work);

  test('says, where settings name it, what somebody wants and nothing else', async () => {
    const [, , named] = await heard;
    const told = paged(named?.said ?? []).map(
      ({ message: { finding } }) => `${finding.detection} (${finding.severity})`,
    );
    expect([...new Set(told)].toSorted()).toEqual(Object.keys(work.still).toSorted());
  });

  test('is said in few messages, whatever is set', async () => {
    const counts = (await heard).map(({ said }) => paged(said).length);
    const above = counts.filter((count, at) => count > (work.most[at] ?? 0));
    expect(above, `${counts.join(', ')} messages`).toEqual([]);
  });

  test.each([nodeClass, session])('hides no intruder: $title', async ({ steps, told }) => {
    const { said } = await listen(alone(steps), settingsOf(work)[2]);
    expect(told.filter(one => !said.some(isOf(one)))).toEqual([]);
  });
});

test('docs/works.md says what is said', async () => {
  const page = readFileSync(new URL('../../docs/works.md', import.meta.url), 'utf8');
  expect(page, 'run `node test/works/page.ts`').toBe(await worksPage(works));
});
