import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blindingEvents } from '../../core/cloudtrail/blinding.ts';
import { call, developer, karpenter, nodeSession } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { assumedFacts } from '../../core/cloudtrail/facts/assumed.ts';
import { bootstrapFacts } from '../../core/cloudtrail/facts/bootstrap.ts';
import { eksFacts } from '../../core/cloudtrail/facts/eks.ts';
import { evidenceFacts } from '../../core/cloudtrail/facts/evidence.ts';
import { iamFacts } from '../../core/cloudtrail/facts/iam.ts';
import { pipelineFacts } from '../../core/cloudtrail/facts/pipeline.ts';
import { placeFacts } from '../../core/cloudtrail/facts/place.ts';
import { principalFacts } from '../../core/cloudtrail/facts/principal.ts';
import { cloudtrailSource } from '../../core/cloudtrail/source.ts';
import { defineConfig } from '../../core/config.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Facts } from '../../core/fact.ts';
import type { JsonObject } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { files } from '../catalogue.ts';

const facts: Facts<'cloudtrail'> = {
  ...assumedFacts,
  ...bootstrapFacts,
  ...eksFacts,
  ...evidenceFacts,
  ...iamFacts,
  ...pipelineFacts,
  ...placeFacts,
  ...principalFacts,
};

/** What a record without anything in it gives: what filters take for "says nothing". */
const empty = {
  source: 'cloudtrail',
  id: '',
  time: 0,
  account: '',
  region: '',
  cluster: '',
  record: {},
} as unknown as Event<'cloudtrail'>; // as outside may send it

const examples = files.flatMap(({ detection }) =>
  detection?.on === 'cloudtrail'
    ? [...detection.examples.matches, ...detection.examples.misses].map(({ event }) => event)
    : [],
);
const identities = [
  developer,
  karpenter,
  clusterApi,
  nodeSession(),
  undefined,
  { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x-karpenter' },
];
const names = [...new Set([...examples.map(({ record }) => record.eventName), ...blindingEvents.names])];
const services = [...new Set(examples.map(({ record }) => record.eventSource))];

/** An example of the catalogue with members from others, or with anything at all, where the other's or its own were. */
const drawn = fc
  .record(
    {
      from: fc.constantFrom(...examples),
      eventName: fc.constantFrom(...names),
      eventSource: fc.constantFrom(...services),
      userIdentity: fc.oneof(fc.constantFrom(...identities), fc.jsonValue()),
      requestParameters: fc.oneof(
        fc.constantFrom(...examples.map(({ record }) => record.requestParameters)),
        fc.jsonValue(),
      ),
      responseElements: fc.jsonValue(),
      sourceIPAddress: fc.oneof(fc.constantFrom('10.0.1.1', '::1', 'fe80::1%eth0', 'AWS Internal'), fc.jsonValue()),
      userAgent: fc.jsonValue(),
      errorCode: fc.oneof(fc.constantFrom('AccessDenied', undefined), fc.jsonValue()),
    },
    { requiredKeys: ['from'] },
  )
  .map(({ from, ...over }) => ({ ...from, record: { ...from.record, ...over } }) as unknown as Event<'cloudtrail'>); // any shape may come

describe.each([
  ['with the example settings', exampleSettings],
  ['with none', defineConfig({})],
])('facts %s', (_, settings) => {
  const rules = Object.entries(facts).map(([name, fact]) => {
    const needs = fact.needs(settings);
    const anything = Object.keys(needs).length === 0;
    return {
      name,
      fact,
      needs: anything ? undefined : loadPattern(needs),
      neutral: JSON.stringify(fact.read(empty, settings)),
    };
  });
  const holds = (event: Event<'cloudtrail'>) => {
    for (const { name, fact, needs, neutral } of rules) {
      const value = JSON.stringify(fact.read(event, settings));
      expect(value, name).toBeDefined();
      if (needs === undefined || value === neutral) continue;
      expect(
        match(needs, event.record as unknown as JsonObject),
        `${name} is ${value}, but its needs do not hold`,
      ).toBe(true);
    }
    const said = cloudtrailSource.describe(event, settings);
    for (const text of [...said.principals, ...said.addresses, ...Object.values(said.holes)]) expect(text).not.toBe('');
  };

  test('say nothing but what is neutral where their needs do not hold, on every example', () => {
    expect(examples.length).toBeGreaterThan(200);
    for (const event of examples) holds(event);
  });
  test('nor on any mixture of them, and never throw', () => {
    fc.assert(fc.property(drawn, holds), { numRuns: 1500 });
  });
  test('bear a record with nothing in it', () => {
    expect(() => cloudtrailSource.describe(empty, settings)).not.toThrow();
    expect(cloudtrailSource.describe(call('ec2', 'RunInstances'), settings).holes.event).toBe('RunInstances');
  });
});
