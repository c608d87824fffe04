import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Allowed, type Grants, grantsFile } from '../grants.ts';
import { grants, keysOf, of } from './checks/resource.ts';
import { homeRegion, type Resource } from './mocks.ts';

/** `node test/stack/grants.ts` writes `test/grants.json` anew, of what `npm run stack:test` synthesised; its diff is what a change lets functions do. */
const root = join(import.meta.dirname, '../..');

/** What a synthesised stage is made of. @param variant of its settings (`test/stack/settings`) */
export const synthesised = (variant: string): readonly Resource[] =>
  JSON.parse(readFileSync(join(root, `.sst/stack-test/${variant}.json`), 'utf8')).resources;

const short = (arn: string): string =>
  arn
    .replace(/^arn:aws:s3:::/, '')
    .replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '')
    .replaceAll('tripline-production-', '')
    .replace(/(stream\/).*/, '$1*');

/** What each function at home may do; channels of a kind are one, and so are other regions' functions with those at home. */
export const grantsOf = (resources: readonly Resource[]): Grants =>
  Object.fromEntries(
    of(resources, 'aws:lambda/function:Function')
      .filter(({ region }) => region === homeRegion)
      .map(({ inputs }): readonly [string, readonly Allowed[]] => {
        const role = of(resources, 'aws:iam/role:Role').find(({ arn }) => arn === inputs['role']);
        const name = short(String(inputs['name'])).replace(/-\d+$/, '');
        const own = grants(role === undefined ? [] : [role]).map(({ actions, resources, condition }) => {
          const keys = keysOf(condition);
          return {
            actions: [...actions].sort(),
            resources: resources.map(short).sort(),
            ...(keys === undefined ? {} : { keys }),
          };
        });
        return [name, own.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))];
      })
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );

// A stage in which every part is switched on; the formatter has its own way with lists.
if (import.meta.main) writeFileSync(grantsFile, `${JSON.stringify(grantsOf(synthesised('full')), null, 2)}\n`);
