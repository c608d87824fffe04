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

  test('lets no name in a pull request command the build that checks it', async () => {
    const evil = '##vso[task.complete result=Succeeded]';
    write('::stop-commands::x.yaml', nodeClass('associatePublicIPAddress: true').replace('default', `"${evil}"`));
    const before = process.cwd();
    process.chdir(directory);
    try {
      for (const flags of [[], ['--json'], ['--sarif']]) {
        const { code, stdout } = await tripline('posture', '::stop-commands::x.yaml', ...flags);
        expect(code).toBe(1);
        expect(stdout).toContain('task.complete');
        expect(stdout).not.toMatch(/##\w*\[|^\s*::/m);
      }
    } finally {
      process.chdir(before);
    }
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

  describe('hostile files', () => {
    const bad = 'associatePublicIPAddress: true';
    const bytes = (name: string, content: Uint8Array): string => {
      writeFileSync(join(directory, name), content);
      return join(directory, name);
    };
    const utf16 = (big: boolean): Buffer => {
      const text = Buffer.from(`\ufeff${nodeClass(bad)}`, 'utf16le');
      return big ? text.swap16() : text;
    };
    const doubled = nodeClass('associatePublicIPAddress: false').replace('false', `false\n  ${bad}`);
    const many = `apiVersion: v1\nkind: List\nitems:\n${'- {}\n'.repeat(20_000)}- ${nodeClass(bad).trim().replaceAll('\n', '\n  ')}\n`;

    test.each<[string, string | Uint8Array, number]>([
      ['a key that is there twice: the last counts, as in Kubernetes', doubled, 6],
      ['UTF-16', utf16(false), 5],
      ['UTF-16 the other way round', utf16(true), 5],
      ['UTF-8 with a byte order mark', `\ufeff${nodeClass(bad)}`, 5],
      ['Windows line ends', nodeClass(bad).replaceAll('\n', '\r\n'), 5],
      ['a list so long that nobody reads its end', many, 20_008],
      ['empty documents around it', `---\n---\n# nothing\n---\n${nodeClass(bad)}...\n---\nnull\n`, 9],
      ['a merge key', nodeClass('<<: {associatePublicIPAddress: true}'), 4],
    ])('hide nothing in %s', async (_, content, at) => {
      const file = bytes('hiding.yaml', typeof content === 'string' ? Buffer.from(content) : content);
      const { code, stdout } = await tripline('posture', file);
      expect([code, stdout.split(' ')[0]]).toEqual([1, expect.stringMatching(`^.*hiding.yaml:${at}:`)]);
    });

    const bomb = Array.from({ length: 12 }, (__, n) => `a${n}: &a${n} [${Array(10).fill(n ? `*a${n - 1}` : 'x')}]`);
    test.each<[string, string | Uint8Array, RegExp]>([
      ['aliases of aliases', bomb.join('\n'), /Excessive alias count/],
      ['an anchor in itself', 'spec: &s {template: *s}', /contains itself/],
      ['random bytes', new Uint8Array(4_096).map((__, n) => (n * 167) % 256), /is no text/],
      ['zeros', new Uint8Array(64), /is no text/],
      ['very deep nesting', '['.repeat(100_000), /not YAML|cannot be read/],
      ['a template', '{{- if .Values.x }}\na: b\n', /not YAML at line 1 \(a template\?\)/],
      ['five megabytes', 'x: y\n'.repeat(1_100_000), /larger than 4 MB/],
    ])('are refused in good time: %s', async (_, content, why) => {
      const file = bytes('refused.yaml', typeof content === 'string' ? Buffer.from(content) : content);
      const { code, stderr } = await tripline('posture', file);
      expect([code, stderr]).toEqual([2, expect.stringMatching(why)]);
    });

    test('that break in the middle are judged as far as they go, which --strict fails', async () => {
      const folder = join(directory, 'broken');
      mkdirSync(folder);
      writeFileSync(join(folder, 'half.yaml'), `${nodeClass(bad)}---\na: [\n`);
      const { code, stdout, stderr } = await tripline('posture', folder);
      expect([code, stdout]).toEqual([1, expect.stringContaining('half.yaml:5:3 high')]);
      expect(stderr).toMatch(/not judged: .*half\.yaml: it is not YAML at line/);
      expect((await tripline('posture', folder, '--fail-on', 'critical')).code).toBe(0);
      expect((await tripline('posture', folder, '--fail-on', 'critical', '--strict')).code).toBe(2);
    });

    test('that are devices are read no further than a file may be long', async () => {
      expect(await tripline('posture', '/dev/zero')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('4 MB'),
      });
    });
  });
});
