import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';

/** An address that speaks TLS, as AWS's do, and the file of the certificate that a client must trust for it. */
export interface Encrypted {
  readonly endpoint: string;
  readonly certificate: string;
  close(): void;
}

/**
 * Puts TLS before a server of this machine, with a key made for it by `openssl`.
 * @param folder where the key and the certificate are written
 * @returns undefined where there is no `openssl`
 */
export const encrypted = async (endpoint: string, folder: string): Promise<Encrypted | undefined> => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const { status } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  if (status !== 0) return undefined;
  const { port } = new URL(endpoint);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, socket => {
    const inner = connect(Number(port), '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    for (const [one, other] of [
      [socket, inner],
      [inner, socket],
    ] as const)
      one.on('error', () => other.destroy()); // a process that ended: its other end is of no more use
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo; // listening on TCP
  return { endpoint: `https://localhost:${own}`, certificate, close: () => void server.close() };
};
