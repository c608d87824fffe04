import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { OnLoadResult, OnResolveResult, Plugin } from 'esbuild';

type Answer = OnResolveResult & OnLoadResult & { readonly error?: string };

/**
 * A file of esbuild plugins as SST runs it: in a process of its own, by SST's own `plugin.mjs`, asked about every import and every
 * file as JSON on its standard input (sst, pkg/runtime/node/plugin.go).
 */
export const bridge = (root: string, plugins: string): { readonly plugin: Plugin; readonly close: () => void } => {
  const script = join(root, '.sst/platform/functions/nodejs-runtime/plugin.mjs');
  const child = spawn(process.execPath, [script, join(root, plugins)], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface({ input: child.stdout }).on('line', line => {
    const { id, value } = JSON.parse(line);
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (command: 'resolve' | 'load', value: object): Promise<Answer | undefined> =>
    new Promise((resolve, reject) => {
      const id = asked++;
      waiting.set(id, answer => {
        if (answer.error !== undefined) reject(new Error(answer.error));
        else resolve(Object.keys(answer).length === 0 ? undefined : answer);
      });
      child.stdin.write(`${JSON.stringify({ id, command, value })}\n`);
    });
  const plugin: Plugin = {
    name: 'nodejs-plugin',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /.*/ }, ({ path, importer, namespace, resolveDir, kind }) =>
        ask('resolve', { path, importer, namespace, resolveDir, kind, with: {} }),
      );
      onLoad({ filter: /.*/ }, ({ path, namespace, suffix }) => ask('load', { path, namespace, suffix, with: {} }));
    },
  };
  return { plugin, close: () => void child.kill() };
};
