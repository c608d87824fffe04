import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Finding } from '../../core/finding.ts';
import { tripline } from '../usage/run.ts';

const root = join(import.meta.dirname, '../..');

it('the findings that README.md and docs/responding.md show are those of the seeded day', async () => {
  const settings = join(root, 'examples/tripline.config.ts');
  const { stdout } = await tripline('scan', join(root, 'examples/logs'), '--json', '--settings', settings);
  const found = stdout.trim().split('\n');
  const severities = new Map(
    found.map(line => (JSON.parse(line) as { finding: Finding }).finding).map(({ id, severity }) => [id, severity]),
  );
  for (const page of ['README.md', 'docs/responding.md']) {
    const shown = [
      ...readFileSync(join(root, page), 'utf8').matchAll(/^ *([0-9a-f]{16}) {2}(critical|high|medium|low) /gm),
    ];
    expect(shown.length, page).toBeGreaterThan(3);
    for (const [, id = '', severity] of shown) expect([page, id, severities.get(id)]).toEqual([page, id, severity]);
  }
});
