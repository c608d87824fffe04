import { describe, expect, it, test } from 'vitest';
import type { Read } from '../../core/read/contract.ts';
import { type Guess, Guesser } from '../../core/read/guess.ts';
import { readRecords } from '../../core/read/record.ts';
import { Splitter } from '../../core/read/split.ts';
import { audit, bytesOf, nowhere, readAll, short, streamOf, trail } from './samples.ts';

const line = (one: unknown): string => JSON.stringify(one);
const e = (id: string, over = {}): string => line(trail(id, over));
/** As `{"eventVersion"…` stands between two records of a file. */
const seam = e('e-0').slice(0, 8);

/** Texts in which what looks like a whole record is none, or more than one thing. */
const texts: { readonly [what: string]: string } = {
  'a record that holds the seam of its list': `{"Records":[${e('e-1', { requestParameters: { a: [trail('in'), trail('in')] } })},${e('e-2')},${e('e-3')}]}`,
  'a record that holds the seam in a text': `{"Records":[${e('e-1', { userAgent: `},${seam}` })},${e('e-2')}]}`,
  'a record with a list that is called as lists of records are': `${e('e-1', { Records: [trail('e-2')] })}\n${e('e-3')}\n`,
  'such a list, named twice': `{"eventSource":"a","Records":[${e('e-1')}],"Records":1,${e('e-2').slice(1)}\n${e('e-3')}\n`,
  'such a list under an escaped name': `${e('e-1', { xecords: [1] }).replace('xecords', '\\u0052ecords')}\n${e('e-2')}\n`,
  'such a name of no list': `${e('e-1', { events: 1 })}\n${e('e-2')}\n`,
  'two records on a line': `${e('e-1')}${e('e-2')}\n${e('e-3')}\n`,
  'a record, a comma and a record on a line': `${e('e-1')},${e('e-2')}\n${e('e-3')}\n`,
  'a record that was cut off, in a list': `[\n{"eventVersion":"1","a":\n${e('e-1')},\n${e('e-2')}\n]`,
  'a record that was cut off, between lines': `${e('e-0').slice(0, 100)}\n${e('e-1')}\n${e('e-2')}\n`,
  'a line that closes what another opened': `{"a":\n${e('e-1')}}\n${e('e-2')}\n`,
  'a line with a number behind it': `${e('e-1')} 1\n${e('e-2')}\n`,
  'lines with carriage returns': `${e('e-1')}\r\n${e('e-2')}\r\n`,
  'a record too deep': `${e('e-1', { requestParameters: JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) })}\n${e('e-2')}\n`,
  'a record of the deepest level there may be': `${e('e-1', { a: JSON.parse(`${'['.repeat(199)}${']'.repeat(199)}`) })}\n${e('e-2')}\n`,
  'a record of no shape': `${e('e-1', { userAgent: 7 })}\n${e('e-2')}\n`,
  'insights, digests and wrappers': [
    e('e-1', { eventType: 'AwsCloudTrailInsight' }),
    e('e-0', { eventType: 'AwsVpceEvent', eventCategory: 'NetworkActivity' }),
    line({ digestStartTime: 'x' }),
    ...Array.from({ length: 12 }, (_, at) => line({ message: e(`e-${at + 2}`) })),
    e('e-99'),
    line({ log: line(audit()) }),
  ].join('\n'),
  'a payload of log events': line({
    messageType: 'DATA_MESSAGE',
    logGroup: '/aws/eks/prod/cluster',
    logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
    logEvents: [
      { id: '1', message: line(audit()) },
      { id: '2', message: line(audit({ auditID: 'ä\ud800' })) },
      { id: '3', message: `${line(audit())}\n${line(audit({ verb: 'list' }))}` },
      { id: '4', message: line(trail('e-1')) },
    ],
  }),
  'text of other alphabets': `${e('e-1', { userAgent: 'é𝄞' })}\n${e('e-2')}\n`,
  'numbers that JSON does not have': `${e('e-1').replace('"eventVersion":"', '"n":01,"eventVersion":"')}\n${e('e-2')}\n`,
};

describe('a record that is plain to see is what it is when it is counted out:', () => {
  it.each(Object.entries(texts))('%s', async (_, text) => {
    const bytes = bytesOf(text);
    const counted = await readAll(streamOf(bytes, 1)); // no chunk of one byte shows a whole record
    expect(await readAll(bytes)).toEqual(counted);
    for (const size of [97, 700, 1_400]) expect(await readAll(streamOf(bytes, size))).toEqual(counted);
  });

  it('bytes that are no UTF-8', async () => {
    const bytes = bytesOf(`${e('e-1', { userAgent: '~~~~' })}\n${e('e-2')}\n`);
    const broken = bytes.map(byte => (byte === 0x7e ? 0xff : byte));
    const counted = await readAll(streamOf(broken, 1));
    expect(await readAll(broken)).toEqual(counted);
    expect(counted.map(({ kind }) => kind)).toEqual(['rejected', 'event']);
  });
});

const guessed = (text: string): { readonly guesses: number; readonly pieces: number } => {
  let guesses = 0;
  let pieces = 0;
  const take = ({ to, from }: Guess): boolean => {
    guesses++;
    return to > from;
  };
  const splitter = new Splitter(() => pieces++, new Guesser(take));
  splitter.push(bytesOf(text));
  splitter.end();
  return { guesses, pieces };
};

test('all records of a file, but the last of a list, are plain to see', () => {
  const records = Array.from({ length: 50 }, (_, at) => e(`e-${at}`));
  expect(guessed(`${records.join('\n')}\n`)).toEqual({ guesses: 50, pieces: 0 });
  expect(guessed(`{"Records":[${records.join(',')}]}`)).toEqual({ guesses: 49, pieces: 1 });
});

test('a text of one record is read as its bytes are', () => {
  const reads: readonly Read[] = readRecords(bytesOf(line({ message: e('e-1') })), { place: nowhere, where: 'test' });
  expect(short(reads)).toEqual(['e-1']);
});
