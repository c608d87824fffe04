import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, mrkdwn, plain, prose, slackPlain, subjectLine } from '../../core/escape.ts';
import { hostile } from './hostile.ts';

/** Any text, with the tricks above mixed in. */
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof(fc.constantFrom(...hostile.filter(text => text.length < 1000)), fc.string()))
    .map(all => all.join('')),
);

const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const entity = /&(amp|lt|gt);/g;

const channels = { plain, mrkdwn, code, slackPlain, prose, subjectLine } as const;

describe.each(Object.entries(channels))('%s', (_, render) => {
  test.each(
    hostile.map(text => [JSON.stringify(text).slice(0, 60), text]),
  )('shows %s as one visible line', (_, text) => {
    expect(render(text)).not.toMatch(invisible);
  });

  test('leaves nothing invisible in any text', () => {
    fc.assert(fc.property(anything, text => !invisible.test(render(text))));
  });

  test('never exceeds its limit, nor cuts an entity or a code point in two', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 8, max: 200 }), (text, max) => {
        const shown = render(text, max);
        return (
          shown.length <= max && !/&(?!(amp|lt|gt);)/.test(render === plain || render === subjectLine ? '' : shown)
        );
      }),
    );
  });
});

test.each(
  Object.entries(channels).filter(([name]) => name !== 'prose'),
)('%s piles no marks over the lines beside it, and leaves those of a language', (_, render) => {
  fc.assert(fc.property(anything, text => !/\p{M}{5}/u.test(render(text))));
  expect(render(`a${'\u0301'.repeat(300)}b`).length).toBeLessThan(10);
  for (const text of ['é', 'नमस्ते', 'שָׁלוֹם', 'ที่นี่']) if (render !== subjectLine) expect(render(text)).toContain(text);
});

test.each([
  ['mrkdwn', mrkdwn],
  ['code', code],
  ['prose', prose],
] as const)('%s has no bracket of its own, so no mention and no link', (_, render) => {
  fc.assert(fc.property(anything, text => !/[<>]|&/.test(render(text).replace(entity, ''))));
});

test.each(
  Object.entries(channels).filter(([name]) => name !== 'prose'),
)('%s has no address that a client would link', (_, render) => {
  fc.assert(fc.property(anything, text => !/:\/\/|\bwww\.|\bmailto:/i.test(render(text))));
});

test.each([
  ['www\u0301.example.com', 'www[.]example.com'],
  ['http:\u0301//example.com', 'http[:]//example.com'],
  ['mailto\u0301:a@example.com', 'mailto[:]a@example.com'],
  [`${'x'.repeat(92)} www-of-another-kind`, `${'x'.repeat(92)} ...`],
])('the subject %j is %j: nothing that is left out of it makes a link', (text, subject) => {
  expect(subjectLine(text)).toBe(subject);
});

test('running text cannot format, mention, name a channel or draw an emoji', () => {
  fc.assert(fc.property(anything, text => !/[*_~`@#:]/.test(mrkdwn(text))));
});

test('a code span ends only where we end it', () => {
  fc.assert(
    fc.property(anything, text => {
      const span = code(text);
      return span === '' || (span.startsWith('`') && span.endsWith('`') && !span.slice(1, -1).includes('`'));
    }),
  );
});

test.each([
  ['arn:aws:sts::111122223333:assumed-role/dev_ops/alice', '`arn:aws:sts::111122223333:assumed-role/dev_ops/alice`'],
  ['a<b>&`c', '`a&lt;b&gt;&amp;ˋc`'],
  ['https://example.com', '`https[:]//example.com`'],
  ['', ''],
])('code(%j) is %j', (text, span) => {
  expect(code(text)).toBe(span);
});

test.each([
  ['\u001b[31mred', '\\e[31mred'],
  ['a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['\u202eevil', '\\u{202e}evil'],
  ['\u00a0a\u3000b', ' a b'],
  ['naïve 🙂 日本語', 'naïve 🙂 日本語'],
  ['WWW.example.com', 'WWW[.]example.com'],
])('plain(%j) is %j', (text, shown) => {
  expect(plain(text)).toBe(shown);
});

test('a subject is ASCII, under a hundred characters, without control characters', () => {
  fc.assert(fc.property(anything, text => /^[\x20-\x7e]{0,99}$/.test(subjectLine(text))));
  expect(subjectLine(`Tripline – “naïve” ${'x'.repeat(200)}`)).toMatch(/^Tripline - "naive" x+\.\.\.$/);
});

test('our own prose keeps its code spans and shows placeholders', () => {
  expect(prose('Run `aws ec2 stop-instances --instance-ids <id>` & wait')).toBe(
    'Run `aws ec2 stop-instances --instance-ids &lt;id&gt;` &amp; wait',
  );
});

test.each([
  ['mrkdwn', mrkdwn, '*_~`@#:&<>', '∗＿∼ˋ＠＃∶&amp;&lt;&gt;'],
  ['code', code, '*_~`@#:&<>', '`*_~ˋ@#:&amp;&lt;&gt;`'],
  ['prose', prose, '*_~`@#:&<>', '*_~`@#:&amp;&lt;&gt;'],
  ['slackPlain', slackPlain, '*_~`@#:&<>', '*_~`＠#:＆‹›'],
  ['plain', plain, '*_~`@#:&<>', '*_~`@#:&<>'],
  ['mrkdwn', mrkdwn, 'https://a www.b mailto:c', 'https[∶]//a www[.]b mailto[∶]c'],
  ['slackPlain', slackPlain, 'https://a www.b mailto:c', 'https[:]//a www[.]b mailto[:]c'],
  ['prose', prose, 'a\nb', 'a\\nb'],
  ['plain', plain, '\ud800', '\\u{d800}'],
  ['plain', plain, '\u2800\ufeff', '\\u{2800}\\u{feff}'],
  ['code', code, ' ', ''],
] as const)('%s shows %3$j as %4$j', (_, render, text, shown) => {
  expect(render(text)).toBe(shown);
});

test.each([
  ['plain', plain, 'abc', 3, 'abc'],
  ['plain', plain, 'abcd', 3, 'ab…'],
  ['plain', plain, 'abcd', 1, '…'],
  ['plain', plain, 'abcd', 0, '…'],
  ['plain', plain, 'a', 0, 'a'],
  // What one character is shown as is never cut.
  ['plain', plain, 'a\u001bb', 3, 'a…'],
  ['plain', plain, 'a🙂b', 3, 'a…'],
  ['mrkdwn', mrkdwn, 'a&b', 5, 'a…'],
  ['mrkdwn', mrkdwn, 'a&', 6, 'a&amp;'],
  ['mrkdwn', mrkdwn, 'abcd', 0, '…'],
  ['prose', prose, 'a<b', 4, 'a…'],
  ['prose', prose, 'abcd', 0, '…'],
  ['slackPlain', slackPlain, 'abcd', 3, 'ab…'],
  ['slackPlain', slackPlain, 'abcd', 0, '…'],
  ['code', code, 'abc', 5, '`abc`'],
  ['code', code, 'abcd', 5, '`ab…`'],
  ['code', code, 'abcd', 0, '`…`'],
] as const)('%s of %3$j in %4$i is %5$j', (_, render, text, max, shown) => {
  expect(render(text, max)).toBe(shown);
});

test.each([
  ['it’s ‘here’', "it's 'here'"],
  ['“quoted”', '"quoted"'],
  ['a – b — c · d', 'a - b - c - d'],
  ['ﬁnding naïve', 'finding naive'],
  ['日本', '??'],
  ['  a   b  ', 'a b'],
  ['a\nb', 'a\\nb'],
])('the subject of %j is %j', (text, subject) => {
  expect(subjectLine(text)).toBe(subject);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abc...'],
  ['ab cdefg', 6, 'ab...'],
  ['see WWW-x-y', 10, 'see ...'],
  ['www-x abcdefgh', 10, 'www-x a...'],
  ['see awww-x', 11, 'see awww-x'],
  ['see awww-xyz', 11, 'see awww...'],
])('the subject of %j in %i is %j', (text, max, subject) => {
  expect(subjectLine(text, max)).toBe(subject);
});
