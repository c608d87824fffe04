import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from './checks.ts';
import { homeRegion, type Resource, regions } from './mocks.ts';

/** What a stack came to: its resources, and the size of each bundle in bytes. */
export interface Synthesis {
  readonly resources: readonly Resource[];
  readonly sizes: Readonly<Record<string, number>>;
}

/** What `synth.ts` wrote of a variant. @throws where `npm run stack:test` did not synthesise it */
export const read = (variant: string): Synthesis =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../.sst/stack-test/${variant}.json`), 'utf8'));

/** A stack under the least settings. */
export const plain = read('plain');
/** A stack under settings that ask for everything. */
export const full = read('full');
/** The regions that forward. */
export const others = regions.filter(region => region !== homeRegion);
/** The checks of {@link full}: as test/stack/settings/full.ts has clusters. */
export const all = checks(others, regions);
