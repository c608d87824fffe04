import { glob, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { isObject, type Json } from '../core/json.ts';
import type { Path } from '../core/posture/fault.ts';
import { UnreadableInput } from './files.ts';

/** One document of a file, and where its parts stand. */
export interface Manifest {
  readonly file: string;
  readonly value: Json;
  /** The place of a member, or of the nearest one around it that is there. From 1. */
  readonly place: (path: Path) => { readonly line: number; readonly column: number };
  /** `# tripline:allow CODE REASON` comments of the document: code → reason. */
  readonly allowed: ReadonlyMap<string, string>;
}

/** A file that is no manifest: a template, a broken file, one too large. */
export interface Unread {
  readonly file: string;
  readonly why: string;
}

export interface Manifests {
  readonly manifests: readonly Manifest[];
  readonly unread: readonly Unread[];
}

/** Manifests are kilobytes; a cluster's CRDs are 2 MB. */
const largest = 4 * 1024 * 1024;

/** Directories that hold others' files. */
const skipped: ReadonlySet<string> = new Set(['node_modules', 'vendor', '.git', '.terraform']);

const isManifest = (name: string): boolean => /\.(ya?ml|json)$/i.test(name);

/**
 * Reads YAML and JSON manifests: files, directories (recursively, by name order), globs and standard input (`-`). In directories, what is not YAML by
 * itself (Helm templates) is told in `unread`.
 * @throws UnreadableInput where a path does not exist, or a file that was named itself cannot be parsed
 */
export const readManifests = async (
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Manifests> => {
  const manifests: Manifest[] = [];
  const unread: Unread[] = [];
  const read = async (file: string, named: boolean): Promise<void> => {
    const result = await parsed(file);
    if ('why' in result) {
      if (named) throw new UnreadableInput(`${file}: ${result.why}`);
      unread.push(result);
    } else manifests.push(...result.manifests);
  };
  const walk = async (directory: string): Promise<void> => {
    const entries = (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name)) await walk(path);
      if (entry.isFile() && isManifest(entry.name)) await read(path, false);
    }
  };
  for (const path of paths) {
    if (path === '-') {
      const result = parseManifests(await textOf(stdin), 'standard input');
      if ('why' in result) throw new UnreadableInput(`standard input: ${result.why}`);
      manifests.push(...result.manifests);
      continue;
    }
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) await walk(path);
    else if (found !== undefined) await read(path, true);
    else {
      const matches = /[*?[{]/.test(path) ? (await Array.fromAsync(glob(path))).sort() : [];
      if (matches.length === 0) throw new UnreadableInput(`${path}: there is no such file, directory or match.`);
      for (const match of matches) if (isManifest(match)) await read(match, false);
    }
  }
  return { manifests, unread };
};

const textOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > largest) throw new UnreadableInput(`standard input: it is larger than ${largest / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parsed = async (file: string): Promise<{ readonly manifests: readonly Manifest[] } | Unread> => {
  const { size } = await stat(file);
  if (size > largest) return { file, why: `it is larger than ${largest / 1024 / 1024} MB` };
  const content = await readFile(file, 'utf8');
  return /\.json$/i.test(file) && isOther(content) ? { manifests: [] } : parseManifests(content, file);
};

/** Whether JSON is neither a manifest nor a policy: lock files are large, and places are only needed of what is judged. */
const isOther = (content: string): boolean => {
  try {
    const value: unknown = JSON.parse(content);
    return !isObject(value) || (!Object.hasOwn(value, 'apiVersion') && !Object.hasOwn(value, 'Statement'));
  } catch {
    return false; // it may still be YAML, whose comments and commas are freer
  }
};

/** Parses the documents of one file, as Kubernetes reads YAML (1.1, with merge keys). Never throws. */
export const parseManifests = (content: string, file: string): { readonly manifests: readonly Manifest[] } | Unread => {
  const lines = new LineCounter();
  try {
    const documents = parseAllDocuments(content, {
      version: '1.1',
      merge: true,
      lineCounter: lines,
      logLevel: 'silent',
    });
    const manifests: Manifest[] = [];
    for (const document of documents) {
      const [error] = document.errors;
      if (error !== undefined) {
        const { line } = lines.linePos(error.pos[0]);
        return { file, why: `it is not YAML at line ${line} (a template?)` };
      }
      if (document.contents === null) continue;
      // Through JSON: dates and binary values, which YAML 1.1 has and Kubernetes has not, become strings.
      const value: Json = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 })) ?? 'null');
      const [start, , end] = document.range;
      manifests.push({
        file,
        value,
        place: path => {
          const { line, col } = lines.linePos(offsetOf(document, path));
          return { line, column: col };
        },
        allowed: allowances(content.slice(start, end)),
      });
    }
    return { manifests };
  } catch (error) {
    return { file, why: `it cannot be read (${error instanceof Error ? error.message.slice(0, 100) : 'unknown'})` };
  }
};

const allowances = (content: string): ReadonlyMap<string, string> =>
  new Map(
    [...content.matchAll(/#[ \t]*tripline:allow[ \t]+([a-z0-9-]+)[ \t]+(\S.*)/g)].map(([, code = '', reason = '']) => [
      code,
      reason.trim(),
    ]),
  );

/** Where a path leads, as far as it does: the key of a member, the element of a list. */
const offsetOf = (document: Document, path: Path): number => {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
  for (const step of path) {
    const here: unknown = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(here)
      ? here.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const next: unknown = isSeq(here) && typeof step === 'number' ? here.items[step] : pair?.value;
    const place = pair?.key ?? next;
    if (!isNode(place)) break;
    offset = place.range?.[0] ?? offset;
    node = next;
  }
  return offset;
};
