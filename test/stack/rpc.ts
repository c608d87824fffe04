import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Bundling, bundle, bytesOf, folderOf, keep } from './bundle.ts';

/** Bytes of each bundled handler's code. */
export type Sizes = Record<string, number>;

/** The handler of each function, by the component's name. */
export type Handlers = Record<string, string>;

/** What a synthesis had built. */
export interface Built {
  readonly sizes: Sizes;
  readonly handlers: Handlers;
}

/** A bundle that was asked for before is the same one: settings change no bundle, only the stage's own `tripline.config.ts` does. */
const bundlesOf = (root: string) => {
  const made = new Map<string, { readonly how: string; readonly size: Promise<number> }>();
  const make = async (file: string, bundling: Bundling): Promise<number> => {
    const metafile = await bundle(root, file, folderOf(root, file), bundling);
    keep(root, file, metafile);
    return bytesOf(metafile).all;
  };
  return (file: string, bundling: Bundling): Promise<number> => {
    const how = JSON.stringify(bundling);
    const { how: before, size } = made.get(file) ?? { how, size: make(file, bundling) };
    if (before !== how)
      throw new Error(`${file} is bundled in two ways, ${before} and ${how}: give each a folder in test/stack/rpc.ts`);
    made.set(file, { how, size });
    return size;
  };
};

/**
 * The two calls that SST's components make to the SST process, answered on a local port for several syntheses at once: each has an
 * address of its own, and what one of them had bundled is there for the others. `<address>/built` says what a synthesis had built.
 */
export const rpcServer = async (
  root: string,
): Promise<{ readonly addressOf: (synthesis: string) => string; readonly close: () => void }> => {
  rmSync(folderOf(root), { recursive: true, force: true });
  mkdirSync(folderOf(root), { recursive: true });
  const bundled = bundlesOf(root);
  const syntheses = new Map<string, Built>();

  const runtimeBuild = async (handler: string, bundling: Bundling, { sizes }: Built): Promise<object> => {
    const [file = '', member = 'handler'] = handler.split(/\.(?=[^.]+$)/);
    const out = folderOf(root, file);
    try {
      sizes[file] = await bundled(file, bundling);
    } catch (error) {
      return { handler: '', out, errors: [String(error)], sourcemaps: [] };
    }
    return { handler: `bundle.${member}`, out, errors: [], sourcemaps: [] };
  };
  const answer = async (built: Built, method: string, params: Record<string, unknown>): Promise<unknown> => {
    if (method === 'Provider.Aws.Bootstrap') return { asset: 'sst-asset', state: 'sst-state' };
    if (method === 'Runtime.Build') built.handlers[String(params['functionID'])] = String(params['handler']);
    if (method === 'Runtime.Build')
      return runtimeBuild(String(params['handler']), params['properties'] as Bundling, built); // what stacks/function.ts says
    throw new Error(`SST's components called ${method}: answer it in test/stack/rpc.ts`);
  };
  const server = createServer(async (request, response) => {
    const [, synthesis = '', called] = (request.url ?? '').split('/');
    const built = syntheses.get(synthesis) ?? { sizes: {}, handlers: {} };
    syntheses.set(synthesis, built);
    if (called === 'built') return void response.end(JSON.stringify(built));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const { method, params } = JSON.parse(Buffer.concat(chunks).toString());
    const body = await answer(built, method, params[0]).then(
      result => ({ result }),
      (error: unknown) => ({ error: String(error) }),
    );
    response.end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return { addressOf: synthesis => `http://127.0.0.1:${port}/${synthesis}`, close: () => server.close() };
};
