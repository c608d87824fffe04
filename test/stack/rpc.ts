import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Bundling, bundle, bytesOf } from './bundle.ts';

/** Bytes of each bundled handler's code. */
export type Sizes = Record<string, number>;

/** The handler of each function, by the component's name. */
export type Handlers = Record<string, string>;

const runtimeBuild = async (root: string, out: string, handler: string, bundling: Bundling, sizes: Sizes) => {
  const [file = '', member = 'handler'] = handler.split(/\.(?=[^.]+$)/);
  const folder = join(out, file.replaceAll('/', '-'));
  try {
    sizes[file] = bytesOf(await bundle(root, file, folder, bundling)).all;
  } catch (error) {
    return { handler: '', out: folder, errors: [String(error)], sourcemaps: [] };
  }
  return { handler: `bundle.${member}`, out: folder, errors: [], sourcemaps: [] };
};

/** The two calls that SST's components make to the SST process, answered on a local port. */
export const rpcServer = async (
  root: string,
  out: string,
  sizes: Sizes,
  handlers: Handlers,
): Promise<{ readonly address: string; readonly close: () => void }> => {
  const answer = async (method: string, params: Record<string, unknown>): Promise<unknown> => {
    if (method === 'Provider.Aws.Bootstrap') return { asset: 'sst-asset', state: 'sst-state' };
    if (method === 'Runtime.Build') handlers[String(params['functionID'])] = String(params['handler']);
    if (method === 'Runtime.Build')
      return runtimeBuild(root, out, String(params['handler']), params['properties'] as Bundling, sizes); // what stacks/function.ts says
    throw new Error(`SST's components called ${method}: answer it in test/stack/rpc.ts`);
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const { method, params } = JSON.parse(Buffer.concat(chunks).toString());
    const body = await answer(method, params[0]).then(
      result => ({ result }),
      (error: unknown) => ({ error: String(error) }),
    );
    response.end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
};
