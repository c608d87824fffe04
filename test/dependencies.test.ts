import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What `docs/decisions/080-dependencies.md` promises of the packages that run and of those that build. */
const root = join(import.meta.dirname, '..');
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

interface Locked {
  readonly version: string;
  readonly dev?: true;
  readonly optional?: true;
  readonly devOptional?: true;
  readonly integrity?: string;
  readonly license?: string;
  readonly hasInstallScript?: true;
}
const { packages } = json('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> };
const all = Object.entries(packages).filter(([path]) => path !== '');
const runtime = all.filter(([, one]) => !one.dev && !one.optional && !one.devOptional);
const page = readFileSync(join(root, 'docs/decisions/080-dependencies.md'), 'utf8');
const own = json('package.json') as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licences under which code may be bundled into ours, which is Apache-2.0. */
const allowed: ReadonlySet<string> = new Set(['Apache-2.0', 'MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause']);

describe('what runs', () => {
  test('needs no install script, by the lock file and by what is installed', () => {
    expect(runtime.length).toBeGreaterThan(10);
    expect(runtime.filter(([, one]) => one.hasInstallScript).map(([path]) => path)).toEqual([]);
    const scripted = runtime.filter(([path]) => {
      const { scripts = {} } = json(`${path}/package.json`) as { readonly scripts?: Readonly<Record<string, string>> };
      return ['preinstall', 'install', 'postinstall'].some(name => scripts[name] !== undefined);
    });
    expect(scripted.map(([path]) => path)).toEqual([]);
  });

  test('has licences that ours bears, and as many of each as the page says', () => {
    const licences = runtime.map(
      ([path]) => (json(`${path}/package.json`) as { readonly license?: string }).license ?? 'none',
    );
    expect(licences.filter(licence => !allowed.has(licence))).toEqual([]);
    const count = (licence: string): number => licences.filter(one => one === licence).length;
    const others = [...new Set(licences)].filter(one => one !== 'Apache-2.0' && one !== 'MIT').sort();
    expect(page).toContain(
      `${runtime.length} packages: ${count('Apache-2.0')} Apache-2.0, ${count('MIT')} MIT, ${others.map(one => `${count(one) === 1 ? 'one' : count(one)} ${one}`).join(', ')}`,
    );
  });

  test('is named with its reason, each direct dependency in a row of the page', () => {
    const rows = page.split('\n').filter(line => line.startsWith('| `'));
    const isNamed = (name: string): boolean =>
      name.startsWith('@aws-sdk/client-')
        ? rows.some(row => row.startsWith('| `@aws-sdk/client-*`'))
        : rows.some(row => row.startsWith(`| \`${name}\``));
    expect(Object.keys(own.dependencies).filter(name => !isNamed(name))).toEqual([]);
  });
});

describe('the lock file', () => {
  test('holds a hash of every package, those for development too', () => {
    expect(all.filter(([, one]) => !/^sha512-/.test(one.integrity ?? '')).map(([path]) => path)).toEqual([]);
  });

  test('pins what package.json pins, exactly', () => {
    const wanted = { ...own.dependencies, ...own.devDependencies, ...own.optionalDependencies };
    for (const [name, version] of Object.entries(wanted)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });
});

describe('npm run sbom', () => {
  test('names every package that runs, and marks those for development', { timeout: 120_000 }, () => {
    const { stdout, status } = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(0);
    const { bomFormat, components } = JSON.parse(stdout) as {
      readonly bomFormat: string;
      readonly components: readonly {
        readonly purl: string;
        readonly properties?: readonly { readonly name: string }[];
      }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const marked = new Map(
      components.map(({ purl, properties = [] }) => [
        decodeURIComponent(purl),
        properties.some(({ name }) => name === 'cdx:npm:package:development'),
      ]),
    );
    const missing = runtime.filter(([path, { version }]) => marked.get(`pkg:npm/${nameOf(path)}@${version}`) !== false);
    expect(missing.map(([path]) => path)).toEqual([]);
    expect([...marked.values()].filter(Boolean).length).toBeGreaterThan(50);
  });
});
