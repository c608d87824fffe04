import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The newest when this was written; the managed runtime for Node is made of the same code. */
const version = '4.0.2';

/**
 * Where AWS's runtime interface client lies, the program that stands between Lambda and a handler. npm builds it at the first call
 * (about a minute: it compiles its own curl), into the directory for temporary files.
 * @returns its file; undefined where it can't be built, and why was printed
 */
export const runtimeClient = (): string | undefined => {
  const folder = join(tmpdir(), `tripline-lambda-${version}`);
  const client = join(folder, 'node_modules/aws-lambda-ric');
  const file = join(client, 'index.mjs');
  if (existsSync(file) && existsSync(join(client, 'rapid-client.node'))) return file;
  console.log(`lambda: building aws-lambda-ric ${version} in ${folder} (once, about a minute)`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ private: true, allowScripts: { 'aws-lambda-ric': true } })}\n`,
  );
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', `aws-lambda-ric@${version}`],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status === 0 && existsSync(join(client, 'rapid-client.node'))) return file;
  console.log(`${stdout}${stderr}`.slice(-2_000));
  console.log(
    'lambda: it needs cmake, make, a C++ compiler, python3 and xz (Debian: apt-get install cmake g++ make python3 xz-utils)',
  );
  return undefined;
};
