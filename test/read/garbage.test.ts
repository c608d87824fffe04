import { describe, expect, test } from 'vitest';
import { nameOf, serverLines } from '../../core/read/garbage.ts';
import { columnsOf, strangerOf } from '../../core/read/stranger.ts';
import { bytesOf } from './samples.ts';

const bytes = (...all: readonly number[]): Uint8Array => Uint8Array.from(all);
const utf16 = 'UTF-16';
const zip = bytes(0x50, 0x4b, 0x03, 0x04, 0);
const tar = new Uint8Array(512).fill(0x61);
tar.set(bytesOf('ustar'), 257);
const [csv, terminal, text] = ['It is CSV', '--output json', 'but no JSON object starts here'];

describe('what is no JSON is told by name:', () => {
  test.each<[string, Uint8Array, string]>([
    ['UTF-16, the small end first', bytes(0xff, 0xfe, 0x7b, 0), utf16],
    ['UTF-16, the great end first', bytes(0xfe, 0xff, 0, 0x7b), utf16],
    ['UTF-16 without a mark', bytes(0x7b, 0, 0x22, 0), utf16],
    ['half of a mark', bytes(0xff, 0xff, 0x7b), text],
    ['half of another', bytes(0xfe, 0xfe, 0x7b), text],
    ['the other half', bytes(0x61, 0xff, 0x7b), text],
    ['the other half of another', bytes(0x61, 0xfe, 0x7b), text],
    ['zip', zip, 'It is a zip archive: unpack it first'],
    ['what begins like zip', bytes(0x50, 0x4b, 0x05, 0x06, 0x61), text],
    ['zstd', bytes(0x28, 0xb5, 0x2f, 0xfd, 1), 'It is zstd-compressed'],
    ['xz', bytes(0xfd, 0x37, 0x7a, 0x58, 1), 'It is xz-compressed'],
    ['bzip2', bytesOf('BZh9'), 'It is bzip2-compressed'],
    ['Parquet', bytesOf('PAR1x'), 'It is a Parquet file'],
    ['gzip in gzip', bytes(0x1f, 0x8b, 8, 1), 'It is gzip inside of gzip or of text: unpack it first.'],
    ['half of gzip', bytes(0x1f, 0x61, 8, 1), text],
    ['the other half of gzip', bytes(0x61, 0x8b, 8, 1), text],
    ['tar', tar, 'It is a tar archive'],
    ['a byte of nothing', bytes(0x61, 0x62, 0x63, 0), 'It is not text, so it is not JSON.'],
    ['two bytes', bytes(0x61, 0x62), 'It is not text, so it is not JSON.'],
    ['HTML', bytesOf('<html>'), 'It is XML or HTML'],
    ['the event history', bytesOf('Event name,Event time\nx'), csv],
    ['the event history in quotes', bytesOf('"Event name","Event time"'), csv],
    ['Athena', bytesOf('"eventversion","eventtime","eventname"\r\nx'), csv],
    ['CloudTrail Lake', bytesOf('eventTime,eventID'), csv],
    ['Logs Insights', bytesOf('@timestamp,@message'), csv],
    ['names that are no record’s', bytesOf('name,age'), text],
    ['one column alone', bytesOf('eventName'), text],
    ['words around columns', bytesOf('the eventName, as said'), text],
    ['a sentence with names in it', bytesOf('x y eventName,eventTime'), text],
    ['names and a sentence', bytesOf('eventName,eventTime are two'), text],
    ['the words of a column later', bytesOf('an Event name,'), text],
    ['YAML', bytesOf('Events:\n- EventId: x'), terminal],
    ['YAML of Windows', bytesOf('Events:\r\n- EventId: x'), terminal],
    ['a table', bytesOf(`${'-'.repeat(20)}\n|  LookupEvents  |`), terminal],
    ['a table of Windows', bytesOf(`${'-'.repeat(20)}\r\n|`), terminal],
    ['a short rule', bytesOf('-------------------\n|'), text],
    ['a rule with more behind it', bytesOf(`${'-'.repeat(20)}x`), text],
    ['text for a terminal', bytesOf('EVENTS\tx\ty'), terminal],
    ['a member with its value', bytesOf('Events: x'), text],
    ['a word before it', bytesOf('the Events:'), text],
    ['a line later', bytesOf('x\nEvents:'), text],
    ['anything else', bytesOf('hello'), text],
  ])('%s', (_, content, says) => {
    expect(nameOf(content)).toContain(says);
  });
});

describe("a server's own lines", () => {
  const own = 'I0901 10:00:00.000000       1 trace.go:236] Trace[1]: "Get" (total time: 501ms)';

  test.each<[string, string, number | undefined]>([
    ['alone', own, 1],
    ['with empty ones between them', `${own}\n\n  \n${own.replace('I', 'E')}\n`, 2],
    ['as a container runtime keeps them', `2026-09-01T10:00:00.000000000Z stderr F ${own}`, 1],
    ['as a driver keeps them', `2026-09-01T10:00:00Z ${own}`, 1],
    ['one among which is another', `${own}\nhello`, undefined],
    ['one that holds what a record has', `${own} {"auditID":"x"}`, undefined],
    ['one that holds what a call has', `${own} {"eventID":"x"}`, undefined],
    ['with something before it', `x ${own}`, undefined],
    ['none', '\n \n', undefined],
    ['of nothing', '', undefined],
  ])('%s', (_, content, count) => {
    expect(serverLines(bytesOf(content))).toBe(count);
  });
});

describe('an object that people take for a record is told by name:', () => {
  test.each([
    [{ eventname: 'x' }, 'It is a row of columns'],
    [{ kind: 'Event', apiVersion: 'v1' }, 'It is an Event of Kubernetes'],
    [{ kind: 'Event', apiVersion: 'events.k8s.io/v1' }, 'It is an Event of Kubernetes'],
    [{ kind: 'Event', apiVersion: 'audit.k8s.io/v1' }, 'It is neither'],
    [{ kind: 'Event', apiVersion: 'other.events.k8s.io/v1' }, 'It is neither'],
    [{ kind: 'Event' }, 'It is neither'],
    [{ kind: 'Pod', apiVersion: 'v1' }, 'It is neither'],
    [{ class_uid: 3005 }, 'It is an OCSF record'],
    [{ class_uid: '3005' }, 'It is neither'],
    [{ eventSource: 'aws:dynamodb' }, 'It is a record that Lambda hands to a function'],
    [{ eventSource: 'ec2.amazonaws.com' }, 'It is neither'],
    [{}, 'It is neither'],
  ])('%j', (json, says) => {
    expect(strangerOf(json)).toContain(says);
  });

  test('a row of a query by what was asked', () => {
    expect(columnsOf({ '@timestamp': 'x', user: 'y' })).toContain('fields @message');
    expect(columnsOf({ eventname: 'x' })).toContain('SELECT eventJson');
  });
});
