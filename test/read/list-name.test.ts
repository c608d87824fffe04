import { expect, test } from 'vitest';
import { listNamed, longestKey, mayBeNamed } from '../../core/read/list-name.ts';
import { decoded, parsed } from '../../core/read/text.ts';
import { bytesOf } from './samples.ts';

/** The text to the first bracket that begins a list. */
const list = (written: string): [Uint8Array, number] => [bytesOf(written), written.indexOf('[')];

test.each<[string, string | undefined]>([
  ['{"Records":[', 'Records'],
  ['{"logEvents" : \r\n\t [', 'logEvents'],
  ['{"x":1, "items":[', 'items'],
  ['{"Records":{[', undefined],
  ['{"records:[', undefined],
  ['Records:[', undefined],
  ['{"Recordx":[', undefined],
  ['{"tags":[', undefined],
  ['{"aVeryLongNameOfRecords":[', undefined],
  ['[', undefined],
  [`{"Records":${' '.repeat(longestKey)}[`, undefined],
])('%j begins the list %s', (written, name) => {
  const [bytes, at] = list(written);
  const found = listNamed(bytes.subarray(0, at + 1));
  expect(found).toBe(name);
  // What is asked first lets each of them through.
  if (name !== undefined) expect(mayBeNamed(bytes, at)).toBe(true);
});

test.each([
  ['{"tags":[', false],
  ['{"Records":{[', false],
  ['{"Records",[', false],
  ['{Records:[', false],
  ['{"Records":1[', false],
  ['[', false],
  ['{"otherRecords" \n\r\t : [', true],
])('of %j it is told before its name is read that it may be one: %s', (written, may) => {
  expect(mayBeNamed(...list(written))).toBe(may);
});

test('what is no UTF-8 has no text, and what is no JSON no value', () => {
  expect(decoded(Uint8Array.from([0x22, 0xc3, 0xa9, 0x22]))).toBe('"é"');
  expect(decoded(Uint8Array.from([0x22, 0xc3]))).toBeUndefined();
  expect([parsed('{"a":1}'), parsed('null'), parsed('{'), parsed('')]).toEqual([{ a: 1 }, null, undefined, undefined]);
});
