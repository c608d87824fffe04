import { describe, expect, test } from 'vitest';
import { call, karpenter } from '../core/cloudtrail/example.ts';
import type { Key } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import type { Description } from '../core/source.ts';
import { fillTitle, plainTitle } from '../core/title.ts';
import { viewOf } from '../core/view.ts';

const holes: Description['holes'] = { principal: 'alice', event: 'RunInstances', source: 'ec2' };
const described: Description = { principals: [], addresses: [], notes: [], holes };
const launch = call('ec2', 'RunInstances', { userIdentity: karpenter });
const filled = (title: string, key: Key = {}, event: AnyEvent = launch) =>
  fillTitle(title, key, viewOf(event, exampleSettings), described);

describe('a title', () => {
  test.each<[title: string, key: Key, said: string, event?: AnyEvent]>([
    ['{principal} called {event} of {source}', {}, 'alice called RunInstances of ec2'],
    ['in {account}, {region}, {cluster}', {}, 'in 111122223333, eu-west-1, unknown'],
    ['{cluster}', {}, 'prod', { ...launch, cluster: 'prod' }],
    // The short name, where a key part of that name is an ARN.
    ['by {principal}', { principal: 'arn:aws:iam::111122223333:role/x' }, 'by alice'],
    ['of {account}, {event}', { account: 'theirs', event: 'mine' }, 'of theirs, mine'],
    ['{role} and {role}', { role: 'a' }, 'a and a'],
    ['{role}', { role: '' }, 'unknown'],
    ['{nothing} of {toString}', {}, 'unknown of unknown'],
    ['{principal.kind} {call.outcome}', {}, 'controller succeeded'],
    ['{role|call.outcome|principal}', { role: 'a' }, 'a'],
    ['{role|call.outcome|principal}', {}, 'succeeded'],
    ['{role|nothing}', {}, 'unknown'],
    ['{role|} {|role} {a|b c}', { role: 'a' }, '{role|} {|role} {a|b c}'],
    ['{} { } {1} {a b}', {}, '{} { } {1} {a b}'],
    ['{role}', { role: '{principal}' }, '{principal}'],
  ])('%s with %j is %s', (title, key, said, event = launch) => {
    expect(filled(title, key, event)).toBe(said);
  });

  test.each([
    ['AccessDenied', 'Denied: alice'],
    ['InvalidParameterValue', 'Failed: alice'],
    ['Client.DryRunOperation', 'Dry run: alice'],
    [undefined, 'alice'],
  ])('of a call that ended in %s begins %j', (errorCode, said) => {
    const event = call('ec2', 'RunInstances', errorCode === undefined ? {} : { errorCode });
    expect(filled('{attempt}{principal}', {}, event)).toBe(said);
  });

  test('has 120 characters in a hole, and no half of one', () => {
    expect(filled('{role}', { role: 'x'.repeat(120) })).toBe('x'.repeat(120));
    expect(filled('{role}', { role: 'x'.repeat(121) })).toBe(`${'x'.repeat(119)}…`);
    expect(filled('{role}', { role: `${'x'.repeat(118)}🙂yy` })).toBe(`${'x'.repeat(118)}…`);
    expect(filled('{role}', { role: `${'x'.repeat(117)}🙂yy` })).toBe(`${'x'.repeat(117)}🙂…`);
  });

  test('says a list as one, and of a fact what it says', () => {
    const view = { ...viewOf(launch, exampleSettings), fact: () => ['m7g', null, { a: 1 }, true] };
    expect(fillTitle('{launch.types}', {}, view, described)).toBe('m7g, , {"a":1}, true');
  });
});

test('whoever looks at the catalogue reads what a detection says of a call that succeeded', () => {
  expect(plainTitle('{attempt}{principal} changed {resource}')).toBe('{principal} changed {resource}');
  expect(plainTitle('{a|b.c} and {d}')).toBe('{a} and {d}');
});

test('a fact is read once of an event, and one of another source is refused', () => {
  const view = viewOf(launch, exampleSettings);
  expect(view.fact('principal.kind')).toBe(view.fact('principal.kind'));
  expect(view.fact('tags.written')).toBe(view.fact('tags.written'));
  expect(() => view.fact('kube.nothing')).toThrow('no fact "kube.nothing" of cloudtrail events');
  expect(() => view.fact('toString')).toThrow('no fact "toString" of cloudtrail events');
});
