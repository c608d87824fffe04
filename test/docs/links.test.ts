import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folders = ['core', 'detections', 'adapters', 'functions', 'stacks', 'cli', 'test', 'bench', 'examples', 'docs'];
const files = [
  ...readdirSync(root, { withFileTypes: true }).flatMap(entry => (entry.isFile() ? entry.name : [])),
  ...folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(path => join(folder, path)),
  ),
].filter(path => /\.(?:md|ts|mjs)$/.test(path));
const pages = new Map(
  files.filter(path => path.endsWith('.md')).map(path => [path, readFileSync(join(root, path), 'utf8')]),
);

/** A page without its blocks and spans of code, in which brackets are no links. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Anchors as GitHub makes them of headings. */
const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

interface Link {
  readonly from: string;
  readonly to: string;
  readonly anchor: string;
}

const links = [...pages].flatMap(([from, text]) =>
  [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']): readonly Link[] => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor = ''] = target.split('#');
    return [{ from, to: path === '' ? from : normalize(join(dirname(from), path)), anchor }];
  }),
);

describe('the pages', () => {
  it('link to what is there', () => {
    expect(links.length).toBeGreaterThan(100);
    expect(links.filter(({ to }) => !existsSync(join(root, to))).map(({ from, to }) => `${from}: ${to}`)).toEqual([]);
  });

  it('link to headings that are there', () => {
    const anchored = links.filter(({ anchor }) => anchor !== '');
    expect(anchored.length).toBeGreaterThan(4);
    expect(
      anchored
        .filter(({ to, anchor }) => !anchorsOf(pages.get(to) ?? '').has(anchor))
        .map(({ from, to, anchor }) => `${from}: ${to}#${anchor}`),
    ).toEqual([]);
  });

  it('are all reached from README.md', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) for (const { from, to } of links) if (from === page && pages.has(to)) reached.add(to);
    expect([...pages.keys()].filter(page => !reached.has(page) && page !== 'CHANGELOG.md')).toEqual([]);
  });

  it('and comments name files of ours that are there', () => {
    const named = new RegExp(
      `(?<![\\w./-])(?:${folders.join('|')})/[\\w./-]*\\w\\.(?:ts|mjs|md|json|jsonl|yaml|py)\\b`,
      'g',
    );
    const missing = files
      .filter(path => path !== 'CHANGELOG.md')
      .flatMap(path => {
        const text = readFileSync(join(root, path), 'utf8');
        // A rule that a page shows whole is one to be written. Of code only what comments say: a test may name a file that is none.
        const said = path.endsWith('.md')
          ? text.replace(/^```ts\n\/\/ .+$/gm, '')
          : (text.match(/\/\*\*[\s\S]*?\*\/|\/\/ .*$/gm) ?? []).join('\n');
        return [...said.matchAll(named)].map(([name]) => ({ path, name }));
      })
      .filter(({ path, name }) => !existsSync(join(root, name)) && !existsSync(join(root, dirname(path), name)));
    expect(missing.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
  });
});

describe('docs/decisions/README.md', () => {
  const index = pages.get('docs/decisions/README.md') ?? '';

  it.each([...pages.keys()].filter(path => /^docs\/decisions\/\d/.test(path)))('lists %s by its title', path => {
    const title = /^# (.+)$/m.exec(pages.get(path) ?? '')?.[1];
    expect(title).toMatch(/^\d{3}\. /);
    expect(index).toContain(`- [${title}](${relative('docs/decisions', path)})`);
  });
});
