import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

/** What a function's `nodejs` may say of how it is bundled, as far as we say anything. */
export interface Bundling {
  readonly format?: 'esm' | 'cjs';
  readonly minify?: boolean;
  readonly splitting?: boolean;
  /** A file that exports esbuild plugins, from the root. */
  readonly plugins?: string;
  readonly esbuild?: { readonly mainFields?: readonly string[]; readonly keepNames?: boolean };
}

/**
 * Bundles a function as SST 4.17.1 does (sst, pkg/runtime/node/build.go): its defaults, its names of files, its banner.
 * @param file the handler's, from the root, without its ending
 * @param loaded the plugins, where they are loaded already
 * @throws what esbuild finds wrong
 */
export const bundle = async (
  root: string,
  file: string,
  folder: string,
  bundling: Bundling,
  loaded?: readonly Plugin[],
): Promise<Metafile> => {
  const { format = 'esm', minify = true, splitting = false, plugins, esbuild = {} } = bundling;
  if (format !== 'esm') throw new Error(`${file}: SST bundles ${format} another way: say so in test/stack/bundle.ts`);
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, `${file}.ts`)],
    ...(splitting ? { outdir: folder, entryNames: 'bundle' } : { outfile: join(folder, 'bundle.mjs') }),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify,
    splitting,
    keepNames: esbuild.keepNames ?? true,
    metafile: true,
    sourcemap: 'linked',
    platform: 'node',
    format,
    target: 'es2024',
    mainFields: [...(esbuild.mainFields ?? ['module', 'main'])],
    plugins: [...(loaded ?? (await pluginsOf(root, plugins)))],
    banner: {
      js: "import { createRequire as topLevelCreateRequire } from 'module';\nconst require = topLevelCreateRequire(import.meta.url);\n",
    },
    logLevel: 'silent',
  });
  return metafile;
};

/** Where `npm run stack:test` bundles a handler's file for its syntheses; without one, where it bundles all of them. */
export const folderOf = (root: string, file = ''): string =>
  join(root, '.sst/stack-test/functions', file.replaceAll('/', '-'));

/** Writes down what esbuild says of such a bundle, beside it: what is in the folder is what Lambda would get. */
export const keep = (root: string, file: string, metafile: Metafile): void =>
  writeFileSync(`${folderOf(root, file)}.json`, JSON.stringify(metafile));

/** The bundle of a handler's file that the syntheses had built. @throws where they had none */
export const kept = (root: string, file: string): { readonly folder: string; readonly metafile: Metafile } => {
  const folder = folderOf(root, file);
  return { folder, metafile: JSON.parse(readFileSync(`${folder}.json`, 'utf8')) };
};

const pluginsOf = async (root: string, plugins: string | undefined): Promise<readonly Plugin[]> =>
  plugins === undefined ? [] : (await import(pathToFileURL(join(root, plugins)).href)).default;

/** The files that a bundle loads when it starts. */
export const loadedAtStart = ({ outputs }: Metafile): readonly string[] => {
  const found = new Set(Object.keys(outputs).filter(path => path.endsWith('/bundle.mjs')));
  for (const path of found)
    for (const one of outputs[path]?.imports ?? [])
      if (one.kind === 'import-statement' && one.external !== true) found.add(one.path);
  return [...found];
};

/** Bytes of a bundle's code: what is loaded at the start, and all of it. */
export const bytesOf = (metafile: Metafile): { readonly start: number; readonly all: number } => {
  const sum = (paths: readonly string[]): number =>
    paths.reduce((bytes, path) => bytes + (metafile.outputs[path]?.bytes ?? 0), 0);
  return {
    start: sum(loadedAtStart(metafile)),
    all: sum(Object.keys(metafile.outputs).filter(path => /\.[mc]js$/.test(path))),
  };
};
