import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  dig,
  flag,
  get,
  items,
  itemsOf,
  requestOf,
  responseOf,
  scalar,
  tagSpecifications,
  word,
} from '../../core/cloudtrail/ec2.ts';
import { call } from '../../core/cloudtrail/example.ts';
import type { Json } from '../../core/json.ts';
import { processorTime } from '../processor-time.ts';

describe('the EC2 normaliser', () => {
  it.each<[string, Json | undefined, number]>([
    ['an item set', { items: [{ a: 1 }, { a: 2 }] }, 2],
    ['an item set that holds an object', { items: { a: 1 } }, 1],
    ['a response list', { item: [{ a: 1 }] }, 1],
    ['a response list with one object', { item: { a: 1 } }, 1],
    ['a response list of scalars', { item: ['i-1', 'i-2'] }, 2],
    ['a response list of one scalar', { item: 'i-1' }, 1],
    ['a wrapped list of one', { tag: 1, Key: 'a' }, 1],
    ['a wrapped list of several', [{ tag: 1 }, { tag: 2 }], 2],
    ['an empty item set', {}, 0],
    ['an empty wrapped list', '', 0],
    ['null items', { items: null }, 0],
    ['null', null, 0],
    ['absence', undefined, 0],
    ['an empty array', [], 0],
  ])('counts the elements of %s', (_, value, expected) => {
    expect(items(value)).toHaveLength(expected);
  });

  it.each<[string, Json | undefined, string | undefined]>([
    ['a string', 'x', 'x'],
    ['a number', 2, '2'],
    ['a boolean', false, 'false'],
    ['a wrapped element', { tag: 1, content: 'sg-0aaa' }, 'sg-0aaa'],
    ['an attribute value', { value: 'm7g.large' }, 'm7g.large'],
    ['null', null, undefined],
    ['an empty object', {}, undefined],
    ['an array', ['x'], undefined],
    ['a value nested too deep', { value: { value: { value: { value: 'x' } } } }, undefined],
  ])('reads the scalar of %s', (_, value, expected) => {
    expect(scalar(value)).toBe(expected);
  });

  it('reads booleans and numbers however they are printed', () => {
    expect([flag(true), flag('true'), flag({ value: 'False' }), flag('yes'), flag(undefined)]).toEqual([
      true,
      true,
      false,
      undefined,
      undefined,
    ]);
    expect([count(2), count('2'), count({ content: '-1' }), count(''), count('many')]).toEqual([
      2,
      2,
      -1,
      undefined,
      undefined,
    ]);
  });

  it('finds members whatever their letter case, the exact one first', () => {
    expect(get({ InstanceType: 'a', instanceType: 'b' }, 'instanceType')).toBe('b');
    expect(get({ InstanceType: 'a' }, 'instanceType')).toBe('a');
    expect(get({ KEYNAME: 'a', Name: 'b' }, 'name', 'keyName')).toBe('b');
    expect(dig({ A: { b: { C: 1 } } }, 'a', 'B', 'c')).toBe(1);
    expect(word({ a: '' }, 'a')).toBeUndefined();
  });

  it('never reaches a prototype', () => {
    expect(get({}, 'constructor')).toBeUndefined();
    expect(get(JSON.parse('{"__proto__":{"x":1}}'), 'x')).toBeUndefined();
    expect(dig('text', 'length')).toBeUndefined();
  });

  it('takes the wrapper off requests and responses, and leaves plain ones as they are', () => {
    const wrapped = call('ec2', 'CreateFleet', {
      requestParameters: { CreateFleetRequest: { Type: 'instant' } },
      responseElements: { CreateFleetResponse: { fleetId: 'fleet-0aaa' } },
    }).record;
    expect([requestOf(wrapped), responseOf(wrapped)]).toEqual([{ Type: 'instant' }, { fleetId: 'fleet-0aaa' }]);
    const plain = call('ec2', 'RunInstances', { requestParameters: { instanceType: 'm7g.large' } }).record;
    expect([requestOf(plain), responseOf(plain)]).toEqual([{ instanceType: 'm7g.large' }, {}]);
    const empty = call('ec2', 'EnableSerialConsoleAccess', {
      requestParameters: { EnableSerialConsoleAccessRequest: '' },
    }).record;
    expect(word(requestOf(empty), 'InstanceId')).toBeUndefined();
  });

  it('reads creation-time tags of both encodings alike', () => {
    const expected = [{ resourceType: 'instance', tags: [{ key: 'a', value: 'b' }] }];
    expect(
      tagSpecifications({
        tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'a', value: 'b' }] }] },
      }),
    ).toEqual(expected);
    expect(
      tagSpecifications({
        TagSpecification: { tag: 1, ResourceType: 'instance', Tag: { tag: 1, Key: 'a', Value: 'b' } },
      }),
    ).toEqual(expected);
  });

  it('handles a list of 100,000 elements in well under a second', () => {
    const tags = Array.from({ length: 100_000 }, (_, index) => ({ key: `k${index}`, value: 'v' }));
    const wide = Object.fromEntries(tags.map(({ key }) => [key, 1]));
    const took = processorTime(() => {
      expect(tagSpecifications({ TagSpecification: { ResourceType: 'instance', Tag: tags } })[0]?.tags).toHaveLength(
        100_000,
      );
      expect(get(wide, 'absent')).toBeUndefined();
      expect(items(wide)).toHaveLength(1);
    });
    expect(took).toBeLessThan(800);
  });

  it('never throws, whatever the shape', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (request, response) => {
        const record = {
          ...call('ec2', 'CreateFleet').record,
          requestParameters: request,
          responseElements: response,
        } as never;
        itemsOf(requestOf(record), 'a', 'b');
        tagSpecifications(responseOf(record));
        scalar(request as Json);
        count(response as Json);
      }),
      { numRuns: 300 },
    );
  });
});
