import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';

export interface Emulator {
  readonly name: string;
  readonly address: string;
  readonly stop: () => void;
}

/** Where a program is on the path. */
const onPath = (program: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, program))
    .find(file => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  await new Promise(resolve => server.close(resolve));
  return port;
};

/** The emulator that `AWS_ENDPOINT_URL` names, or moto's server where it is installed; undefined where there is neither. */
export const startEmulator = async (): Promise<Emulator | undefined> => {
  const named = process.env['AWS_ENDPOINT_URL'];
  if (named !== undefined && named !== '') return { name: 'AWS_ENDPOINT_URL', address: named, stop: () => {} };
  const program = onPath('moto_server');
  if (program === undefined) return undefined;
  const port = await freePort();
  const child = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.on('data', chunk => said.push(String(chunk)));
  const stop = (): void => void child.kill();
  process.on('exit', stop);
  const address = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 120; attempt++) {
    if (child.exitCode !== null) break;
    const answers = await fetch(`${address}/moto-api/`).then(
      answer => answer.ok,
      () => false,
    );
    if (answers) return { name: `moto's server (${program})`, address, stop };
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  stop();
  throw new Error(`${program} is there but does not answer: ${said.join('').slice(-500)}`);
};
