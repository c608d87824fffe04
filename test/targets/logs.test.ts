import { describe, expect, it } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { logsFilter } from '../../core/targets/logs.ts';
import { admitsLog, limits, parseLogsPattern } from '../../core/targets/logs-grammar.ts';
import { audit, auditRule } from './rules.ts';

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

  it('writes long lists as regular expressions, two at most, and only where the exact text is too long', () => {
    const many = (letter: string) => Array.from({ length: 12 }, (_, index) => `${letter}${index}resources`);
    const rule = (letter: string) => auditRule(letter, { verb: letter, objectRef: { resource: many(letter) } });
    const short = derive(rule('a')).pattern;
    const long = derive(rule('a'), rule('b'), rule('c')).pattern;
    expect(short).not.toContain('%');
    expect(long.split('%').length - 1).toBe(4);
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
    const rules = Array.from({ length: 30 }, (_, index) =>
      auditRule(`r${index}`, {
        verb: writes.slice(index % 3),
        objectRef: {
          resource: [`${word(index)}s`, `other${word(index)}s`],
          apiGroup: `${word(99 - index)}.example.com`,
        },
      }),
    );
    const filter = derive(...rules, auditRule('secrets', { verb: ['get'], objectRef: { resource: 'secrets' } }));
    expect(filter.pattern.length).toBeLessThanOrEqual(limits.characters);
    expect(filter.pattern).not.toBe('');
    expect(filter.rules.filter(rule => rule.widened.length > 0).length).toBeGreaterThan(0);
    const parsed = parseLogsPattern(filter.pattern);
    const admitted = (verb: string, target: string): boolean =>
      admitsLog(parsed, audit(verb, target).record as unknown as JsonObject); // a record is a JSON object
    for (let index = 0; index < 30; index++)
      expect(admitted('delete', `other${word(index)}s.${word(99 - index)}.example.com`)).toBe(true);
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

  it('admits everything, openly, where a rule asks for any event', () => {
    const { pattern, rules } = derive(auditRule('a', { userAgent: 'x' }));
    expect([pattern, rules[0]?.pattern]).toEqual(['', '']);
  });
});
