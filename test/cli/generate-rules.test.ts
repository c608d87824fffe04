import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkRules } from '../../cli/generate-rules.ts';

const root = mkdtempSync(join(tmpdir(), 'tripline-rules-'));
mkdirSync(join(root, 'detections/cloudtrail'), { recursive: true });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const core = resolve('core');
const whole = `import { call } from '${core}/cloudtrail/example.ts';
import { cloudtrail } from '${core}/detection.ts';
import { threshold } from '${core}/state/threshold.ts';
const example = (name: string) => ({ name, event: call('ec2', 'RunInstances') });
export const detection = cloudtrail({
  id: 'cloudtrail/RULE',
  title: '{principal} did it',
  severity: 'low',
  when: { eventName: 'RunInstances' },
  by: view => [{ account: view.event.account }],
  attack: ['T1078'],
  why: 'It matters.',
  references: ['EC2 API Reference'],
  runbook: ['one', 'two', 'three'],
  blind: ['Somewhere.'],
  examples: { matches: [example('a'), example('b')], misses: [example('c'), example('d')] },
});
`;

const check = async (name: string, text: string) => {
  const path = `cloudtrail/${name}`;
  writeFileSync(join(root, `detections/${path}.ts`), text.replace('RULE', name));
  return (await checkRules(root, [path]))[0];
};

test('a file that is a rule has no problems', async () => {
  expect(await check('whole', whole)).toEqual({ file: 'detections/cloudtrail/whole.ts', problems: [] });
});

test.each<[string, string, readonly (string | RegExp)[]]>([
  [
    'a builder that is not imported',
    'export const detection = kubernetes({});\n',
    [/^line 1: kubernetes is not defined/],
  ],
  ['text that is no TypeScript', `${whole}}\n`, [/./]],
  ['an import of nothing', `import '../nothing.ts';\n${whole}`, [/Cannot find module '?.*nothing/]],
  ['another export', whole.replace('const detection', 'const rule'), [/export const detection = .*; it exports rule$/]],
  ['no rule', 'export const detection = { hello: 1 };\n', [/it exports a detection without an id$/]],
  [
    'another id',
    whole.replace('/RULE', '/launch-burst'),
    [/^id: "cloudtrail\/launch-burst": it is the path of the file/],
  ],
  ['a key that is no function', whole.replace(/by: .*,/, "by: ['account'] as never,"), [/^by: a function/]],
  [
    'an unless that is no list',
    whole.replace('  by:', '  unless: {} as never,\n  by:'),
    ['unless: a list of patterns'],
  ],
  [
    'a state that is none',
    whole.replace('  by:', '  state: { threshold: 5 } as never,\n  by:'),
    [/^state: one of the forms in core\/state/],
  ],
  [
    'a span in minutes',
    whole.replace(
      '  by:',
      "  state: threshold({ id: 'cloudtrail/RULE', doc: 'x', count: 5, within: 10, note: String }),\n  by:",
    ),
    [/^line \d+: state of cloudtrail\/\w+: within: 10: milliseconds, from a second/],
  ],
  [
    'two faults',
    whole.replace("severity: 'low'", "severity: 'Low' as never").replace("['T1078']", "['T9']"),
    [/^severity: "Low": one of low, /, /^attack: "T9": /],
  ],
])('%s is told', async (what, text, problems) => {
  const found = await check(what.replaceAll(' ', ''), text);
  expect(found?.problems).toEqual(problems.map(one => (typeof one === 'string' ? one : expect.stringMatching(one))));
});
