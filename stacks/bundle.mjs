// @ts-check

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { parseAst } from 'vite';

/**
 * How functions are bundled, as esbuild plugins: what is known when a stage is deployed is worked out then, and what a function
 * never does is left out of it. Plain JavaScript, because SST loads this file with whatever Node it finds. Why and what it
 * saves: docs/decisions/090-cold-start.md.
 */

const root = dirname(import.meta.dirname);

/** @typedef {{ type: string, start: number, end: number, [member: string]: any }} Node a node of the syntax tree */

/** @param {Node} node @returns {Node[]} */
const children = node =>
  Object.values(node).flatMap(value =>
    Array.isArray(value)
      ? value.filter(one => typeof one?.type === 'string')
      : typeof value?.type === 'string'
        ? [value]
        : [],
  );

/** Calls that run when the module is loaded: not those inside functions. @param {Node} node @returns {Node[]} */
const callsOf = node => {
  if (/Function/.test(node.type)) return [];
  const inner = children(node).flatMap(callsOf);
  return /^(CallExpression|NewExpression)$/.test(node.type) ? [node, ...inner] : inner;
};

/** What a detection says on its page, and how it is said that it says nothing. @type {Record<string, string | undefined>} */
const page = { why: "''", references: '[]', runbook: '[]', blind: '[]' };

/**
 * A detection without its examples. Those are proven where it is tested; here they would be made, thousands of objects, each
 * time a function starts. What only they used is marked as pure, which all of `detections/` is by law, and esbuild drops it.
 * Lines stay where they are.
 * @param {string} source @param {boolean} isJudging without its page's words as well @returns {string}
 */
export const trimmed = (source, isJudging) => {
  /** @type {{ start: number, end: number, text: string }[]} */
  const edits = [];
  const tree = /** @type {Node} */ (/** @type {unknown} */ (parseAst(source, { lang: 'ts' })));
  for (const statement of /** @type {Node[]} */ (tree['body'])) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement['declaration'] : statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      if (init == null) continue;
      const members =
        id.name === 'detection' && init.type === 'CallExpression' ? init.arguments[0]?.properties : undefined;
      /** @type {{ start: number, end: number }[]} */
      const cut = [];
      for (const { key, value } of members ?? []) {
        const short =
          key?.name === 'examples' ? '{ matches: [], misses: [] }' : isJudging ? page[key?.name] : undefined;
        if (short === undefined) continue;
        cut.push(value);
        const lines = '\n'.repeat(source.slice(value.start, value.end).split('\n').length - 1);
        edits.push({ start: value.start, end: value.end, text: short + lines });
      }
      for (const call of callsOf(init))
        if (!cut.some(({ start, end }) => start <= call.start && call.start < end))
          edits.push({ start: call.start, end: call.start, text: '/* @__PURE__ */ ' });
    }
  }
  edits.sort((a, b) => b.start - a.start || b.end - a.end);
  let text = source;
  for (const edit of edits) text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  return text;
};

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

/** The functions that judge and never announce: of a rule they need no word of its page. */
const judging = new Set(['functions/cloudtrail.ts', 'functions/audit.ts']);

/** Modules that cost something to load and that most starts never call; none of their functions asks for `this`. */
const postponed = new Set(['node:crypto', 'node:net', 'node:timers', 'node:zlib', 're2js']);

/** A module that is loaded by `require`: where it is postponed, by the first use of one of its exports. @param {string} name */
const requiring = async name => {
  const load = `require(${JSON.stringify(name)})`;
  if (!postponed.has(name)) return `module.exports = ${load};`;
  const names = Object.keys(await import(name)).filter(one => one !== 'default');
  return `module.exports = {${names.map(one => `get ${one}() { return ${load}.${one}; }`).join(', ')}};`;
};

/**
 * @typedef {{ path: string, namespace: string, resolveDir: string, kind: string }} Resolve
 * @typedef {{ path: string, namespace: string }} Load
 */

/** @param {string} path a file's, from the root @param {string} file where it is @param {boolean} isJudging */
const contentsOf = async (path, file, isJudging) => {
  if (path === 'tripline.config.ts') return constant('default', (await once(file))['default']);
  const [, name] = /^functions\/(gate|requirements)\.ts$/.exec(path) ?? [];
  if (name !== undefined) return constant(`const ${name} =`, (await once(join(root, 'stacks/prepare.ts')))[name]);
  if (/^detections\/[a-z]+\/[\w-]+\.ts$/.test(path)) return trimmed(await readFile(file, 'utf8'), isJudging);
  return undefined;
};

/**
 * Modules of ours that are loaded when they are needed: only functions do so. Read off their code beforehand, because esbuild
 * resolves and loads at once, and a module that is imported both ways would come out by chance.
 * @type {ReadonlySet<string>}
 */
const later = new Set(
  readdirSync(join(root, 'functions')).flatMap(name =>
    [...readFileSync(join(root, 'functions', name), 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g)].map(([, path = '']) =>
      resolve(root, 'functions', path),
    ),
  ),
);

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
        // An ES import of a module of Node's own reads all that it exports, and `node:http` loads fetch for that: `require` doesn't.
        if (kind !== 'import-statement' || namespace === builtin) return undefined;
        if (isBuiltin(path)) return { path: path.startsWith('node:') ? path : `node:${path}`, namespace: builtin };
        return postponed.has(path) ? { path, namespace: builtin } : undefined;
      });
      const load = async (/** @type {Load} */ { path, namespace }) => {
        if (namespace === builtin) return { contents: await requiring(path), loader: 'js', resolveDir: root };
        if (namespace !== 'file') return undefined;
        const contents = await contentsOf(relative(root, path), path, judging.has(relative(root, entry)));
        // esbuild makes a file of every set of modules that share something. What is needed later says that it needs the entry,
        // which is there by then: so all that is loaded at the start is one file.
        if (later.has(path) && path !== entry)
          return {
            contents: `${contents ?? (await readFile(path, 'utf8'))}\nimport ${JSON.stringify(entry)};\n`,
            loader: 'ts',
            resolveDir: dirname(path),
          };
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
