import { describe, expect, test } from 'vitest';
import { fillsOf } from '../core/announce/placeholders.ts';
import { keyParts } from '../core/findings/entity.ts';
import { loadDetection, loadKnowledge } from '../core/load.ts';
import { nearTo } from '../core/near.ts';
import { redactLine } from '../core/redact.ts';
import { sources } from '../core/sources.ts';
import { finding } from './announce/case.ts';
import {
  type AnyExample,
  files,
  judge,
  judgeAlone,
  judgeTogether,
  momentaryKeys,
  type Outcome,
  openHoles,
  unproved,
  whyOf,
} from './catalogue.ts';

const placeholders = Object.keys(fillsOf(finding(), undefined, { clusters: [] }, undefined));
/** Words that stand for something else, and look like a placeholder. */
const lookAlike: ReadonlySet<string> = new Set(['VERSION', 'BINDING']);

// '%s' whole, so that `-t ID` finds it: '$file' would be cut at forty characters.
describe.each(files.map(one => [one.file, one] as const))('%s', (file, { detection, knowledge }) => {
  test('exports one detection or knowledge, named as its path', () => {
    expect([detection, knowledge].filter(one => one !== undefined)).toHaveLength(1);
    expect(`detections/${(detection ?? knowledge)?.id}.ts`).toBe(file);
    expect(expect.getState().currentTestName, 'what `-t ID` looks for').toContain(file);
  });

  if (knowledge !== undefined) test('loads', () => void loadKnowledge(knowledge));
  if (detection === undefined) return;

  const { id } = detection;
  const matches: readonly AnyExample[] = detection.examples.matches;
  const misses: readonly AnyExample[] = detection.examples.misses;

  test('loads', () => void loadDetection(detection));

  test.each(matches)('matches: $name', async example => {
    const outcome = await judge(loadDetection(detection), example);
    expect(
      outcome.map(match => match.detection),
      `${file}: this example does not match. ${whyOf(detection, example)}`,
    ).toContain(id);
    if (example.severity !== undefined)
      expect(
        outcome.map(match => match.severity),
        `${file}: its severity is another`,
      ).toContain(example.severity);
    for (const { key } of outcome) for (const value of Object.values(key)) expect(value).not.toBe('');
  });

  test.each(misses)('misses: $name', async example => {
    expect(
      (await judge(loadDetection(detection), example)).map(({ title }) => title),
      `${file}: this near miss matches. Let it differ in what the rule asks, or let the rule ask for more. ${whyOf(detection, example)}`,
    ).toEqual([]);
  });

  test('fills its title and its key in every match, and says something in at least one', async () => {
    const outcomes = await Promise.all(matches.map(example => judge(loadDetection(detection), example)));
    if (outcomes.flat().length === 0) return; // which the examples themselves say
    const facts = Object.keys(sources[detection.on].facts);
    expect(openHoles(detection, facts, outcomes), `${file}: holes of the title that nothing fills`).toEqual([]);
    const parts = outcomes.flat().flatMap(({ key }) => Object.keys(key));
    expect(
      parts.filter(part => !Object.hasOwn(keyParts, part)),
      `${file}: say in core/findings/entity.ts what these parts of the key name`,
    ).toEqual([]);
    expect(
      outcomes
        .flat()
        .filter(({ title, key }) => [title, ...Object.values(key)].some(told => redactLine(told) !== told)),
      `${file}: redaction, which a stored title and key go through, takes words of these for a secret`,
    ).toEqual([]);
    const told = outcomes.flat().filter(({ title, key }) => !/\bunknown\b/.test(title + JSON.stringify(key)));
    expect(told, `${file}: every match says "unknown" in its title or key`).not.toEqual([]);
  });

  test('says the same key of the same a second later', () => {
    const loaded = loadDetection(detection);
    expect(
      matches.flatMap(example => momentaryKeys(loaded, example)),
      `${file}: these keys hold an id or time of the one call: each would be a finding of its own. Leave it out, or name it under \`resources\``,
    ).toEqual([]);
  });

  test('misspells no placeholder of its runbook', () => {
    const words = detection.runbook.flatMap(step => step.match(/\b[A-Z][A-Z_]{4,}\b/g) ?? []);
    const slips = words.filter(word => !placeholders.includes(word) && !lookAlike.has(word));
    expect(
      slips.flatMap(word => nearTo(word, placeholders).map(near => `${word}: ${near}?`)),
      `${file}: words in capitals are filled where core/announce/placeholders.ts knows them`,
    ).toEqual([]);
  });

  test('makes of each example the same among all others as alone', () => {
    const told = (outcome: Outcome) => outcome.map(({ key, severity, title }) => ({ key, severity, title }));
    const loaded = loadDetection(detection);
    for (const example of [...matches, ...misses])
      expect(told(judgeTogether(id, example)), example.name).toEqual(told(judgeAlone(loaded, example)));
  });

  test('keeps its state under its own name', () => {
    const others = files.flatMap(one =>
      one.detection === undefined || one.detection.id === id ? [] : one.detection.id,
    );
    const scopes = matches.flatMap(example =>
      judgeAlone(loadDetection(detection), example).flatMap(({ observations = [] }) =>
        observations.map(({ scope }) => scope.split('#')[0] ?? ''),
      ),
    );
    expect(
      scopes.filter(scope => others.includes(scope)),
      `${file}: the id of its state is another detection's: each would count what the other saw`,
    ).toEqual([]);
  });

  test('has an example that proves each clause necessary', async () => {
    expect(
      await unproved(detection),
      `${file}: no example comes out differently without these clauses. Add a near miss that only the clause keeps out (or a match that only the branch lets in), or drop the clause`,
    ).toEqual([]);
  });
});

test('the catalogue is not empty', () => expect(files.length).toBeGreaterThan(0));
