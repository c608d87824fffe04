import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Channel } from '../core/settings.ts';

/** What a folder may import from besides itself (docs: AGENTS.md, "Imports run one way"). Tests may import anything. */
const allowed: { readonly [folder: string]: readonly string[] } = {
  core: [],
  detections: ['core'],
  adapters: ['core'],
  functions: ['core', 'detections', 'adapters', 'tripline.config.ts'],
  stacks: ['core', 'detections', 'tripline.config.ts'],
  cli: ['core', 'detections', 'adapters', 'functions', 'tripline.config.ts'],
};
/** What is pure in Node: no files, no sockets, no clock, no processes. */
const pureModules = ['node:buffer', 'node:crypto', 'node:net', 'node:zlib'];
/** Reviewed dependencies of the core: a regular expression engine without backtracking, a validator of settings. */
const corePackages = ['re2js', 'valibot'];
/** Of `node:net` only what compares addresses. */
const pureOfNet = ['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress'];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
  /** Erased before it runs. */
  readonly typeOnly: boolean;
}

const statement =
  /^(?:import|export)\s+(?:(type)\s+)?(?:(\*(?:\s+as\s+\w+)?|[\w$]+|(?:[\w$]+\s*,\s*)?\{[^}]*\})\s+from\s+)?'([^']+)'/gm;
const dynamic = /\bimport\('([^']+)'\)/g;

/** The imports and re-exports of a module, `import()` included. */
const importsOf = (from: string, source: string): readonly Import[] => {
  // AssemblyScript leaves the ending out.
  const ending = from.endsWith('.as.ts') ? '.ts' : '';
  const resolve = (path: string): string => (path.startsWith('.') ? normalize(join(from, '..', path)) + ending : path);
  const stated = [...source.matchAll(statement)].map(([, type, clause = '', path = '']): Import => {
    const names = clause
      .replace(/[{}]/g, '')
      .split(',')
      .flatMap(name => name.trim() || []);
    const typeOnly = type !== undefined || (names.length > 0 && names.every(name => name.startsWith('type ')));
    return { from, to: resolve(path), names, typeOnly };
  });
  const called = [...source.matchAll(dynamic)].map(([, path = '']): Import => {
    return { from, to: resolve(path), names: [], typeOnly: false };
  });
  return [...stated, ...called];
};

const modules = Object.keys(allowed)
  .flatMap(folder => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(path => join(folder, path)))
  .filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map(path => ({ path, source: readFileSync(path, 'utf8') }));
const imports = modules.flatMap(({ path, source }) => importsOf(path, source));

const folderOf = (path: string): string => path.split('/')[0] ?? '';
const isOurs = (path: string): boolean => !path.startsWith('node:') && /\.ts$/.test(path);
const said = ({ from, to }: Import): string => `${from} imports ${to}`;

const againstTheWay = (some: readonly Import[]): readonly string[] =>
  some
    .filter(({ from, to }) => isOurs(to) && folderOf(to) !== folderOf(from))
    .filter(({ from, to }) => !(allowed[folderOf(from)] ?? []).includes(folderOf(to)))
    .map(said);

const impure = (some: readonly Import[]): readonly string[] =>
  some
    .filter(({ from, to }) => (folderOf(from) === 'core' || folderOf(from) === 'detections') && !isOurs(to))
    .filter(({ to, names }) => {
      if (to === 'node:net') return names.some(name => !pureOfNet.includes(name.replace(/^type /, '')));
      return !pureModules.includes(to) && !corePackages.includes(to);
    })
    .map(said);

/** One line for each import that closes a circle among imports that exist at run time. */
const circles = (some: readonly Import[]): readonly string[] => {
  const next = Map.groupBy(
    some.filter(({ to, typeOnly }) => isOurs(to) && !typeOnly),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    else if (!done.has(path)) for (const { to } of next.get(path) ?? []) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
  return found;
};

/** A module that only hands on what others export. */
const isBarrel = (source: string): boolean => {
  const body = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').trim();
  return (
    body !== '' && body.replace(/^export\s+(?:type\s+)?(?:\*[^;]*|\{[^}]*\})\s+from\s+'[^']+';/gm, '').trim() === ''
  );
};

const ambient =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bprocess\.(?!versions)|\bperformance\.now\(|\bset(?:Timeout|Interval)\(|(?<![.\w])fetch\(|\bconsole\.(?:log|error|warn|info|debug)\(/;
/** Comments may name what code may not. */
const code = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

/** `stacks/channels.ts` deploys one for each channel, by its kind. */
const ofChannels: Record<Exclude<Channel['kind'], 'email'>, true> = {
  slack: true,
  'slack-app': true,
  pagerduty: true,
  webhook: true,
};
/** What the functions share lies in a folder; a file at the top is a Lambda. */
const isLambda = (path: string): boolean => /^functions\/[^/]+$/.test(path);

const one = (from: string, source: string): readonly Import[] => importsOf(from, source);

describe('the imports', () => {
  it('are found in every folder, so that what follows looks at something', () => {
    for (const folder of Object.keys(allowed))
      expect(imports.filter(({ from }) => folderOf(from) === folder).length, folder).toBeGreaterThan(2);
    expect(imports.length).toBeGreaterThan(1_000);
  });

  it('run one way: core ← detections, core ← adapters, all three ← functions ← cli', () => {
    expect(againstTheWay(imports)).toEqual([]);
  });

  it('bring no I/O and no unreviewed package into the core and the detections', () => {
    expect(impure(imports)).toEqual([]);
  });

  it('make no circles', () => {
    expect(circles(imports)).toEqual([]);
  });

  it('go past no barrels: the generated index alone gathers what others export', () => {
    const barrels = modules.filter(({ source }) => isBarrel(source)).map(({ path }) => path);
    expect(barrels.filter(path => path !== 'detections/index.ts')).toEqual([]);
  });
});

describe('the functions', () => {
  const lambdas = modules.filter(({ path }) => isLambda(path));

  it('have one Lambda a file at the top, and a stack deploys each', () => {
    const deployed = modules
      .filter(({ path }) => folderOf(path) === 'stacks')
      .flatMap(({ source }) => [...source.matchAll(/\bfile: '([\w-]+)',/g)].map(([, name]) => `functions/${name}.ts`));
    const channels = Object.keys(ofChannels).map(kind => `functions/${kind}.ts`);
    expect(lambdas.map(({ path }) => path).sort()).toEqual([...deployed, ...channels].sort());
    expect(lambdas.filter(({ source }) => !/^export const handler = /m.test(source)).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it('share what lies in folders: none is imported by another', () => {
    expect(imports.filter(({ from, to }) => folderOf(from) === 'functions' && isLambda(to)).map(said)).toEqual([]);
  });
});

it('the core and the detections take time, ids and randomness as parameters', () => {
  const found = modules
    .filter(({ path }) => ['core', 'detections'].includes(folderOf(path)))
    .flatMap(({ path, source }) => (ambient.test(code(source)) ? `${path}: ${ambient.exec(code(source))?.[0]}` : []));
  expect(found).toEqual([]);
});

describe('a fault would be found', () => {
  it.each([
    ["import { x } from '../adapters/sns.ts';", 'core/a.ts'],
    ["import type { X } from '../cli/io.ts';", 'functions/a.ts'],
    ["export { x } from '../../functions/deps/deps.ts';", 'detections/kubernetes/a.ts'],
    ["const x = await import('../adapters/sns.ts');", 'stacks/a.ts'],
  ])('%s in %s', (source, path) => {
    expect(againstTheWay(one(path, source))).toHaveLength(1);
  });

  it.each([
    "import { readFileSync } from 'node:fs';",
    "import { connect } from 'node:net';",
    "import {\n  SNSClient,\n} from '@aws-sdk/client-sns';",
    "import 'node:child_process';",
  ])('%s in the core', source => {
    expect(impure(one('core/a.ts', source))).toHaveLength(1);
  });

  it('two modules that need each other at run time; types alone are erased', () => {
    const there = one('core/a.ts', "import { b } from './b.ts';");
    expect(circles([...there, ...one('core/b.ts', "import { a } from './a.ts';")])).toEqual([
      'core/a.ts → core/b.ts → core/a.ts',
    ]);
    expect(circles([...there, ...one('core/b.ts', "import { type A, type C } from './a.ts';")])).toEqual([]);
  });

  it('a barrel; a module that also says something is none', () => {
    expect(isBarrel("/** All. */\nexport * from './a.ts';\nexport { b } from './b.ts';\n")).toBe(true);
    expect(isBarrel("export { b } from './b.ts';\nexport const c = 1;\n")).toBe(false);
  });

  it.each([
    'const now = Date.now();',
    "const home = process.env['HOME'];",
    'const id = Math.random();',
  ])('%s', source => {
    expect(ambient.test(code(source))).toBe(true);
  });
});
