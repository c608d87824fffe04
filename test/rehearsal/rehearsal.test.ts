import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { at, isObject, type Json, list } from '../../core/json.ts';
import { rehearsals } from '../../core/rehearsal/catalogue.ts';
import { variables } from '../../core/rehearsal/rehearsal.ts';
import { detections } from '../../detections/index.ts';
import { match } from '../findings/matches.ts';
import { tripline } from '../usage/run.ts';

const all = Object.entries(rehearsals);
const linesOf = (id: string): readonly string[] => [...(rehearsals[id]?.steps ?? []), ...(rehearsals[id]?.undo ?? [])];

test('every detection has a rehearsal, and every rehearsal a detection', () => {
  const ids = detections.map(({ id }) => id);
  expect(
    ids.filter(id => !Object.hasOwn(rehearsals, id)),
    'write how to make these fire, and undo it, in a file of core/rehearsal/',
  ).toEqual([]);
  expect(
    Object.keys(rehearsals).filter(id => !ids.includes(id)),
    'there is no such detection any more',
  ).toEqual([]);
});

test.each(all)('%s is bash, with variables that are explained or set before they are used', (id, { steps }) => {
  expect(steps.length).toBeGreaterThan(0);
  const { status, stderr } = spawnSync('bash', ['-n'], { input: linesOf(id).join('\n'), encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const set = new Set(Object.keys(variables));
  for (const line of linesOf(id)) {
    const assigned = /^([A-Z_]+)=/.exec(line)?.[1];
    // `$Latest` and `$default` are EC2's, in single quotes; shell variables of ours are capitals.
    for (const [, name = ''] of line.matchAll(/\$\{?([A-Z][A-Z_]+)\b/g))
      expect(set, `${line}: ${name}`).toContain(name);
    if (assigned !== undefined) set.add(assigned);
  }
});

/** The resources that a rule on audit events names, one of which it asks for; empty where it asks for none. */
const resourcesOf = (when: Json): readonly string[] => {
  if (Array.isArray(when) || !isObject(when)) return [];
  const named = list(at(when, 'objectRef'), 'resource').filter(one => typeof one === 'string');
  if (named.length > 0) return named;
  const branches = list(when, '$or').map(resourcesOf);
  return branches.some(one => one.length === 0) ? [] : branches.flat();
};

test.each(
  detections.flatMap(({ id, on, when }) => {
    const resources = on === 'kubernetes' && !id.startsWith('pipeline/') ? resourcesOf(when as unknown as Json) : []; // patterns are JSON
    return resources.length === 0 ? [] : [[id, resources] as const];
  }),
)('%s is rehearsed with something of what it asks for (%j)', (id, resources) => {
  const said = (rehearsals[id]?.steps ?? []).join('\n').toLowerCase();
  const singular = resources.map(one => one.replace(/ies$/, 'y').replace(/(?<=ss|x)es$|s$/, ''));
  expect(singular.filter(one => said.includes(one))).not.toEqual([]);
});

test.each(all)('%s undoes what it makes', (id, { steps, undo }) => {
  const made = steps.filter(
    step =>
      /\b(aws \S+ (create|run-instances|put|attach|associate|modify|disable|authorize)|kubectl .*\b(apply|create|label|annotate|patch)\b)/.test(
        step,
      ) && !/--dry-run|create token/.test(step),
  );
  const removed = steps.some(step => /\b(delete|delete-[a-z-]+|terminate-instances)\b/.test(step));
  if (made.length > 0) expect(undo.length > 0 || removed, id).toBe(true);
});

test('none speaks of an account but the documentation’s, or of an address but example.com and what is public', () => {
  for (const [id] of all)
    for (const line of linesOf(id)) {
      for (const [account] of line.matchAll(/\b\d{12}\b/g)) expect(account).toBe('111122223333');
    }
});

describe('tripline rehearse', () => {
  test('prints what is needed, the steps and their undoing, as one bash script', async () => {
    const { code, stdout } = await tripline('rehearse', 'cloudtrail/imds-protection-weakened');
    expect(code).toBe(0);
    expect(spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' }).status).toBe(0);
    expect(stdout).toMatch(/^INSTANCE= {2}# /m);
    expect(stdout).toMatch(/--http-tokens optional[\s\S]*# undo[\s\S]*--http-tokens required/);
  });

  test('refuses what is no detection', async () => {
    expect((await tripline('rehearse', 'cloudtrail/none')).code).toBe(2);
    expect((await tripline('rehearse')).code).toBe(2);
    expect((await tripline('rehearse', '--check', '--since', 'soon')).code).toBe(2);
  });

  test('--check says which came back, by the findings table, and exits 1 where one did not', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'tripline-')), 'database');
    const database = await localDynamoDB(folder);
    const now = Date.now();
    const came = 'cloudtrail/launch-burst';
    const old = 'cloudtrail/security-group-opened';
    const findings = findingsTable(database.client, database.tables.findings);
    await findings.fold([match({ detection: came, time: now - 60_000 })], now);
    await findings.fold([match({ detection: old, time: now - 3 * 86_400_000 })], now);
    await database.close();
    const check = (...ids: readonly string[]) =>
      tripline('rehearse', '--check', ...ids, '--database', folder, '--json');
    const one = await check(came);
    expect([one.code, JSON.parse(one.stdout)]).toEqual([
      0,
      { detection: came, came: true, severity: 'high', last: new Date(now - 60_000).toISOString() },
    ]);
    const two = await check(came, old);
    expect([
      two.code,
      two.stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).came),
    ]).toEqual([1, [true, false]]);
  });
});
