import { writeFileSync } from 'node:fs';
import { fileOf } from './lines.ts';
import { written } from './scenario.ts';

const usage = `usage: npm run versions -- DAY-TIME-COMMIT

Writes what this version leaves in tables and queues to test/versions/written/DAY-TIME-COMMIT.jsonl, e.g. 2026-11-29-0720-59bf7fd: the
newest is what today's shapes are compared with, and all of them are read by every later version.
`;

const [name = '', ...rest] = process.argv.slice(2);
if (name === '--help') process.stdout.write(usage);
else if (rest.length > 0 || !/^\d{4}-\d\d-\d\d-\d{4}-[0-9a-f]{7,40}$/.test(name)) {
  process.stderr.write(`DAY-TIME-COMMIT is as 2026-11-29-0720-59bf7fd, not '${name}'\n\n${usage}`);
  process.exitCode = 2;
} else {
  const lines = await written();
  writeFileSync(fileOf(`${name}.jsonl`), `${lines.map(line => JSON.stringify(line)).join('\n')}\n`);
  process.stdout.write(`${lines.length} lines\n`);
}
