import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { attackVersion, fullName, revoked, tactics, techniqueOf, techniques } from '../../core/attack.ts';

const named = ['cloudtrail', 'kubernetes', 'lineage', 'pipeline'].flatMap(source => {
  const folder = new URL(`../../detections/${source}/`, import.meta.url);
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .flatMap(name => {
      const list = /\battack:\s*\[([^\]]*)\]/.exec(readFileSync(new URL(name, folder), 'utf8'))?.[1] ?? '';
      return [...list.matchAll(/['"`]([^'"`]+)['"`]/g)].map(([, id]) => [`${source}/${name}`, id ?? ''] as const);
    });
});

test(`every technique that a detection names is in the table of ATT&CK ${attackVersion}`, () => {
  const absent = named.filter(([, id]) => !Object.hasOwn(techniques, id));
  expect(absent).toEqual([]);
});

test('every sub-technique has its parent, and shares its tactics with it', () => {
  for (const [id, technique] of Object.entries(techniques)) {
    const parent = techniqueOf(id.split('.')[0] ?? id);
    expect(
      technique.tactics.filter(tactic => !parent.tactics.includes(tactic)),
      id,
    ).toEqual([]);
  }
});

test('the tactics are the fifteen of version 19', () => {
  expect(Object.keys(tactics)).toHaveLength(15);
  expect(tactics.stealth).toEqual({ id: 'TA0005', name: 'Stealth' });
  expect(tactics['defense-impairment']).toEqual({ id: 'TA0112', name: 'Defense Impairment' });
});

test.each(Object.entries(revoked))('%s is refused and said to be %s', (old, now) => {
  expect(techniques).not.toHaveProperty([old]);
  expect(techniqueOf(now).name).not.toBe('');
  expect(() => techniqueOf(old)).toThrow(`use ${now}`);
});

test('an unknown id, or a name of the object prototype, is refused with what to do', () => {
  expect(() => techniqueOf('T9999')).toThrow('add it with its name and tactics');
  expect(() => techniqueOf('constructor')).toThrow('add it with its name and tactics');
});

test("a sub-technique's full name begins with its parent's", () => {
  expect(fullName('T1552.005')).toBe('Unsecured Credentials: Cloud Instance Metadata API');
  expect(fullName('T1078')).toBe('Valid Accounts');
});
