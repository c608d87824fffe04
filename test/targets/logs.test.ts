import { describe, expect, it } from 'vitest';
import type { AnyKnowledge } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Condition } from '../../core/pattern/language.ts';
import { logsFilter } from '../../core/targets/logs/filter.ts';
import { admitsLog, limits, parseLogsPattern } from '../../core/targets/logs/grammar.ts';
import { audit, auditRule, trailRule } from './rules.ts';

const derive = (...rules: ReturnType<typeof auditRule>[]) => logsFilter(rules, [], exampleSettings);
const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'];

describe('the Logs pattern derived from detections', () => {
  it("carries a rule's projectable conditions, and leaves the others to the matcher", () => {
    const { pattern } = derive(
      auditRule('a', {
        verb: 'delete',
        objectRef: { resource: 'nodepools', name: 'default' },
        requestURI: { matches: 'x' },
      }),
    );
    expect(pattern).toBe('{ $.verb = "delete" && $.objectRef.resource = "nodepools" }');
  });

  it('says what rules share once', () => {
    const { pattern } = derive(
      auditRule('a', { stage: 'ResponseComplete', verb: 'create', objectRef: { resource: 'pods' } }),
      auditRule('b', { stage: 'ResponseComplete', verb: 'get', objectRef: { resource: 'secrets' } }),
    );
    expect(pattern).toBe(
      '{ $.stage = "ResponseComplete" && ($.verb = "create" && $.objectRef.resource = "pods" || $.verb = "get" && $.objectRef.resource = "secrets") }',
    );
  });

  it('says beside it what others do not share, by what they share among them', () => {
    const stage = 'ResponseComplete';
    expect(
      derive(
        auditRule('a', { stage, verb: 'create', objectRef: { resource: 'pods' } }),
        auditRule('b', { stage, verb: 'get', objectRef: { resource: 'secrets' } }),
        auditRule('c', { verb: ['delete', 'patch'], objectRef: { resource: 'nodes' } }),
        auditRule('d', { user: { username: 'x' } }),
      ).pattern,
    ).toBe(
      '{ $.stage = "ResponseComplete" && ($.verb = "create" && $.objectRef.resource = "pods" || $.verb = "get" && $.objectRef.resource = "secrets") || ($.verb = "delete" || $.verb = "patch") && $.objectRef.resource = "nodes" || $.user.username = "x" }',
    );
    const user = { username: ['a', 'b'] };
    expect(
      derive(
        auditRule('a', { stage, user, objectRef: { resource: 'pods' } }),
        auditRule('b', { stage, user, verb: 'get' }),
        auditRule('c', { user, objectRef: { subresource: 'exec' } }),
        auditRule('d', { verb: 'watch' }),
      ).pattern,
    ).toBe(
      '{ ($.user.username = "a" || $.user.username = "b") && ($.stage = "ResponseComplete" && ($.objectRef.resource = "pods" || $.verb = "get") || $.objectRef.subresource = "exec") || $.verb = "watch" }',
    );
  });

  it('says ranges by one end, and leaves out what quotes and stars would make of a text', () => {
    const { pattern } = derive(
      auditRule('a', { verb: 'get', responseStatus: { code: [{ numeric: ['<', 300] }, { numeric: ['<=', 100] }] } }),
      auditRule('b', { verb: 'list', responseStatus: { code: { numeric: ['>', 400, '<', 500] } } }),
      auditRule('c', { verb: 'watch', responseStatus: { code: { exists: true } } }),
    );
    expect(pattern).toBe(
      '{ $.verb = "get" && ($.responseStatus.code <= 100 || $.responseStatus.code < 300) || $.verb = "list" && $.responseStatus.code > 400 || $.verb = "watch" }',
    );
    const named = (...username: readonly Condition[]) =>
      derive(auditRule('a', { verb: 'get', user: { username } })).pattern;
    const bare = '{ $.verb = "get" }';
    expect(named({ wildcard: 'c*d' }, { prefix: 'x' }, { suffix: 'y' })).toBe(
      '{ $.verb = "get" && ($.user.username = "x*" || $.user.username = "*y" || $.user.username = "c*d") }',
    );
    expect(named({ wildcard: 'c*' })).toBe('{ $.verb = "get" && $.user.username = "c*" }');
    expect(named({ wildcard: 'a"b*' }, { wildcard: 'c*d' })).toBe(bare);
    expect(named({ prefix: 'x%' })).toBe(bare);
    expect(named({ suffix: 'ü' })).toBe(bare);
    expect(named({ prefix: { 'equals-ignore-case': 'x' } })).toBe(bare);
    expect(named({ 'equals-ignore-case': 'x' })).toBe(bare);
    expect(named({ exists: true })).toBe('{ $.verb = "get" && $.user.username = "*" }');
    expect(named({ exists: false })).toBe('{ $.verb = "get" && $.user.username NOT EXISTS }');
    const { pattern: odd } = derive(auditRule('a', { verb: ['a\\b', 'c*d', 'e'], user: { username: ['a', 'b'] } }));
    expect(odd).toBe('{ $.user.username = "a" || $.user.username = "b" }');
  });

  it('anchors beginnings and ends in a regular expression', () => {
    const names = (letter: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${letter}${String.fromCharCode(97 + at)}-service-account-of-${at}`);
    const username = [
      ...names('p', 12).map(prefix => ({ prefix })),
      ...names('s', 12).map(suffix => ({ suffix })),
      ...names('e', 6),
    ];
    const { pattern } = derive(auditRule('a', { verb: 'get', user: { username } }));
    expect(pattern.split('%')).toHaveLength(3);
    const parsed = parseLogsPattern(pattern);
    const admits = (name: string): boolean => admitsLog(parsed, { verb: 'get', user: { username: name } });
    for (const name of names('p', 12))
      expect([name, admits(`${name}x`), admits(`x${name}`)]).toEqual([name, true, false]);
    for (const name of names('s', 12))
      expect([name, admits(`x${name}`), admits(`${name}x`)]).toEqual([name, true, false]);
    for (const name of names('e', 6)) expect([name, admits(name)]).toEqual([name, true]);
    expect(admits('other')).toBe(false);
  });

  it('gives a long condition up before it admits everything, and names what each rule lost', () => {
    // Spaces keep texts out of regular expressions, which can be cut short.
    const long = (letter: string, length: number): string => `${letter.repeat(length)} `;
    const two = derive(
      auditRule('a', { verb: 'get', objectRef: { resource: long('a', 600) } }),
      auditRule('b', { verb: 'create', objectRef: { resource: long('b', 500) } }),
    );
    expect(two.pattern).toBe(`{ $.verb = "create" && $.objectRef.resource = "${long('b', 500)}" || $.verb = "get" }`);
    expect(two.rules.map(({ widened }) => widened)).toEqual([['objectRef.resource'], []]);
    const three = derive(
      auditRule('a', { verb: 'get', objectRef: { resource: [long('a', 300), long('c', 300)] } }),
      auditRule('b', { verb: 'create', objectRef: { resource: long('b', 500), apiGroup: 'x' } }),
      auditRule('c', { verb: 'delete' }),
    );
    expect(three.pattern).toContain('|| $.verb = "create" && $.objectRef.apiGroup = "x"');
    expect(three.rules.map(({ widened }) => widened)).toEqual([[], ['objectRef.resource'], []]);
  });

  it('takes back what was given up where there is room for it', () => {
    // Spaces keep texts out of regular expressions.
    const long = (letter: string, length: number): string => `${letter.repeat(length)} `;
    const reads = [long('d', 271), long('e', 219), long('f', 103)];
    const { pattern, rules } = derive(
      auditRule('a', {
        verb: ['patch', 'create'],
        objectRef: { resource: [long('a', 155), long('b', 223), long('c', 271)] },
      }),
      auditRule('b', { verb: ['get', 'create'], objectRef: { resource: reads } }),
      auditRule('c', {
        verb: ['get', 'create'],
        user: { username: long('u', 180) },
        objectRef: { resource: [long('g', 235)] },
      }),
    );
    const named = [...reads, long('g', 235)].map(one => `$.objectRef.resource = "${one}"`);
    expect(pattern).toBe(`{ $.verb = "create" || $.verb = "patch" || $.verb = "get" && (${named.join(' || ')}) }`);
    expect(rules.map(({ widened }) => widened)).toEqual([['objectRef.resource'], [], ['user.username']]);
  });

  it('writes long lists as regular expressions, two at most, and only where the exact text is too long', () => {
    const many = (letter: string) => Array.from({ length: 12 }, (_, index) => `${letter}${index}resources`);
    const rule = (letter: string) => auditRule(letter, { verb: letter, objectRef: { resource: many(letter) } });
    const short = derive(rule('a')).pattern;
    const long = derive(rule('a'), rule('b'), rule('c')).pattern;
    expect(short).not.toContain('%');
    expect(long.split('%').length - 1).toBe(4);
    // Words are cut short only where they would not fit whole.
    for (const word of ['a0resources', 'b11resources']) expect(long).toContain(word);
    expect(() => parseLogsPattern(long)).not.toThrow();
  });

  it('never compares with "not": what it says of a missing member is not specified', () => {
    const { pattern } = derive(
      auditRule('a', { verb: 'create', user: { username: { 'anything-but': { prefix: 'system:' } } } }),
    );
    expect(pattern).toBe('{ $.verb = "create" }');
  });

  it('keeps users by prefix, absence, and numbers', () => {
    const { pattern } = derive(
      auditRule('a', {
        user: { username: { prefix: 'system:node:' } },
        objectRef: { apiGroup: { exists: false } },
        responseStatus: { code: [401, { numeric: ['>=', 403] }] },
      }),
    );
    const parsed = parseLogsPattern(pattern);
    const event = (code: number, apiGroup?: string): JsonObject => ({
      user: { username: 'system:node:a' },
      objectRef: apiGroup === undefined ? {} : { apiGroup },
      responseStatus: { code },
    });
    expect([event(401), event(403), event(402), event(401, 'apps')].map(one => admitsLog(parsed, one))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('widens until it fits, never to everything, and says what was given up', () => {
    const word = (index: number): string =>
      `${[...((index + 1) * 987_654_321).toString(36)].toReversed().join('')}ness`;
    // Spaces keep them out of regular expressions.
    const userOf = (index: number): string => `${word(199 - index)} of ${word(299 - index)}`;
    const rules = Array.from({ length: 30 }, (_, index) =>
      auditRule(`r${index}`, {
        verb: writes.slice(index % 3),
        objectRef: {
          resource: [`${word(index)}s`, `other${word(index)}s`],
          apiGroup: `${word(99 - index)}.example.com`,
        },
        user: { username: userOf(index) },
      }),
    );
    const filter = derive(...rules, auditRule('secrets', { verb: ['get'], objectRef: { resource: 'secrets' } }));
    expect(filter.pattern.length).toBeLessThanOrEqual(limits.characters);
    expect(filter.pattern).not.toBe('');
    expect(filter.rules.filter(rule => rule.widened.length > 0).length).toBeGreaterThan(0);
    const parsed = parseLogsPattern(filter.pattern);
    const admitted = (verb: string, target: string, username = 'jane'): boolean =>
      admitsLog(parsed, audit(verb, target, { user: { username } }).record as unknown as JsonObject); // a record is a JSON object
    for (let index = 0; index < 30; index++)
      expect(admitted('delete', `other${word(index)}s.${word(99 - index)}.example.com`, userOf(index))).toBe(true);
    expect(admitted('get', 'secrets')).toBe(true);
    expect(admitted('watch', 'pods')).toBe(false);
  }, 180_000);

  it('does not repeat what another clause admits alone', () => {
    const { pattern } = derive(
      auditRule('a', { verb: writes, objectRef: { resource: 'nodes' } }),
      auditRule('b', { verb: ['delete', 'deletecollection'] }),
    );
    expect(pattern).toBe(
      '{ ($.verb = "create" || $.verb = "patch" || $.verb = "update") && $.objectRef.resource = "nodes" || $.verb = "delete" || $.verb = "deletecollection" }',
    );
  });

  it('joins names that are alike by one star where the exact text is too long', () => {
    const accounts = [
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'g',
      'h',
      'i',
      'j',
      'k',
      'l',
      'm',
      'n',
      'o',
      'p',
      'q',
      'r',
      's',
      't',
    ].map(letter => `system:serviceaccount:k${letter}:karpenter`);
    const { pattern } = derive(auditRule('a', { user: { username: accounts } }));
    expect(pattern).toBe('{ $.user.username = "system:serviceaccount:k*:karpenter" }');
  });

  it('cuts the words of its expressions short where they would not fit, and still finds them', () => {
    const names = Array.from(
      { length: 60 },
      (_, index) => `${String.fromCharCode(97 + (index % 26))}${index}longresourcename`,
    );
    const { pattern } = derive(auditRule('a', { verb: writes, objectRef: { resource: names } }));
    const parsed = parseLogsPattern(pattern);
    for (const name of names)
      expect(admitsLog(parsed, audit('delete', name).record as unknown as JsonObject), name).toBe(true); // a JSON object
    expect(admitsLog(parsed, audit('get', 'pods').record as unknown as JsonObject)).toBe(false);
  });

  it('keeps two busy rules apart, though together they are taken to admit more than everything', () => {
    const whens = [{ verb: { exists: true } }, { objectRef: { subresource: 'status' } }] as const;
    expect(derive(...whens.map((when, index) => auditRule(`r${index}`, when))).pattern).toBe(
      '{ $.verb = "*" || $.objectRef.subresource = "status" }',
    );
    const staged = whens.map((when, index) => auditRule(`r${index}`, { stage: 'ResponseComplete', ...when }));
    expect(derive(...staged).pattern).toBe(
      '{ $.stage = "ResponseComplete" && ($.verb = "*" || $.objectRef.subresource = "status") }',
    );
  });

  it('is of rules and knowledge about audit logs alone, those that are off left out', () => {
    const taught = { id: 'knowledge/c', on: 'kubernetes', when: { verb: 'watch' } } as unknown as AnyKnowledge; // what is read of it
    const rules = [
      auditRule('a', { verb: 'get' }),
      auditRule('off', { verb: 'list' }),
      trailRule('b', { eventName: 'B' }),
    ];
    const settings = { ...exampleSettings, detections: { 'kubernetes/off': { status: 'off' as const } } };
    const filter = logsFilter(rules, [taught], settings);
    expect(filter.pattern).toBe('{ $.verb = "get" || $.verb = "watch" }');
    expect(filter.rules).toEqual([
      { id: 'kubernetes/a', pattern: '{ $.verb = "get" }', widened: [], off: false },
      { id: 'kubernetes/off', pattern: '', widened: [], off: true },
      { id: 'knowledge/c', pattern: '{ $.verb = "watch" }', widened: [], off: false },
    ]);
    expect(logsFilter([], [], settings).pattern).toBe('');
  });

  it('asks of each member that it can look at', () => {
    expect(
      derive(auditRule('a', { impersonatedUser: { username: 'jane' }, responseStatus: { code: 403 } })).pattern,
    ).toBe('{ $.impersonatedUser.username = "jane" && $.responseStatus.code = 403 }');
    expect(derive(auditRule('a', { objectRef: { apiGroup: 'apps', subresource: 'scale' } })).pattern).toBe(
      '{ $.objectRef.apiGroup = "apps" && $.objectRef.subresource = "scale" }',
    );
  });

  it('admits everything, openly, where a rule asks for any event', () => {
    const { pattern, rules } = derive(auditRule('a', { userAgent: 'x' }));
    expect([pattern, rules[0]?.pattern]).toEqual(['', '']);
    expect(derive(auditRule('a', { verb: 'get' }), auditRule('b', { userAgent: 'x' })).pattern).toBe('');
  });
});
