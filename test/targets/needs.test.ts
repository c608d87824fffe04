import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import type { Field } from '../../core/pattern/node.ts';
import { alone } from '../../core/pattern/requirement.ts';
import { pathOf } from '../../core/targets/clause.ts';
import { canHoldFor } from '../../core/targets/derive.ts';
import { needsOf } from '../../core/targets/needs.ts';

/** What a rule asks of a fact. */
const asking = (name: string, condition: unknown): Field => {
  const [facts] = loadPattern({ fact: { [name]: condition } } as never).fields; // as rules hold it
  const [field] = facts?.node.is === 'group' ? facts.node.fields : [];
  if (field === undefined) throw new Error('nothing is asked');
  return field;
};

describe('what a fact needs', () => {
  const needs = needsOf('kubernetes', exampleSettings);

  test('is a pattern, and the value that it has of an event which says nothing', () => {
    const need = needs('secret.kind');
    expect(need?.neutral).toBe('unknown');
    const asks = (record: JsonObject) => need?.pattern !== undefined && match(need.pattern, record);
    expect(asks({ objectRef: { resource: 'secrets' } })).toBe(true);
    expect(asks({ objectRef: { resource: 'pods' } })).toBe(false);
  });

  test('is nothing of what can be read off any event, and of what is no fact', () => {
    for (const name of ['principal.kind', 'no.such.fact', 'constructor', 'toString'])
      expect([name, needs(name)]).toEqual([name, undefined]);
  });

  test('is worked out once', () => {
    expect(needs('secret.kind')).toBe(needs('secret.kind'));
  });

  test('has no signs where they are not asked for: filters have neither room nor words for them', () => {
    expect(needs('secret.kind')?.signs).toBeUndefined();
    expect(needsOf('kubernetes', exampleSettings, true)('secret.kind')?.signs).toBeDefined();
  });
});

describe('the signs of a fact', () => {
  const needs = needsOf('kubernetes', exampleSettings, true);
  /** Whether a record shows what a condition asks of a fact; undefined: any record may. */
  const shows = (name: string, condition: unknown, record: JsonObject): boolean | undefined =>
    needs(name)
      ?.signs?.(asking(name, condition))
      ?.some(clause => [...clause].every(([key, tests]) => match(alone({ path: pathOf(key), tests }), record)));
  const named = (username: string): JsonObject => ({ user: { username } });

  test('stand without a need, too', () => {
    const need = needs('principal.kind');
    expect(need?.pattern).toBeUndefined();
    expect(need?.signs).toBeDefined();
  });

  test('are those of the values that the condition lets through', () => {
    const controller = named('system:serviceaccount:kube-system:karpenter');
    expect(shows('principal.kind', ['controller'], controller)).toBe(true);
    expect(shows('principal.kind', ['node'], controller)).toBe(false);
    expect(shows('principal.kind', [{ 'anything-but': 'node' }], controller)).toBe(true);
    expect(shows('principal.kind', ['node'], named('system:node:ip-10-0-1-2.eu-west-1.compute.internal'))).toBe(true);
  });

  test.each<[string, unknown, readonly string[], readonly string[]]>([
    ['texts', ['jane', 'joe'], ['jane', 'joe'], ['jack', 'jane2']],
    ['a beginning', [{ prefix: 'ja' }], ['jane'], ['joe']],
    ['an end', [{ suffix: 'ne' }], ['jane'], ['joe']],
    ['a text in whatever case', [{ 'equals-ignore-case': 'JANE' }], ['jane'], ['joe']],
    ['a text with stars', [{ wildcard: 'j*e' }], ['jane', 'joe'], ['jack']],
    ['some of each', ['joe', { prefix: 'ja' }], ['joe', 'jane'], ['anna']],
  ])('of a name are the condition itself: %s', (_, condition, shown, hidden) => {
    for (const name of shown) expect([name, shows('principal.id', condition, named(name))]).toEqual([name, true]);
    for (const name of hidden) expect([name, shows('principal.id', condition, named(name))]).toEqual([name, false]);
  });

  test.each<[string, unknown]>([
    ['what is no text', ['jane', 1]],
    ['an exclusion', [{ 'anything-but': 'jane' }]],
    ['a regular expression', [{ matches: '^ja' }]],
    ['presence', [{ exists: true }]],
    ['an address', [{ cidr: '10.0.0.0/8' }]],
    ['another field', [{ equalsField: ['user', 'username'] }]],
    ['what is inside', { of: ['jane'] }],
  ])('of a name may be any, where it is asked for %s', (_, condition) => {
    expect(shows('principal.id', condition, named('jane'))).toBeUndefined();
  });

  test('of conditions that are compared with another field are those of all values', () => {
    const compared = [{ equalsField: ['fact', 'principal.effective'] }];
    for (const name of ['system:node:a', 'jane', 'system:serviceaccount:kube-system:karpenter'])
      expect([name, shows('principal.kind', compared, named(name))]).not.toEqual([name, false]);
  });

  test.each<[string, unknown, boolean]>([
    ['at once', [{ equalsField: ['user', 'username'] }], true],
    ['among others', ['a', { equalsField: ['user', 'username'] }], true],
    ['inside', { of: [{ equalsField: ['user', 'username'] }], and: ['a'] }, true],
    ['in one of several', { $or: [{ of: ['a'] }, { of: [{ equalsField: ['user', 'username'] }] }] }, true],
    ['nowhere', { of: ['a'], and: ['b'] }, false],
  ])('a condition that is compared with another field may hold of anything: %s', (_, condition, holds) => {
    expect(canHoldFor(asking('some.fact', condition), 'none')).toBe(holds);
  });

  test('are the same where the same is asked, whatever asks it', () => {
    const signs = needs('principal.kind')?.signs;
    const asked = () => signs?.(asking('principal.kind', ['node']));
    expect(asked()).toBe(asked());
    expect(signs?.(asking('principal.kind', ['controller']))).not.toEqual(asked());
  });
});
