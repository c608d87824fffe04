import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, type Matcher } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { bundling } from '../../stacks/bundling.ts';
import { trimmed } from '../../stacks/trimmed.mjs';
import settings from '../../tripline.config.ts';
import { bridge } from './bridge.ts';
import { bundle, bytesOf, folderOf, kept, loadedAtStart } from './bundle.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'tripline-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The code of a bundle by the name of its file. */
const code = (path: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(path)
      .filter(name => /\.[mc]js$/.test(name))
      .map(name => [name, readFileSync(join(path, name), 'utf8')]),
  );

/** The modules of which something is loaded when a function starts. */
const modules = (metafile: Metafile): readonly string[] =>
  loadedAtStart(metafile).flatMap(path =>
    Object.entries(metafile.outputs[path]?.inputs ?? {}).flatMap(([name, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [name] : [],
    ),
  );

/** The files that a file of a bundle loads with it. */
const importedBy = ({ outputs }: Metafile, path: string): readonly string[] => {
  const found = new Set<string>();
  const look = (one: string): void => {
    for (const { path: next, kind, external } of outputs[one]?.imports ?? [])
      if (kind === 'import-statement' && external !== true && !found.has(next)) {
        found.add(next);
        look(next);
      }
  };
  look(path);
  return [...found];
};

describe('a function that judges', { timeout: 120_000 }, () => {
  it.each(['cloudtrail', 'audit'])('%s starts without clients, catalogue, validators and regular expressions', name => {
    const { metafile } = kept(root, `functions/${name}`);
    const started = modules(metafile);
    expect(started).toContain('core/pipeline.ts');
    expect(started.filter(path => /@aws-sdk|@smithy|re2js|valibot|^detections\/|examples?\b/.test(path))).toEqual([]);
    expect(bytesOf(metafile).start).toBeLessThan(100_000);
    expect(loadedAtStart(metafile)).toHaveLength(2);
  });

  it.each(['cloudtrail', 'audit'])('%s reads few files up to its first finding, regular expressions apart', name => {
    const { metafile } = kept(root, `functions/${name}`);
    const read = ['catalogue', 'kept', 'suppressing', 'dynamodb'].flatMap(part => {
      const file = Object.keys(metafile.outputs).find(path => path.includes(`/${part}-`) && path.endsWith('.mjs'));
      return file === undefined ? [] : [file, ...importedBy(metafile, file)];
    });
    expect(new Set([...loadedAtStart(metafile), ...read]).size).toBeLessThanOrEqual(11);
    expect(Object.keys(metafile.inputs).filter(path => path.includes('node_modules/re2js'))).toEqual([]);
    expect(Object.keys(metafile.outputs).filter(path => /\/re2js-\w+\.cjs$/.test(path))).toHaveLength(1);
  });

  it.each(['cloudtrail', 'audit'])('%s carries nothing that only examples use', name => {
    const { metafile } = kept(root, `functions/${name}`);
    const carried = Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    );
    expect(carried.filter(path => /\bexample/.test(path))).toEqual([]);
  });

  it('takes in no words of the pages, and no examples', () => {
    const text = Object.values(code(kept(root, 'functions/cloudtrail').folder)).join('');
    expect(text).toContain("changed Karpenter's launch template");
    expect(text).not.toContain('Karpenter launches from `$Latest` of its own templates');
    expect(text).not.toContain('a new version, by name');
  });

  it('comes out the same where SST runs the plugins', async () => {
    const here = kept(root, 'functions/cloudtrail').folder;
    const there = folderOf(root, 'there'); // beside it, as names of chunks come from where their sources are
    const { plugin, close } = bridge(root, bundling.plugins);
    try {
      await bundle(root, 'functions/cloudtrail', there, bundling, [plugin]);
    } finally {
      close();
    }
    expect(code(there)).toEqual(code(here));
  });
});

it('the bundled catalogue says of every event of every example what the catalogue says', {
  timeout: 120_000,
}, async () => {
  await bundle(root, 'functions/catalogue/catalogue', join(folder, 'catalogue'), bundling);
  const bundled: { readonly matcher: (given: Settings) => Matcher } = await import(
    join(folder, 'catalogue/bundle.mjs')
  );
  const [here, there] = [compile(detections, knowledge, settings), bundled.matcher(settings)];
  const said = (matches: readonly Match[]) =>
    matches.map(({ detection, key, severity, title, observations }) => ({
      detection,
      key,
      severity,
      title,
      observations,
    }));
  const events = detections.flatMap(({ examples }) =>
    [...examples.matches, ...examples.misses].flatMap(({ event, after = [] }): readonly AnyEvent[] => [
      ...(after as readonly AnyEvent[]), // an example's events are of either source
      event as AnyEvent,
    ]),
  );
  expect(events.length).toBeGreaterThan(500);
  for (const event of events) expect(said(there(event))).toEqual(said(here(event)));
});

it('what the plugins find wrong ends the build where SST runs them, with the reason', {
  timeout: 120_000,
}, async () => {
  const { plugin, close } = bridge(root, bundling.plugins);
  try {
    const failing = bundle(root, 'functions/cloudtrail', join(folder, 'wrong'), bundling, [
      {
        name: 'a detection that is not there',
        setup: ({ onResolve }) =>
          onResolve({ filter: /launch-burst\.ts$/ }, () => ({ path: join(root, 'detections/cloudtrail/none.ts') })),
      },
      plugin,
    ]);
    await expect(failing).rejects.toThrow(/none\.ts/);
  } finally {
    close();
  }
});

it('a function that announces keeps the words of the pages', () => {
  const text = Object.values(code(kept(root, 'functions/announce').folder)).join('');
  expect(text).toContain('Karpenter launches from');
  expect(text).not.toContain('a new version, by name');
});

describe('a trimmed detection', () => {
  const source = `import { call } from './x.ts';
const made = call('ec2', call('a'));
export const detection = cloudtrail({
  id: 'cloudtrail/x',
  why: 'Because.',
  examples: {
    matches: [{ name: 'one', event: call('b') }],
    misses: [],
  },
});
`;

  it('has no examples, keeps its lines, and says of calls that nobody need make them', () => {
    const text = trimmed(source, false);
    expect(text.split('\n')).toHaveLength(source.split('\n').length);
    expect(text).not.toContain('call');
    expect(text).toContain('examples: { matches: [], misses: [] }');
    expect(text).toContain("why: 'Because.'");
  });

  it('leaves out the imports and constants that only its examples asked for', () => {
    const text = trimmed(
      `import { call, node } from './x.ts';
import { other } from './y.ts';
type Over = Parameters<typeof call>[0];
const base = { a: node };
const [made, more] = [{ ...base }, call(base)];
const kept = other(1);
export const detection = cloudtrail({ id: 'cloudtrail/x', by: () => [kept], examples: { matches: [made], misses: [more] } });
`,
      false,
    );
    expect(text).not.toMatch(/import \{ call|base|made/);
    expect(text).toContain("import { other } from './y.ts'");
    expect(text).toContain('const kept = /* @__PURE__ */ other(1)');
  });

  it('has no word of its page where it only judges', () => {
    expect(trimmed(source, true)).toContain("why: ''");
  });
});
