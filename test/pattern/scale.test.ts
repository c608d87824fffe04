import { describe, expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { compile } from '../../core/compile.ts';
import { type AnyDetection, cloudtrail, type Detection } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';

/** Law 8: cost grows with what matches, not with how many rules there are. */

type WhenOf = (index: number) => Detection<'cloudtrail'>['when'];

/** Shapes that real rules have; rule 0 matches the event, the others don't. */
const shapes: { readonly [name: string]: WhenOf } = {
  'names of calls': i => ({ eventName: i === 0 ? ['RunInstances'] : [`RunInstances${i}`, `CreateFleet${i}`] }),
  'one call, many parameters': i => ({
    eventName: 'RunInstances',
    requestParameters: { instanceType: [`m${i}.large`] },
  }),
  'beginnings of names': i => ({ eventName: [{ prefix: i === 0 ? 'Run' : `Begin${i}` }] }),
  'ends of names': i => ({ eventName: [{ suffix: i === 0 ? 'Instances' : `End${i}` }] }),
  facts: i => ({ fact: { 'principal.id': [{ wildcard: i === 0 ? 'arn:*' : `arn${i}:*` }] } }),
  'a choice': i => ({ $or: [{ eventName: [i === 0 ? 'RunInstances' : `A${i}`] }, { errorCode: [`E${i}`] }] }),
};

const rules = (count: number, when: WhenOf, asked: string[]): readonly AnyDetection[] =>
  Array.from({ length: count }, (_, index) =>
    cloudtrail({
      id: `cloudtrail/rule-${index}`,
      title: '{rule}',
      severity: 'low',
      when: when(index),
      by: () => {
        asked.push(`${index}`);
        return [{ rule: `${index}` }];
      },
      attack: [],
      why: 'To count.',
      references: ['none'],
      runbook: ['One.', 'Two.', 'Three.'],
      blind: ['To everything else.'],
      examples: { matches: pair('match'), misses: pair('miss') },
    }),
  );

const event = call('ec2', 'RunInstances', { requestParameters: { instanceType: 'm0.large' } });
const pair = (name: string) => [
  { name: `${name} 1`, event },
  { name: `${name} 2`, event },
];

/** The best of several runs, in microseconds an event: the rest is what else the machine did. */
const cost = (count: number, when: WhenOf): number => {
  const match = compile(rules(count, when, []), [], exampleSettings);
  const miss = call('sqs', 'ListQueues');
  const record = JSON.stringify(miss.record);
  const run = (): number => {
    const start = performance.now();
    for (let i = 0; i < 2_000; i++) match({ ...miss, record: JSON.parse(record) });
    return (performance.now() - start) / 2;
  };
  for (let i = 0; i < 3; i++) run();
  return Math.min(...Array.from({ length: 7 }, run));
};

describe.each(Object.entries(shapes))('1,000 rules told apart by %s', (_name, when) => {
  test('find the one that matches', () => {
    const asked: string[] = [];
    const found = compile(rules(1_000, when, asked), [], exampleSettings)(event);
    expect(found.map(({ key }) => key)).toEqual([{ rule: '0' }]);
    expect(asked).toEqual(['0']);
  });

  test('cost an event, parsed, at most twice what 10 cost', { retry: 2 }, () => {
    expect(cost(1_000, when) / cost(10, when)).toBeLessThan(2);
  });
});
