// @ts-check

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { ofLambda } from './sdk.mjs';
import { trimmed } from './trimmed.mjs';

/**
 * How functions are bundled, as esbuild plugins: what is known when a stage is deployed is worked out then, and what a function
 * never does is left out of it. Plain JavaScript, because SST loads this file with whatever Node it finds. Why and what it
 * saves: docs/decisions/090-cold-start.md.
 */

const root = dirname(import.meta.dirname);

/** What a module of ours exports once it has run, here and now. @param {string} path @returns {Promise<Record<string, unknown>>} */
const exportsOf = async path => {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(file?.contents ?? []).toString('base64')}`);
};

/** @type {Map<string, Promise<Record<string, unknown>>>} */
const known = new Map();
/** @param {string} path */
const once = path => {
  const exports = known.get(path) ?? exportsOf(path);
  known.set(path, exports);
  return exports;
};

/** @param {string} name @param {unknown} value */
const constant = (name, value) => `export ${name} JSON.parse(${JSON.stringify(JSON.stringify(value))});\n`;

const builtin = 'tripline-builtin';
const apart = 'tripline-apart:';

/** The functions that judge and never announce: of a rule they need no word of its page. */
const judging = new Set(['functions/cloudtrail.ts', 'functions/audit.ts']);

/** Modules that cost something to load and that most starts never call; none of their functions asks for `this`. */
const postponed = new Set(['node:crypto', 'node:net', 'node:timers', 'node:v8', 'node:zlib', 're2js']);

/** A package that is one file of the bundle, which nothing imports: it is read when it is first required. @param {string} name */
const alone = async name => {
  const { outputFiles } = await build({
    stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  return { contents: outputFiles[0]?.text ?? '', loader: 'file' };
};

/**
 * A module that is loaded by `require`: where it is postponed, by the first use of one of its exports. esbuild copies the members
 * of what it requires, a hundred for some of Node's: so it is given an object that has none of its own, and inherits them.
 * @param {string} name
 */
const requiring = name => {
  const load = isBuiltin(name)
    ? `require(${JSON.stringify(name)})`
    : `require(require(${JSON.stringify(`${apart}${name}.cjs`)}))`;
  if (!postponed.has(name))
    return `const whole = ${load}; module.exports = typeof whole === 'function' ? whole : Object.create(whole);`;
  return `const load = () => Object.setPrototypeOf(between, ${load});
    const traps = { get: (_, member) => load()[member], has: (_, member) => member in load() };
    const between = Object.create(new Proxy({}, traps)); // what it inherits from is, once it was asked, the module itself
    module.exports = Object.create(between);`;
};

/**
 * @typedef {{ path: string, namespace: string, resolveDir: string, kind: string }} Resolve
 * @typedef {{ path: string, namespace: string }} Load
 */

/** @param {string} path a file's, from the root @param {string} file where it is @param {boolean} isJudging */
const contentsOf = async (path, file, isJudging) => {
  if (path === 'tripline.config.ts') return constant('default', (await once(file))['default']);
  const [, name] = /^functions\/catalogue\/(gate|requirements)\.ts$/.exec(path) ?? [];
  if (name !== undefined) return constant(`const ${name} =`, (await once(join(root, 'stacks/prepare.ts')))[name]);
  const [, module] = /.*\bnode_modules\/(@(?:aws|aws-sdk|smithy)\/.+)$/.exec(path) ?? [];
  if (module !== undefined) return ofLambda(module, () => readFile(file, 'utf8'));
  if (/^detections\/[a-z]+\/[\w-]+\.ts$/.test(path)) return trimmed(await readFile(file, 'utf8'), isJudging);
  return undefined;
};

/**
 * Modules of ours that are loaded when they are needed: only functions do so. Read off their code beforehand, because esbuild
 * resolves and loads at once, and a module that is imported both ways would come out by chance.
 * @type {ReadonlySet<string>}
 */
const later = new Set(
  readdirSync(join(root, 'functions'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => join(root, 'functions', name))
    .flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, path = '']) =>
        resolve(dirname(file), path),
      ),
    ),
);

const catalogue = join(root, 'functions/catalogue/catalogue.ts');
const tables = join(root, 'functions/deps/dynamodb.ts');

export default [
  {
    name: 'tripline',
    /**
     * SST asks filters about nothing (its `plugin.mjs` tests a member that messages don't have), so that each callback looks
     * for itself whether it is meant.
     * @param {{ onResolve: Function, onLoad: Function, onStart?: Function }} build
     */
    setup: ({ onResolve, onLoad, onStart }) => {
      let entry = '';
      onResolve({ filter: /.*/ }, (/** @type {Resolve} */ { path, namespace, resolveDir, kind }) => {
        if (kind === 'entry-point') entry = resolve(resolveDir, path);
        if (path.startsWith(apart)) return { path: path.slice(apart.length), namespace: apart };
        // An ES import of a module of Node's own reads all that it exports, and `node:http` loads fetch for that: `require` doesn't.
        if (kind !== 'import-statement' || namespace === builtin) return undefined;
        if (isBuiltin(path)) return { path: path.startsWith('node:') ? path : `node:${path}`, namespace: builtin };
        return postponed.has(path) ? { path, namespace: builtin } : undefined;
      });
      const load = async (/** @type {Load} */ { path, namespace }) => {
        if (namespace === builtin) return { contents: requiring(path), loader: 'js', resolveDir: root };
        if (namespace === apart) return alone(path.replace(/\.cjs$/, ''));
        if (namespace !== 'file') return undefined;
        const contents = await contentsOf(relative(root, path), path, judging.has(relative(root, entry)));
        // esbuild makes a file of every set of modules that the same later files need. What is needed later says that it needs the
        // entry, which is there by then, and the tables, which come first of all: so each start reads few files.
        if (later.has(path) && path !== entry) {
          const needs = [entry, ...(path === catalogue || path === tables ? [] : [tables])];
          const more = needs.map(one => `import ${JSON.stringify(one)};\n`).join('');
          const own = contents ?? (await readFile(path, 'utf8'));
          return { contents: `${own}\n${more}`, loader: 'ts', resolveDir: dirname(path) };
        }
        return contents === undefined ? undefined : { contents, loader: 'ts', resolveDir: dirname(path) };
      };
      // SST's process has no `onStart`, ends when a callback throws, and then the deployment waits for ever: it wants errors as data.
      onLoad({ filter: /.*/ }, (/** @type {Load} */ asked) =>
        onStart === undefined
          ? load(asked).catch(error => ({ error: error instanceof Error ? error.message : String(error) }))
          : load(asked),
      );
    },
  },
];
