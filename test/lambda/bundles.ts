import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Settings } from '../../core/settings.ts';
import plugins from '../../stacks/bundle.mjs';
import { bundling } from '../../stacks/bundling.ts';
import { bundle } from '../stack/bundle.ts';
import full from '../stack/settings/full.ts';

const root = join(import.meta.dirname, '../..');

/** What the functions are deployed with: the documentation account, with every channel and every part that there is. */
export const settings: Settings = {
  ...exampleSettings,
  clusters: exampleSettings.clusters.map(one => (one.name === 'prod' ? { ...one, reader: true } : one)),
  channels: full.channels,
  deployment: full.deployment,
};

/** Those settings instead of this installation's own. */
const installation: Plugin = {
  name: 'settings',
  setup: ({ onLoad }) =>
    void onLoad({ filter: /\/tripline\.config\.ts$/ }, () => ({ contents: JSON.stringify(settings), loader: 'json' })),
};

/** A directory for bundles, which `npm run stack:test` makes the same way. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'tripline-lambda-bundles-'));

/** Bundles a function's file as SST does. @returns the directory that would be the package */
export const bundled = async (file: string, folder: string): Promise<string> => {
  const out = join(folder, file.replaceAll('/', '-'));
  mkdirSync(out, { recursive: true });
  await bundle(root, file, out, bundling, [installation, ...plugins]);
  return out;
};
