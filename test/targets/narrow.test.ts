import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Test } from '../../core/pattern/node.ts';
import { type Clause, implies, pathKey, widen } from '../../core/targets/clause.ts';
import { apart, narrowToFit } from '../../core/targets/narrow.ts';

const verb = pathKey(['verb']);
const resource = pathKey(['objectRef', 'resource']);
const subresource = pathKey(['objectRef', 'subresource']);
const equal = (...values: readonly string[]): readonly Test[] => values.map(value => ({ is: 'equal', value }));
const clause = (conditions: Readonly<Record<string, readonly Test[]>>): Clause => new Map(Object.entries(conditions));

/** Each condition halves what is admitted, each further value of it doubles that again up to everything. */
const volume = (one: Clause): number =>
  [...one.values()].reduce((product, tests) => product * Math.min(1, 0.1 * tests.length), 1);

const narrow = (wanted: readonly Clause[], most: number, kept: readonly Clause[] = [new Map()]) =>
  narrowToFit(kept, wanted, resource, { volume, allowed: () => true }, clauses => clauses.length <= most);

describe('taking back what was given up', () => {
  const writesPods = clause({ [verb]: equal('create', 'patch'), [resource]: equal('jobs', 'pods') });
  const readsSecrets = clause({ [verb]: equal('get'), [resource]: equal('secrets') });

  it('gives the wanted clauses back where there is room for them', () => {
    expect(narrow([writesPods, readsSecrets], 2)).toEqual([writesPods, readsSecrets]);
  });

  it('narrows one clause to what its members share where there is room for no more', () => {
    expect(narrow([writesPods, readsSecrets], 1)).toEqual([widen(writesPods, readsSecrets)]);
  });

  it('leaves all as it was where nothing fits', () => {
    expect(narrow([writesPods, readsSecrets], 0)).toEqual([new Map()]);
  });

  it('lets members go over to the clause that they are more alike', () => {
    const one = (verbs: readonly string[], resources: readonly string[]): Clause =>
      clause({ [verb]: equal(...verbs), [resource]: equal(...resources) });
    const wanted = [one(['get'], ['pods']), one(['create'], ['nodes']), one(['get'], ['secrets'])];
    const kept = [one(['create', 'get'], ['nodes', 'pods']), one(['get'], ['secrets'])];
    expect(narrow(wanted, 2, kept)).toEqual([one(['get'], ['pods', 'secrets']), one(['create'], ['nodes'])]);
    expect(narrow(wanted, 3, kept)).toEqual([
      one(['get'], ['secrets']),
      one(['get'], ['pods']),
      one(['create'], ['nodes']),
    ]);
  });

  it('drops a clause for whose sake nothing is there', () => {
    expect(narrow([readsSecrets], 2, [readsSecrets, clause({ [verb]: equal('watch') })])).toEqual([readsSecrets]);
  });

  it('tries what saves most first, and a bounded number of steps in all', () => {
    const kinds = Array.from({ length: 8 }, (_, at) => clause({ [subresource]: equal(`s${at}`) }));
    const wanted = kinds.flatMap(kind =>
      Array.from(
        { length: 40 },
        (_, at) => new Map([...kind, ...clause({ [verb]: equal(`v${at % 7}`), [resource]: equal(`r${at}`) })]),
      ),
    );
    let asked = 0;
    narrowToFit(kinds, wanted, resource, { volume, allowed: () => true }, () => {
      asked++;
      return false;
    });
    expect(asked).toBe(150);
  });

  it('takes no step that is not allowed', () => {
    const judge = { volume, allowed: (to: Clause) => to.has(verb) };
    expect(narrowToFit([new Map()], [writesPods, readsSecrets], resource, judge, () => true)).toEqual([
      writesPods,
      readsSecrets,
    ]);
    const never = { volume, allowed: (to: Clause) => to.size < 2 };
    expect(narrowToFit([new Map()], [writesPods], resource, never, () => true)).toEqual([new Map()]);
  });

  it('takes a clause apart by the values of one path, and by no other', () => {
    const two = clause({ [verb]: equal('get', 'list'), [resource]: equal('pods', 'nodes') });
    expect(apart(two, resource)).toEqual([
      clause({ [verb]: equal('get', 'list'), [resource]: equal('pods') }),
      clause({ [verb]: equal('get', 'list'), [resource]: equal('nodes') }),
    ]);
    for (const whole of [readsSecrets, clause({ [verb]: equal('get', 'list') })])
      expect(apart(whole, resource)).toEqual([whole]);
  });

  it('lets the values of one path part ways', () => {
    const pods = clause({ [resource]: equal('pods'), [subresource]: [{ is: 'absent' }] });
    const both = clause({ [resource]: equal('nodes', 'secrets') });
    expect(narrow([pods, both], 2, [clause({ [resource]: equal('pods', 'nodes', 'secrets') })])).toEqual([pods, both]);
  });

  it('drops nothing that was wanted, whatever fits', () => {
    const some = (...values: readonly string[]) => fc.subarray([...values], { minLength: 1 }).map(one => equal(...one));
    const wanted = fc.array(
      fc
        .record(
          {
            [verb]: some('get', 'create', 'patch'),
            [resource]: some('pods', 'nodes', 'jobs'),
            [subresource]: some('exec'),
          },
          { requiredKeys: [] },
        )
        .map(conditions =>
          clause(
            Object.fromEntries(Object.entries(conditions).flatMap(([path, tests]) => (tests ? [[path, tests]] : []))),
          ),
        ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(wanted, fc.integer({ min: 1, max: 6 }), (clauses, most) => {
        const kept = narrow(clauses, most);
        const single = clauses.flatMap(one =>
          (one.get(resource) ?? [undefined]).map(test => (test ? new Map([...one, [resource, [test]]]) : one)),
        );
        for (const one of single) expect(kept.some(other => implies(one, other))).toBe(true);
      }),
    );
  });
});
