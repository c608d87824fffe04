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
