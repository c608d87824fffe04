import { describe, expect, test } from 'vitest';
import { defineConfig } from '../core/config.ts';
import { itself, remembered, rememberedText } from '../core/remembered.ts';

/** Names that nobody asked for before: as many as are kept. */
const flood = Array.from({ length: 4_096 }, (_, at) => `flood-${at}`);
const settings = defineConfig({});

describe.each([
  [
    'under settings',
    (answer: (text: string) => unknown) => {
      const ask = remembered(answer, itself);
      return (text: string) => ask(text, settings);
    },
  ],
  ['of a text', (answer: (text: string) => unknown) => rememberedText(answer)],
] as const)('an answer %s', (_, remembering) => {
  const watched = () => {
    const asked: string[] = [];
    const ask = remembering(text => {
      asked.push(text);
      return `${text.length} letters`;
    });
    return { asked, ask };
  };

  test('is worked out once and given again', () => {
    const { asked, ask } = watched();
    expect(['role', 'role', 'node', 'role'].map(ask)).toEqual(['4 letters', '4 letters', '4 letters', '4 letters']);
    expect(asked).toEqual(['role', 'node']);
  });

  test('that is undefined is remembered as well', () => {
    let asked = 0;
    const ask = remembering(() => {
      asked++;
    });
    expect([ask('nobody'), ask('nobody'), asked]).toEqual([undefined, undefined, 1]);
  });

  test('about a text of 512 characters is kept, and of a longer one is not', () => {
    const { asked, ask } = watched();
    const [kept, long] = ['x'.repeat(512), 'x'.repeat(513)];
    expect([kept, long, kept, long].map(ask)).toEqual(['512 letters', '513 letters', '512 letters', '513 letters']);
    expect(asked).toEqual([kept, long, long]);
  });

  test('is forgotten with all others when there are too many, so that memory is bounded', () => {
    const { asked, ask } = watched();
    flood.forEach(ask);
    ask('flood-0');
    expect(asked).toHaveLength(4_096);
    ask('one more');
    ask('flood-0');
    ask('one more');
    expect(asked.slice(4_096)).toEqual(['one more', 'flood-0']);
  });
});

test('an answer under other settings is worked out anew, and then that one is remembered', () => {
  const asked: string[] = [];
  const ask = remembered((text: string, { home }) => {
    asked.push(text);
    return home;
  }, itself);
  const other = defineConfig({ home: 'eu-west-1' });
  expect([ask('x', settings), ask('x', other), ask('x', other), ask('x', settings)]).toEqual([
    'us-east-1',
    'eu-west-1',
    'eu-west-1',
    'us-east-1',
  ]);
  expect(asked).toHaveLength(3);
});

test('texts of another length may be kept', () => {
  let asked = 0;
  const ask = rememberedText(() => ++asked, 3);
  expect(['abc', 'abc', 'abcd', 'abcd'].map(ask)).toEqual([1, 1, 2, 3]);
});
