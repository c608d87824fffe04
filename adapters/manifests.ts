import { createReadStream } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { isObject, type Json } from '../core/json.ts';
import type { Path } from '../core/posture/fault.ts';
import { UnreadableInput } from './inputs.ts';

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
 * itself (Helm templates), or in part, is told in `unread`.
 * @throws UnreadableInput where a path does not exist, or a file that was named itself cannot be parsed
 */
export const readManifests = async (
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Manifests> => {
  const manifests: Manifest[] = [];
  const unread: Unread[] = [];
  const read = async (file: string, named: boolean): Promise<void> => {
    const { manifests: found, why } = await parsed(file);
    if (why !== undefined && named) throw new UnreadableInput(`${file}: ${why}`);
    if (why !== undefined) unread.push({ file, why });
    manifests.push(...found);
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
      const { manifests: found, why } = parseBytes(await bytesOf(stdin, 'standard input'), 'standard input');
      if (why !== undefined) throw new UnreadableInput(`standard input: ${why}`);
      manifests.push(...found);
      continue;
    }
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) {
      const before = manifests.length + unread.length;
      await walk(path);
      if (manifests.length + unread.length === before) unread.push({ file: path, why: 'there is no manifest in it' });
    } else if (found !== undefined) await read(path, true);
    else {
      const matches = /[*?[{]/.test(path) ? (await Array.fromAsync(glob(path))).sort() : [];
      if (matches.length === 0) throw new UnreadableInput(`${path}: there is no such file, directory or match.`);
      for (const match of matches) if (isManifest(match) && (await stat(match)).isFile()) await read(match, false);
    }
  }
  return { manifests, unread };
};

const bytesOf = async (stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > largest) throw new UnreadableInput(`${name}: it is larger than ${largest / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** The manifests that could be read; `why`: what could not, of a file or a part of it. */
export interface Parsed {
  readonly manifests: readonly Manifest[];
  readonly why?: string;
}

const unreadable = (why: string): Parsed => ({ manifests: [], why });

const parsed = async (file: string): Promise<Parsed> => {
  try {
    const { size } = await stat(file);
    if (size > largest) return unreadable(`it is larger than ${largest / 1024 / 1024} MB`);
    // As a stream: a pipe (`<(helm template …)`) or a device tells no size.
    return parseBytes(await bytesOf(createReadStream(file), file), file);
  } catch (error) {
    if (error instanceof UnreadableInput) throw error;
    return unreadable(`it cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown'})`);
  }
};

/** YAML is UTF-8, or UTF-16 with a byte order mark (YAML 1.1, 5.2): in the latter nothing must hide from us that Kubernetes reads. */
const parseBytes = (bytes: Uint8Array, file: string): Parsed => {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const content = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (content.includes('\0')) return unreadable('it is no text');
    return /\.json$/i.test(file) && isOther(content) ? { manifests: [] } : parseManifests(content, file);
  } catch {
    return unreadable('it is no text');
  }
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

/**
 * Parses the documents of one file, as Kubernetes reads YAML (1.1, with merge keys; of a key that is there twice the last). A document
 * that is none leaves the others as they are. Never throws.
 */
export const parseManifests = (content: string, file: string): Parsed => {
  const lines = new LineCounter();
  const manifests: Manifest[] = [];
  const reasons: string[] = [];
  try {
    const options = { merge: true, uniqueKeys: false, lineCounter: lines, logLevel: 'silent' } as const;
    for (const document of parseAllDocuments(content, { version: '1.1', ...options })) {
      const [error] = document.errors;
      if (error !== undefined) {
        const { line } = lines.linePos(error.pos[0]);
        reasons.push(`it is not YAML at line ${line} (a template?): ${error.message.split(' at line')[0]}`);
        continue;
      }
      if (document.contents === null) continue;
      const value = jsonOf(document);
      if (value === undefined) {
        reasons.push('an anchor of it contains itself');
        continue;
      }
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
  } catch (error) {
    reasons.push(`it cannot be read (${error instanceof Error ? error.message.slice(0, 100) : 'unknown'})`);
  }
  const [why] = reasons;
  return why === undefined ? { manifests } : { manifests, why };
};

/** Through JSON: dates and binary values, which YAML 1.1 has and Kubernetes has not, become strings. Undefined: it contains itself. */
const jsonOf = (document: Document): Json | undefined => {
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null') as Json; // what JSON makes is JSON
  } catch {
    return undefined;
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
      ? here.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(step))
      : undefined;
    const next: unknown = isSeq(here) && typeof step === 'number' ? here.items[step] : pair?.value;
    const place = pair?.key ?? next;
    if (!isNode(place)) break;
    offset = place.range?.[0] ?? offset;
    node = next;
  }
  return offset;
};
