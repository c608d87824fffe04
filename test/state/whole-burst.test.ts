import fc from 'fast-check';
import { expect, it } from 'vitest';
import { developer } from '../../core/cloudtrail/example.ts';
import { createFleet } from '../../core/cloudtrail/example-launch.ts';
import { compile } from '../../core/compile.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { detect } from '../../core/pipeline.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detection as launches } from '../../detections/cloudtrail/launch-burst.ts';
import { detection as denied } from '../../detections/kubernetes/denied-burst.ts';
import { detection as sweep } from '../../detections/kubernetes/secret-sweep.ts';

/** A finding of a burst holds all of it: what was done before the limit was reached is what a responder has to make good, too. */

const theft = '203.0.113.66';
const read = (index: number, from = '10.0.12.34') =>
  audit('get', 'secrets', {
    time: `2026-09-01T10:00:${String(index).padStart(2, '0')}Z`,
    objectRef: { namespace: 'team-a', name: `db-${index}` },
    sourceIPs: [from],
  });
const events = Array.from({ length: 15 }, (_, index) => read(index, index === 3 ? theft : undefined));

it.each([1, 4, 15])('names what was read before the limit, and from where, in batches of %i', async batch => {
  const findings = memoryFindings();
  const deps = {
    match: compile([sweep], [], exampleSettings),
    ...{ findings, store: memoryStore(), quarantine: { keep: async () => undefined }, batch },
  };
  await detect(
    events.map(event => ({ kind: 'event', event }) as const),
    deps,
  );
  const [found, ...others] = findings.list();
  expect(others).toEqual([]);
  expect(found?.finding).toMatchObject({
    count: 15,
    first: Date.parse('2026-09-01T10:00:00Z'),
    last: Date.parse('2026-09-01T10:00:14Z'),
    resources: expect.arrayContaining(events.map((_, index) => `team-a/db-${index}`)),
    addresses: expect.arrayContaining([theft, '10.0.12.34']),
  });
  expect(found?.finding.resources).toHaveLength(15);
});

it('names who launched before the limit, too', async () => {
  const ids = (from: number) => Array.from({ length: 30 }, (_, at) => `i-0${String(from + at).padStart(16, '0')}`);
  const findings = memoryFindings();
  await detect(
    [
      createFleet({ instances: ids(0), by: developer, record: { eventTime: '2026-09-01T10:00:00Z' } }),
      createFleet({ instances: ids(30), record: { eventTime: '2026-09-01T10:01:00Z' } }),
    ].map(event => ({ kind: 'event', event }) as const),
    {
      match: compile([launches], [], exampleSettings),
      ...{ findings, store: memoryStore(), quarantine: { keep: async () => undefined }, batch: 1 },
    },
  );
  const [found] = findings.list();
  expect(found?.finding.principals).toEqual(
    expect.arrayContaining([
      'arn:aws:iam::111122223333:role/prod-karpenter',
      'arn:aws:iam::111122223333:role/developer',
    ]),
  );
  expect(found?.finding.resources).toHaveLength(60);
});

const refused = (index: number, over: object = {}) =>
  audit('list', 'pods', {
    time: `2026-09-01T10:00:${String(index).padStart(2, '0')}Z`,
    ...{ responseStatus: { code: 403 }, objectRef: { namespace: `team-${index}` } },
    ...over,
  });
const eleven = Array.from({ length: 11 }, (_, index) => refused(index));
const told = async (some: readonly ReturnType<typeof refused>[], store = memoryStore()) => {
  const findings = memoryFindings();
  const match = compile([denied], [], exampleSettings);
  await detect(
    some.map(event => ({ kind: 'event', event }) as const),
    { match, findings, store, quarantine: { keep: async () => undefined }, batch: 1 },
  );
  return findings.list().map(({ finding }) => [finding.detection, finding.count]);
};

it('counts a call once, though it is told again from another address', async () => {
  const [first = refused(0)] = eleven;
  const again = { ...first, record: { ...first.record, sourceIPs: [theft] } };
  expect(again.id).toBe(first.id);
  expect(await told([...eleven, again])).toEqual([]);
  expect(await told([...eleven, again, refused(11)])).toEqual([[denied.id, 12]]);
});

it('is not kept from being found by what an older version left in the same window', async () => {
  const store = memoryStore();
  const [first = refused(0)] = eleven;
  const [asked] = compile([denied], [], exampleSettings)(first)[0]?.observations ?? [];
  if (asked === undefined) throw new Error('it keeps what it counts');
  await store.observe([{ ...asked, add: { seen: [`${first.time}#${first.id}#${first.id}`] } }]);
  expect(await told([...eleven, refused(11)], store)).toEqual([[denied.id, 12]]);
});

/** What somebody may call what he is refused, and where he says he comes from. */
const chosen = fc.record({
  at: fc.nat({ max: 1_500 }),
  name: fc.tuple(
    fc.constantFrom('a#b', '"q"', '\ud800x', '\n', 'x'.repeat(700), '\u0001'.repeat(200), '__proto__', "it's"),
    fc.nat({ max: 9 }),
  ),
  from: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 9 }),
});

it('is found the same in any order and batches, delivered again, whatever it names', async () => {
  let found = 0;
  const findings = async (events: readonly ReturnType<typeof refused>[], batch: number) => {
    const kept = memoryFindings();
    const deps = { match: compile([denied], [], exampleSettings), findings: kept, store: memoryStore(), batch };
    await detect(
      events.map(event => ({ kind: 'event', event }) as const),
      { ...deps, quarantine: { keep: async () => undefined } },
    );
    return kept.list().map(({ finding: { count, first, last, title, principals, resources, addresses } }) => ({
      ...{ count, first, last, title },
      names: [principals, resources, addresses].map(names => [...names].sort()),
    }));
  };
  await fc.assert(
    fc.asyncProperty(
      fc
        .array(chosen, { minLength: 12, maxLength: 30 })
        .map(all =>
          all.map(({ at, name: [head, tail], from }) =>
            refused(0, {
              time: new Date(Date.parse('2026-09-01T10:00:00Z') + at * 1_000).toISOString(),
              objectRef: { namespace: 'team-a', name: `${head}${tail}` },
              sourceIPs: from.map(part => `192.0.2.${part}`),
            }),
          ),
        )
        .chain(events =>
          fc.record({
            inOrder: fc.constant(events.toSorted((a, b) => a.time - b.time)),
            otherwise: fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length }),
            batch: fc.integer({ min: 1, max: 20 }),
          }),
        ),
      async ({ inOrder, otherwise, batch }) => {
        const once = await findings(inOrder, 1);
        found += once.length;
        expect(await findings(otherwise, batch)).toEqual(once);
      },
    ),
    { numRuns: 60 },
  );
  expect(found).toBeGreaterThan(10);
});
