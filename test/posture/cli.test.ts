import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { piped, tripline } from '../usage/run.ts';

const directory = mkdtempSync(join(tmpdir(), 'tripline-'));
mkdirSync(join(directory, 'charts/node_modules'), { recursive: true });
const write = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const nodeClass = (spec: string) =>
  `apiVersion: karpenter.k8s.aws/v1\nkind: EC2NodeClass\nmetadata: {name: default}\nspec:\n  ${spec}\n`;
const open = write('open node.yaml', nodeClass('associatePublicIPAddress: true'));
const accepted = write(
  'accepted.yaml',
  nodeClass('associatePublicIPAddress: true # tripline:allow public-address edge nodes\n  # tripline:allow other no'),
);
write('charts/template.yaml', '{{- if .Values.x }}\na: {{ .b }}: {\n');
write('charts/node_modules/theirs.yaml', nodeClass('associatePublicIPAddress: true'));

describe('tripline posture', () => {
  test('says file, line, column, severity and rule, and exits 1', async () => {
    const { code, stdout } = await tripline('posture', open);
    expect([code, stdout.split('\n')[0]]).toEqual([
      1,
      `${open}:5:3 high posture/public-address EC2NodeClass default: Nodes get public addresses.`,
    ]);
  });

  test('exits 0 below --fail-on, and where everything is accepted by a comment', async () => {
    expect((await tripline('posture', open, '--fail-on', 'critical')).code).toBe(0);
    const { code, stdout } = await tripline('posture', accepted);
    expect([code, stdout]).toEqual([0, expect.stringContaining('(accepted: edge nodes)')]);
  });

  test('walks a directory, leaves others’ files alone and says which are no YAML', async () => {
    const { code, stdout, stderr } = await tripline('posture', directory);
    expect(code).toBe(1);
    expect(stdout).not.toContain('theirs');
    expect(stderr).toMatch(/not judged: .*template\.yaml: it is not YAML at line \d+/);
  });

  test('exits 2 where a named file is missing or cannot be parsed', async () => {
    expect((await tripline('posture', join(directory, 'nowhere.yaml'))).code).toBe(2);
    expect((await tripline('posture', join(directory, 'charts/template.yaml'))).code).toBe(2);
    expect((await tripline('posture')).code).toBe(2);
  });

  test('reads standard input, and leaves JSON alone that is no manifest', async () => {
    const { code, stdout } = await piped(nodeClass('associatePublicIPAddress: true'), 'posture', '-');
    expect([code, stdout.split(' ')[0]]).toEqual([1, 'standard']);
    const other = write('package-lock.json', '{"lockfileVersion": 3}');
    expect((await tripline('posture', other)).stdout).toBe('0 documents, 0 problems\n');
    expect((await piped('a: [', 'posture', '-')).code).toBe(2);
  });

  test('--sarif is a SARIF 2.1.0 log with rules, places and accepted faults as suppressed', async () => {
    const { stdout } = await tripline('posture', open, accepted, '--sarif');
    const log = JSON.parse(stdout);
    expect(log.version).toBe('2.1.0');
    const [{ tool, results }] = log.runs;
    for (const result of results) expect(tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    const [first, second, third] = results;
    expect(first).toMatchObject({
      ruleId: 'posture/public-address',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: open.replace('open node', 'open%20node') },
            region: { startLine: 5, startColumn: 3 },
          },
        },
      ],
    });
    expect(second.suppressions).toEqual([{ kind: 'inSource', justification: 'edge nodes' }]);
    expect(third.ruleId).toBe('posture/provisioning-unguarded');
  });

  test('--json prints one object a line', async () => {
    const { stdout } = await tripline('posture', open, '--json');
    expect(
      stdout
        .trim()
        .split('\n')
        .map(one => JSON.parse(one).code),
    ).toEqual(['public-address', 'provisioning-unguarded']);
  });
});
